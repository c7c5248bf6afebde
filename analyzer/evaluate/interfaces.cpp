#include "evaluate/interfaces.h"

#include <set>

namespace wallcheck::evaluate {

Interfaces::Interfaces(const ir::Firewall& firewall) {
  std::set<ir::StringId> seen;
  exact_.emplace("lo", 0);
  exact_.emplace("lo0", 0);
  for (const ir::Match& match : firewall.matches) {
    if (match.kind != ir::MatchKind::interface || !seen.insert(match.value).second) continue;
    const std::string_view pattern = firewall.strings[match.value];
    if (pattern.empty() || pattern == "+") continue;
    if (pattern.back() == '+') prefixes_.emplace(pattern.substr(0, pattern.size() - 1), 0);
    else exact_.emplace(pattern, 0);
  }
  for (auto& [name, value] : exact_) value = ++other_;
  for (auto& [prefix, value] : prefixes_) value = ++other_;
  ++other_;
}

std::uint32_t Interfaces::value_of(std::string_view name) const {
  if (name.empty()) return 0;
  if (const auto found = exact_.find(name); found != exact_.end()) return found->second;
  for (std::size_t length = name.size(); length > 0; --length)
    if (const auto found = prefixes_.find(name.substr(0, length)); found != prefixes_.end()) return found->second;
  return other_;
}

std::string Interfaces::name(std::uint32_t value) const {
  if (value == 0) return {};
  for (const auto& [name, number] : exact_)
    if (number == value) return name;
  std::string stem = "eth";
  for (const auto& [prefix, number] : prefixes_)
    if (number == value) stem = prefix;
  for (const char* const candidate : {"eth", "ens", "wan", "if"}) {
    const std::string base = value == other_ ? candidate : stem;
    for (int number = 0; number < 1000; ++number)
      if (std::string name = base + std::to_string(number); value_of(name) == value) return name;
  }
  // Every short name is taken by some rule: lengthen until one is free (names are at most 15 bytes on Linux, but any will do here).
  for (std::string name = stem + "x";; name += 'x')
    if (value_of(name) == value) return name;
}

std::string Interfaces::label(std::uint32_t value) const {
  if (value == 0) return "none";
  if (value == other_) return prefixes_.empty() && exact_.size() <= 2 ? "any" : "any other";
  for (const auto& [prefix, number] : prefixes_)
    if (number == value) return prefix + "+ (others)";
  return name(value);
}

std::vector<ir::Range> Interfaces::values(std::string_view pattern) const {
  std::vector<ir::Range> result;
  if (pattern.empty() || pattern.back() != '+') {
    const std::uint32_t value = value_of(pattern);
    result.push_back({value, value});
    return result;
  }
  const std::string_view prefix = pattern.substr(0, pattern.size() - 1);
  if (prefix.empty()) {
    result.push_back({0, other_});
    return result;
  }
  for (const auto& [name, value] : exact_)
    if (name.starts_with(prefix)) result.push_back({value, value});
  for (const auto& [stem, value] : prefixes_)
    if (stem.starts_with(prefix)) result.push_back({value, value});
  return ir::normalised(std::move(result));
}

std::vector<ir::Range> Interfaces::loopbacks() const {
  std::vector<ir::Range> result;
  for (const auto& [name, value] : exact_)
    if (name.starts_with("lo") && name.find_first_not_of("0123456789", 2) == std::string::npos) result.push_back({value, value});
  if (const auto others = prefixes_.find("lo"); others != prefixes_.end()) result.push_back({others->second, others->second});
  return ir::normalised(std::move(result));
}

}  // namespace wallcheck::evaluate
