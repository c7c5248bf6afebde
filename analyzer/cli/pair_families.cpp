// Names that differ in the family only.

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "cli/inputs.h"

namespace wallcheck::cli {

namespace {

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// A word of a name without what it says of the family; nullptr: it says nothing.
struct FamilyWord {
  std::string_view word, rest;
  bool is_ipv6;
};
constexpr FamilyWord family_words[] = {
    {"v4", "", false},          {"ipv4", "", false},      {"ip4", "", false},        {"inet", "", false},        {"inet4", "", false},
    {"v6", "", true},           {"ipv6", "", true},       {"ip6", "", true},         {"inet6", "", true},        {"ip6tables", "iptables", true},
    {"rules6", "rules", true},  {"user6", "user", true},  {"before6", "before", true}, {"after6", "after", true}, {"shorewall6", "shorewall", true},
    {"iptables6", "iptables", true}, {"firewall6", "firewall", true}, {"tables6", "tables", true}, {"filter6", "filter", true},
};

/// The path without what says the family, and whether it says IPv6.
std::pair<std::string, bool> without_family(std::string_view path) {
  std::string key, word;
  bool is_ipv6 = false;
  const auto end_word = [&] {
    const auto* known = std::ranges::find(family_words, std::string_view(word), &FamilyWord::word);
    if (known != std::end(family_words)) is_ipv6 |= known->is_ipv6;
    const std::string_view rest = known == std::end(family_words) ? std::string_view(word) : known->rest;
    if (!rest.empty()) key += rest, key += ' ';
    word.clear();
  };
  for (char c : path) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (is_alnum(c)) word += c;
    else end_word();
  }
  end_word();
  return {key, is_ipv6};
}

}  // namespace

void pair_families(std::vector<Input>& inputs) {
  std::map<std::string, std::array<std::vector<std::size_t>, 2>> by_key;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].path == "-" || !inputs[i].trouble.empty()) continue;
    const auto [key, is_ipv6] = without_family(inputs[i].path);
    by_key[key][is_ipv6 ? 1 : 0].push_back(i);
  }
  for (const auto& [key, both] : by_key)
    if (both[0].size() == 1 && both[1].size() == 1) inputs[both[1][0]].ipv4_path = inputs[both[0][0]].path;
}

}  // namespace wallcheck::cli
