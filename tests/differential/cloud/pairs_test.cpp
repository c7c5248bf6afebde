// The same intent in every format is the same set of packets. fixtures/pairs holds two intents that people can read; more are made at random.
// WALLCHECK_REWRITE=1 writes the fixtures anew.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <catch2/catch.hpp>

#include "evaluate/symbolic.h"
#include "frontend/frontend.h"
#include "intent.h"
#include "packets/dimensions.h"

using namespace wallcheck;
using namespace wallcheck::differential;
namespace fs = std::filesystem;
namespace dimension = packets::dimension;

namespace {

frontend::Loaded load(std::string_view name, const std::string& text) {
  return frontend::load(std::make_shared<SourceFile>(std::string(name), text), {});
}

/// First packets that pass, whatever interface they take. TCP packets are SYNs: pf's states begin with nothing else.
packets::Set accepted(packets::Diagrams& diagrams, const ir::Firewall& firewall, ir::Path path) {
  evaluate::Symbolic symbolic(firewall, diagrams);
  evaluate::Question question;
  question.path = path;
  question.box[ir::Field::state] = {{0, 0}};
  question.box[ir::Field::direction] = {{0, 0}};
  question.box[ir::Field::fragment] = {{0, 0}};
  question.box[ir::Field::tcp_flags] = {{ir::tcp_flag::syn, ir::tcp_flag::syn}};
  const packets::Dimension interfaces[] = {dimension::in_interface, dimension::out_interface};
  return symbolic.evaluate(question).with(evaluate::Verdict::accept).exists(interfaces);
}

struct Accepted {
  std::string name;
  packets::Set in, out;
};

/// What each file of the intent accepts; the two files of iptables together are one.
std::vector<Accepted> accepted_by_all(packets::Diagrams& diagrams, const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<Accepted> all;
  for (const auto& [name, text] : files) {
    const frontend::Loaded loaded = load(name, text);
    INFO(name << "\n" << text);
    for (const Diagnostic& diagnostic : loaded.diagnostics) {
      INFO(diagnostic.message);
      CHECK(diagnostic.severity != Severity::error);
    }
    REQUIRE(loaded.firewalls.size() == 1);
    REQUIRE(!loaded.incomplete);
    const packets::Set in = accepted(diagrams, loaded.firewalls[0], ir::Path::ingress), out = accepted(diagrams, loaded.firewalls[0], ir::Path::egress);
    if (name == "iptables.ip6.rules") {
      all.front().in |= in;
      all.front().out |= out;
    } else {
      all.push_back({name, in, out});
    }
  }
  return all;
}

void are_equal(const std::vector<std::pair<std::string, std::string>>& files) {
  packets::Diagrams diagrams;
  const auto all = accepted_by_all(diagrams, files);
  REQUIRE(all.size() == writers().size() - 1);
  CHECK(!all.front().out.empty());
  for (const Accepted& one : all) {
    std::string texts;
    for (const auto& [name, text] : files)
      if (name == one.name || name.starts_with("iptables")) texts += name + "\n" + text;
    INFO(one.name << " differs\n" << texts);
    REQUIRE(one.in == all.front().in);
    REQUIRE(one.out == all.front().out);
  }
}

std::vector<std::pair<std::string, std::string>> written(const Intent& intent) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const Writer& writer : writers()) files.emplace_back(writer.file, writer.write(intent));
  return files;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const std::vector<std::pair<std::string, Intent>>& fixture_intents() {
  constexpr bool out = true, v6 = true;
  const auto rule = [](bool egress, bool ipv6, std::string network, std::uint8_t protocol, std::uint16_t from = 0, std::uint16_t to = 65535) {
    return IntentRule{egress, false, ipv6, std::move(network), {}, protocol, from, to};
  };
  static const std::vector<std::pair<std::string, Intent>> intents{
      {"web-server",
       {rule(!out, !v6, "0.0.0.0/0", 6, 443, 443), rule(!out, v6, "::/0", 6, 443, 443), rule(!out, !v6, "192.0.2.0/24", 6, 22, 22), rule(!out, !v6, "10.0.0.0/8", 1),
        rule(out, !v6, "54.225.248.128/27", 17, 3011, 3011), rule(out, !v6, "0.0.0.0/0", 6, 80, 443)}},
      {"bastion",
       {rule(!out, !v6, "198.51.100.0/24", 6, 22, 22), rule(out, !v6, "10.0.0.0/8", 6, 22, 22), rule(out, !v6, "10.0.0.2/32", 17, 53, 53), rule(out, v6, "2001:db8::/32", 0)}},
  };
  return intents;
}

}  // namespace

TEST_CASE("pairs: the intents of fixtures/pairs are the same packets in every format") {
  for (const auto& [name, intent] : fixture_intents()) {
    const fs::path folder = fs::path(WALLCHECK_SOURCE_DIR) / "fixtures/pairs" / name;
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& [file, text] : written(intent)) {
      if (std::getenv("WALLCHECK_REWRITE") != nullptr) {
        fs::create_directories(folder);
        std::ofstream(folder / file, std::ios::binary) << text;
      }
      files.emplace_back(file, read(folder / file));
      CHECK(files.back().second == text);
    }
    are_equal(files);
  }
}

TEST_CASE("pairs: random intents are the same packets in every format") {
  const char* const more = std::getenv("WALLCHECK_WORLDS");
  const unsigned count = more ? static_cast<unsigned>(std::strtoul(more, nullptr, 10)) : 60;
  for (unsigned seed = 1; seed <= count; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    are_equal(written(random_intent(random)));
  }
}
