// symbolic_answers [--input-format FORMAT] [--ipset FILE] --packets PROBES FILE: what `wallcheck trace` is asked, asked of the symbolic evaluator.
// Prints a JSON array, one object a probe: {"verdict": "accept", "line": 12}; "undecided" where undecided conditions matter, "no answer" where
// a limit forbids one ("why").

#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "answers.h"
#include "cli/packet_words.h"
#include "cli/read_input.h"
#include "frontend/frontend.h"

namespace {

using namespace wallcheck;
using Json = nlohmann::json;

std::optional<ir::Format> format_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(ir::Format::gcp); ++i)
    if (ir::to_string(static_cast<ir::Format>(i)) == name) return static_cast<ir::Format>(i);
  return std::nullopt;
}

std::string contents(const std::string& path) {
  auto bytes = cli::read_input(path, Limits{}.input_bytes);
  if (!bytes) throw std::runtime_error(path + " " + bytes.error().why);
  return std::move(*bytes);
}

/// Of the deciding rule, or of the list whose default decides.
Json line(const ir::Firewall& firewall, const Sources& sources, const evaluate::Outcome& outcome) {
  if (!outcome.rule && !outcome.list) return nullptr;
  const Span where = outcome.rule ? firewall.rules[*outcome.rule].where : firewall.lists[*outcome.list].where;
  return where.empty() ? Json() : Json(sources[where.file]->place(where.begin).line);
}

Json answer(const ir::Firewall& firewall, const Sources& sources, const std::vector<evaluate::Outcome>& outcomes) {
  if (outcomes.empty()) return {{"verdict", "not in the question"}, {"line", nullptr}};
  Json result{{"verdict", to_string(outcomes.front().verdict)}, {"line", line(firewall, sources, outcomes.front())}};
  for (const evaluate::Outcome& other : outcomes) {
    if (other.verdict != outcomes.front().verdict) result["verdict"] = "undecided";
    if (line(firewall, sources, other) != result["line"]) result["line"] = nullptr;
  }
  return result;
}

Json answers(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw std::runtime_error("no file");
  frontend::Options options;
  std::string packets;
  for (std::size_t i = 0; i + 2 < arguments.size(); i += 2) {
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--input-format") options.format = format_named(value);
    else if (arguments[i] == "--ipset") options.ipsets.push_back({value, std::make_shared<const SourceFile>(value, contents(value))});
    else if (arguments[i] == "--packets") packets = contents(value);
    else throw std::runtime_error("unknown option " + arguments[i]);
  }
  const frontend::Loaded loaded = frontend::load(std::make_shared<const SourceFile>(arguments.back(), contents(arguments.back())), options);
  if (loaded.firewalls.size() != 1) throw std::runtime_error(fmt::format("{} holds {} firewalls", arguments.back(), loaded.firewalls.size()));
  const ir::Firewall& firewall = loaded.firewalls.front();
  const auto probes = cli::parse_probes(packets);
  if (!probes) throw std::runtime_error(probes.error());
  differential::Partitions partitions(firewall);
  Json result = Json::array();
  for (const cli::Probe& probe : *probes) {
    const auto packet = cli::complete(probe, firewall.ipv4 ? Family::ipv4 : Family::ipv6);
    if (!packet) throw std::runtime_error(packet.error());
    try {
      result.push_back(answer(firewall, loaded.sources, partitions.outcomes(*packet)));
    } catch (const packets::BudgetExceeded& why) {
      result.push_back({{"verdict", "no answer"}, {"why", why.what()}});
    }
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::cout << answers({argv + 1, argv + argc}).dump() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "symbolic_answers: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
