// Readable regions of a set: the ways down its diagram, with the pieces of a dimension that lead to the same place taken together,
// then joined pairwise where they differ in one dimension.

#include <algorithm>
#include <map>

#include "packets/set.h"

namespace wallcheck::packets {
namespace {

/// A walk down the diagram may split what reads better together; so more ways are collected than shown before they are joined.
constexpr std::size_t collected_per_shown = 16;

/// One dimension's pieces by where they lead, in order of their lowest value.
struct Branches {
  struct Branch {
    Node next;
    std::vector<ir::Range> values;
  };
  Dimension dimension = 0;
  std::vector<Branch> list;
  std::size_t at = 0;
};

Branches branches_of(const Diagrams& diagrams, Node node) {
  Branches result;
  result.dimension = diagrams.top_dimension(node);
  std::map<Node, std::size_t> place;
  const auto pieces = diagrams.pieces(node);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& [from, next] = pieces[i];
    if (next == leaf(0)) continue;
    const Uint128 last = i + 1 < pieces.size() ? pieces[i + 1].first - 1 : diagrams.last_value_of(result.dimension);
    const auto [entry, is_new] = place.emplace(next, result.list.size());
    if (is_new) result.list.push_back({next, {}});
    result.list[entry->second].values.push_back({from, last});
  }
  return result;
}

/// If the regions differ in one dimension only, `a` becomes their union.
bool join(Diagrams& diagrams, Region& a, const Region& b) {
  if (a.parts.size() != b.parts.size()) return false;
  std::optional<std::size_t> different;
  for (std::size_t i = 0; i < a.parts.size(); ++i) {
    if (a.parts[i] == b.parts[i]) continue;
    if (different || a.parts[i].dimension != b.parts[i].dimension) return false;
    different = i;
  }
  if (!different) return true;
  Region::Part& part = a.parts[*different];
  part.values.insert(part.values.end(), b.parts[*different].values.begin(), b.parts[*different].values.end());
  part.values = ir::normalised(std::move(part.values));
  const bool is_everything = part.values.size() == 1 && part.values[0].first == 0 && part.values[0].last == diagrams.last_value_of(part.dimension);
  if (is_everything) a.parts.erase(a.parts.begin() + static_cast<std::ptrdiff_t>(*different));
  return true;
}

/// Joins until no two regions differ in one dimension only. The order of the first ones is kept.
void join_all(Diagrams& diagrams, std::vector<Region>& regions) {
  for (bool joined = true; joined;) {
    joined = false;
    for (std::size_t i = 0; i < regions.size(); ++i)
      for (std::size_t j = i + 1; j < regions.size();) {
        if (!join(diagrams, regions[i], regions[j])) {
          ++j;
          continue;
        }
        regions.erase(regions.begin() + static_cast<std::ptrdiff_t>(j));
        joined = true;
      }
  }
}

}  // namespace

Regions Set::regions(std::size_t limit) const {
  Regions result;
  if (empty()) return result;
  if (is_all()) {
    result.list.emplace_back();
    return result;
  }
  const std::size_t collected = limit * collected_per_shown;
  std::vector<Branches> way{branches_of(*diagrams_, node_)};
  while (!way.empty()) {
    Branches& here = way.back();
    if (here.at == here.list.size()) {
      way.pop_back();
      if (!way.empty()) ++way.back().at;
      continue;
    }
    const Node next = here.list[here.at].next;
    if (!is_leaf(next)) {
      way.push_back(branches_of(*diagrams_, next));
      continue;
    }
    if (result.list.size() == collected) {
      result.complete = false;
      break;
    }
    Region& region = result.list.emplace_back();
    for (const Branches& level : way) region.parts.push_back({level.dimension, level.list[level.at].values});
    ++here.at;
  }
  join_all(*diagrams_, result.list);
  if (result.list.size() > limit) {
    result.list.resize(limit);
    result.complete = false;
  }
  return result;
}

}  // namespace wallcheck::packets
