// Speed of the JSON front-end: cloud_bench [MEGABYTES] makes a dump of AWS security groups of that size (20) and prints, in one run, processor time
// (best of five) and memory of nlohmann's parsers, of our tree, and of the whole way to the firewalls. Each is a process of its own,
// forked after the dump is made; memory is what it needs on top of that. cloud_bench --print [MEGABYTES] writes the dump. Not a test.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "frontend/frontend.h"
#include "frontend/json/tree.h"
#include "measure.h"

namespace {

using namespace wallcheck;
using bench::peak_kilobytes;
using bench::processor_milliseconds;

/// As `aws ec2 describe-security-groups` prints it, four blanks a level. Groups let everything out, as they do when they are made.
std::string dump(std::size_t bytes) {
  std::mt19937 random(1);
  std::string text = "{\n    \"SecurityGroups\": [";
  const auto permission = [&](bool first, bool everything) {
    const unsigned port = random() % 65535;
    text += fmt::format("{}\n                {{\n                    \"IpProtocol\": \"{}\",", first ? "" : ",", everything ? "-1" : random() % 3 == 0 ? "udp" : "tcp");
    if (!everything) text += fmt::format("\n                    \"FromPort\": {},\n                    \"ToPort\": {},", port, port + random() % 2);
    text += "\n                    \"UserIdGroupPairs\": [";
    if (!everything && random() % 4 == 0)
      text += fmt::format("\n                        {{\n                            \"UserId\": \"123456789012\",\n                            \"GroupId\": \"sg-{:017x}\"\n                        }}\n                    ", random());
    text += "],\n                    \"IpRanges\": [";
    for (unsigned i = 0, count = everything ? 1 : 1 + random() % 3; i < count; ++i) {
      const std::string network = everything ? "0.0.0.0/0" : fmt::format("{}.{}.{}.0/24", random() % 223 + 1, random() % 256, random() % 256);
      text += fmt::format("{}\n                        {{\n                            \"Description\": \"office {}\",\n                            \"CidrIp\": \"{}\"\n                        }}", i == 0 ? "" : ",", i, network);
    }
    text += "\n                    ],\n                    \"Ipv6Ranges\": [],\n                    \"PrefixListIds\": []\n                }";
  };
  for (std::size_t group = 0; text.size() < bytes; ++group) {
    text += fmt::format("{}\n        {{\n            \"GroupId\": \"sg-{:017x}\",\n            \"IpPermissionsEgress\": [", group == 0 ? "" : ",", group);
    permission(true, true);
    text += fmt::format("\n            ],\n            \"Tags\": [],\n            \"VpcId\": \"vpc-1\",\n            \"OwnerId\": \"123456789012\",\n            \"GroupName\": \"group {}\",\n            \"Description\": \"made by bench\",\n            \"IpPermissions\": [", group);
    for (unsigned i = 0, count = 1 + random() % 10; i < count; ++i) permission(i == 0, false);
    text += "\n            ]\n        }";
  }
  return text + "\n    ]\n}\n";
}

void measure(const char* what, std::size_t bytes, const std::function<std::string()>& work) {
  std::fflush(stdout);
  if (fork() != 0) {
    wait(nullptr);
    return;
  }
  const long before = peak_kilobytes();
  std::string result;
  double best = 1e9;
  long after_first = 0;
  for (int i = 0; i < 5; ++i) {
    const double start = processor_milliseconds();
    result = work();
    best = std::min(best, processor_milliseconds() - start);
    if (i == 0) after_first = peak_kilobytes();
  }
  fmt::print("{:28} {:8.1f} ms {:7.0f} MB/s  +{:.0f} MB  {}\n", what, best, static_cast<double>(bytes) / best / 1e3, static_cast<double>(after_first - before) / 1e3, result);
  std::fflush(stdout);
  _exit(0);
}

/// Takes everything and keeps nothing.
struct Nothing : nlohmann::json_sax<nlohmann::json> {
  std::size_t objects = 0;
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return ++objects, true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }
};

}  // namespace

int main(int argc, char** argv) {
  const bool print = argc > 1 && std::string_view(argv[1]) == "--print";
  const char* const given = argc > (print ? 2 : 1) ? argv[print ? 2 : 1] : "20";
  const std::size_t megabytes = std::strtoul(given, nullptr, 10);
  if (print) return fmt::print("{}", dump(megabytes * 1'000'000)), 0;
  const auto file = std::make_shared<const SourceFile>("groups.json", dump(megabytes * 1'000'000));
  const std::size_t bytes = file->bytes().size();
  measure("nlohmann::json::parse", bytes, [&] { return fmt::format("{} groups", nlohmann::json::parse(file->bytes())["SecurityGroups"].size()); });
  measure("nlohmann::json::sax_parse", bytes, [&] {
    Nothing nothing;
    nlohmann::json::sax_parse(file->bytes(), &nothing);
    return fmt::format("{} objects", nothing.objects);
  });
  measure("located tree", bytes, [&] {
    const auto tree = frontend::json::Tree::read(*file, 0, 0, {});
    return fmt::format("{} groups", tree->roots()[0]["SecurityGroups"].size());
  });
  measure("to the firewalls", bytes, [&] {
    const frontend::Loaded loaded = frontend::load(file, {});
    std::size_t rules = 0;
    for (const ir::Firewall& firewall : loaded.firewalls) rules += firewall.rules.size();
    return fmt::format("{} firewalls, {} rules, {} diagnostics", loaded.firewalls.size(), rules, loaded.diagnostics.size());
  });
}
