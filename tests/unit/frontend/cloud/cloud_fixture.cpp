#include "cloud_fixture.h"

#include <memory>

#include <fmt/format.h>

#include "../describe.h"

namespace wallcheck::tests {

frontend::Loaded load_json(std::string_view text, frontend::Options options) {
  return frontend::load(std::make_shared<SourceFile>("test.json", std::string(text)), options);
}

std::string problems(const frontend::Loaded& loaded) {
  std::string text;
  for (const Diagnostic& d : loaded.diagnostics) {
    const Place place = loaded.sources.at(d.where.file)->place(d.where.begin);
    text += fmt::format("{}:{} {} {}\n", place.line, place.column, d.code, d.message);
    if (!d.expected.empty()) text += fmt::format("  expected {}\n", d.expected);
  }
  return text;
}

std::string described(const frontend::Loaded& loaded) {
  constexpr std::string_view defaults[] = {"return", "accept", "drop"};
  std::string text;
  for (const ir::Firewall& firewall : loaded.firewalls) {
    text += fmt::format("[{}{}]\n", firewall.group, firewall.group_name.empty() ? "" : " " + firewall.group_name);
    for (const ir::RuleList& list : firewall.lists) {
      text += fmt::format("{} ({})\n", firewall.strings[list.name], defaults[static_cast<std::size_t>(list.fallthrough)]);
      for (const ir::RuleId id : firewall.rules_of(list)) {
        const ir::Rule& rule = firewall.rules[id];
        text += fmt::format("  {}: {}\n", loaded.sources.at(rule.where.file)->place(rule.where.begin).line, describe(firewall, rule));
      }
    }
  }
  return text + problems(loaded);
}

std::string described(std::string_view text, frontend::Options options) { return described(load_json(text, std::move(options))); }

frontend::SideFile side_file(std::string name, std::string_view text) {
  return {name, std::make_shared<SourceFile>(name, std::string(text))};
}

}  // namespace wallcheck::tests
