#include "check/audit/rule_parts.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <utility>

namespace wallcheck::check::audit {

using ir::ListId;
using ir::RuleId;

namespace {

/// Each part asks with graphs and indexes of its own: what parts cost has to be little beside the questions. Of files of so few rules
/// say_partly_shadowed counts what it leaves out: for all of them at once.
constexpr std::size_t few_rules = 20'000, most_parts = 8;

/// Lists that are connected have the same root.
class Connected {
 public:
  explicit Connected(std::size_t lists) : parent_(lists) { std::iota(parent_.begin(), parent_.end(), ListId{0}); }
  ListId root(ListId list) {
    while (parent_[list] != list) list = parent_[list] = parent_[parent_[list]];
    return list;
  }
  void unite(ListId a, ListId b) { parent_[root(b)] = root(a); }

 private:
  std::vector<ListId> parent_;
};

}  // namespace

std::vector<std::vector<WrittenRule>> rule_parts(const ir::Firewall& firewall, std::vector<WrittenRule> written) {
  if (firewall.rules.size() <= few_rules) return {std::move(written)};
  Connected connected(firewall.lists.size());
  std::vector<ListId> list_of(firewall.rules.size(), ir::none);
  const auto stands_in = [&](RuleId rule, ListId list) {
    if (list_of[rule] == ir::none) list_of[rule] = list;
    else connected.unite(list_of[rule], list);
  };
  for (ListId list = 0; list < firewall.lists.size(); ++list) {
    for (const RuleId rule : firewall.rules_of(firewall.lists[list])) {
      stands_in(rule, list);
      if (const ListId target = firewall.rules[rule].target; target != ir::none) connected.unite(list, target);
    }
  }
  for (const WrittenRule& one : written)
    for (const RuleId rule : one.rules)
      if (list_of[rule] != ir::none) stands_in(one.rules.front(), list_of[rule]);

  std::vector<std::pair<std::size_t, ListId>> sizes(firewall.lists.size());  // of what hangs together, by root
  for (ListId list = 0; list < sizes.size(); ++list) sizes[list].second = list;
  for (const WrittenRule& one : written)
    if (const ListId list = list_of[one.rules.front()]; list != ir::none) sizes[connected.root(list)].first += one.rules.size();
  std::ranges::stable_sort(sizes, std::ranges::greater{}, &std::pair<std::size_t, ListId>::first);
  std::array<std::size_t, most_parts> filled{};
  std::vector<std::size_t> part_of(firewall.lists.size(), 0);
  for (const auto& [size, root] : sizes) {
    const auto emptiest = std::ranges::min_element(filled);
    *emptiest += size;
    part_of[root] = static_cast<std::size_t>(emptiest - filled.begin());
  }
  std::vector<std::vector<WrittenRule>> parts(most_parts);
  for (WrittenRule& one : written) {
    const ListId list = list_of[one.rules.front()];
    parts[list == ir::none ? 0 : part_of[connected.root(list)]].push_back(std::move(one));
  }
  std::erase_if(parts, [](const std::vector<WrittenRule>& part) { return part.empty(); });
  if (parts.empty()) parts.emplace_back();
  return parts;
}

}  // namespace wallcheck::check::audit
