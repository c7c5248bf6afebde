// Operations on whole diagrams. All recurse along the dimensions, never deeper than Diagrams::max_depth.

#include <algorithm>
#include <set>

#include "packets/diagrams.h"
#include "packets/walk.h"

namespace wallcheck::packets {
namespace {

constexpr Node outside = leaf(0);
constexpr Node inside = leaf(1);

/// Numbers of the operations in the cache; those made up for one call follow.
enum Operation : std::uint32_t { no_operation, op_ite, op_intersection, op_union, op_difference, op_first, first_call };

}  // namespace

std::uint32_t Diagrams::new_operation() {
  if (next_operation_ < first_call) next_operation_ = first_call;
  if (next_operation_ == 0xffff'ffffu) {
    std::ranges::fill(cache_, CacheEntry{});
    next_operation_ = first_call;
  }
  return next_operation_++;
}

Diagrams::TestId Diagrams::first_test(Node a, Node b) const {
  if (is_leaf(a)) return nodes_[b].test;
  if (is_leaf(b)) return nodes_[a].test;
  return before(nodes_[b].test, nodes_[a].test) ? nodes_[b].test : nodes_[a].test;
}

Node Diagrams::ite(Node condition, Node then, Node otherwise) {
  if (condition == inside || then == otherwise) return then;
  if (condition == outside) return otherwise;
  if (then == inside && otherwise == outside) return condition;
  const CacheEntry& known = cache_slot(op_ite, condition, then, otherwise);
  if (known.operation == op_ite && known.a == condition && known.b == then && known.c == otherwise) return known.result;
  const Depth deeper(*this);
  TestId test = first_test(condition, then);
  if (!is_leaf(otherwise) && before(nodes_[otherwise].test, test)) test = nodes_[otherwise].test;
  const Halves c = halves(condition, test);
  const Halves t = halves(then, test);
  const Halves o = halves(otherwise, test);
  const Node low = ite(c.low, t.low, o.low);
  const Node result = make(test, low, ite(c.high, t.high, o.high));
  cache_slot(op_ite, condition, then, otherwise) = {op_ite, condition, then, otherwise, result};
  return result;
}

Node Diagrams::set_operation(std::uint32_t operation, Node a, Node b) {
  if (operation == op_intersection) {
    if (a == outside || b == inside || a == b) return a;
    if (b == outside || a == inside) return b;
  } else if (operation == op_union) {
    if (a == inside || b == outside || a == b) return a;
    if (b == inside || a == outside) return b;
  } else if (operation == op_difference) {
    if (a == outside || b == outside) return a;
    if (a == b || b == inside) return outside;
  } else {
    if (a == outside) return b;
    if (is_leaf(a) || b == outside || a == b) return a;
  }
  if (operation <= op_union && a > b) std::swap(a, b);
  const CacheEntry& known = cache_slot(operation, a, b, 0);
  if (known.operation == operation && known.a == a && known.b == b) return known.result;
  const Depth deeper(*this);
  const TestId test = first_test(a, b);
  const Halves x = halves(a, test);
  const Halves y = halves(b, test);
  const Node low = set_operation(operation, x.low, y.low);
  const Node result = make(test, low, set_operation(operation, x.high, y.high));
  cache_slot(operation, a, b, 0) = {operation, a, b, 0, result};
  return result;
}

Node Diagrams::intersection(Node a, Node b) { return set_operation(op_intersection, a, b); }
Node Diagrams::unite(Node a, Node b) { return set_operation(op_union, a, b); }
Node Diagrams::difference(Node a, Node b) { return set_operation(op_difference, a, b); }
Node Diagrams::first_of(Node a, Node b) { return set_operation(op_first, a, b); }

Node Diagrams::combine(std::uint32_t operation, Node a, Node b, const LeafJoin& function) {
  if (is_leaf(a) && is_leaf(b)) return leaf(function(leaf_number(a), leaf_number(b)));
  const CacheEntry& known = cache_slot(operation, a, b, 0);
  if (known.operation == operation && known.a == a && known.b == b) return known.result;
  const Depth deeper(*this);
  const TestId test = first_test(a, b);
  const Halves x = halves(a, test);
  const Halves y = halves(b, test);
  const Node low = combine(operation, x.low, y.low, function);
  const Node result = make(test, low, combine(operation, x.high, y.high, function));
  cache_slot(operation, a, b, 0) = {operation, a, b, 0, result};
  return result;
}

Node Diagrams::combine(Node a, Node b, const LeafJoin& function) { return combine(new_operation(), a, b, function); }

Node Diagrams::rebuild(Walk& walk, Node node, Answer answers, const std::function<std::optional<Node>(Node)>& known) {
  if (!is_leaf(node))
    if (const Node* kept = walk.find(node)) return *kept;
  if (const std::optional<Node> answer = known(node)) return is_leaf(node) ? *answer : walk.keep(node, *answer);
  const Depth deeper(*this);
  const NodeEntry n = nodes_[node];
  const Node low = rebuild(walk, n.low, answers, known);
  const Node high = rebuild(walk, n.high, answers, known);
  return walk.keep(node, answers == Answer::any ? branch(n.test, low, high) : make(n.test, low, high));
}

Node Diagrams::map_leaves(Node node, const std::function<std::uint32_t(std::uint32_t)>& function) {
  Walk walk(*this);
  return rebuild(walk, node, Answer::later, [&](Node n) -> std::optional<Node> {
    if (!is_leaf(n)) return std::nullopt;
    return leaf(function(leaf_number(n)));
  });
}

Node Diagrams::where(Node node, const std::function<bool(std::uint32_t)>& predicate) {
  return map_leaves(node, [&](std::uint32_t number) { return predicate(number) ? 1u : 0u; });
}

Node Diagrams::replace_leaves(Node node, const std::function<Node(std::uint32_t)>& function) {
  Walk walk(*this);
  return rebuild(walk, node, Answer::any, [&](Node n) -> std::optional<Node> {
    if (!is_leaf(n)) return std::nullopt;
    return function(leaf_number(n));
  });
}

Node Diagrams::restrict(Node node, Dimension dimension, Uint128 value) {
  Walk walk(*this);
  return rebuild(walk, node, Answer::later, [&](Node n) -> std::optional<Node> {
    if (is_leaf(n) || top_dimension(n) > dimension) return n;
    if (top_dimension(n) == dimension) return piece(n, dimension, value);
    return std::nullopt;
  });
}

Node Diagrams::before(Walk& walk, Node node, const Change& change, const std::function<std::uint32_t(std::uint32_t)>& leaf_map) {
  if (is_leaf(node)) return leaf(leaf_map(leaf_number(node)));
  if (const Node* kept = walk.find(node)) return *kept;
  const Depth deeper(*this);
  const NodeEntry n = nodes_[node];
  const Dimension dimension = tests_[n.test].dimension;
  for (const auto& [set, value] : change.values)
    if (set == dimension) return walk.keep(node, before(walk, piece(node, dimension, value), change, leaf_map));
  const Node low = before(walk, n.low, change, leaf_map);
  const Node high = before(walk, n.high, change, leaf_map);
  for (const auto& [bit, becomes] : change.bits)
    if (bit == dimension) return walk.keep(node, ite(becomes, high, low));
  return walk.keep(node, branch(n.test, low, high));
}

Node Diagrams::before(Node node, const Change& change, const std::function<std::uint32_t(std::uint32_t)>& leaf_map) {
  Walk walk(*this);
  return before(walk, node, change, leaf_map);
}

Node Diagrams::over_values(Node node, Dimension dimension, std::span<const ir::Range> values, const LeafJoin& join) {
  Walk walk(*this);
  const std::uint32_t operation = new_operation();
  return rebuild(walk, node, Answer::later, [&](Node n) -> std::optional<Node> {
    if (is_leaf(n) || top_dimension(n) > dimension) return n;
    if (top_dimension(n) < dimension) return std::nullopt;
    std::optional<Node> joined;
    Node last = outside;
    const auto all = pieces(n);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Uint128 first = all[i].first;
      const auto range = std::ranges::lower_bound(values, first, {}, &ir::Range::last);
      const bool meets = range != values.end() && (i + 1 == all.size() || range->first < all[i + 1].first);
      if (!meets || (joined && all[i].second == last)) continue;
      last = all[i].second;
      joined = joined ? combine(operation, *joined, last, join) : last;
    }
    return joined.value_or(n);
  });
}

Node Diagrams::quantify(Walk& walk, Node set, std::uint32_t operation, const std::function<bool(Dimension)>& chosen) {
  if (is_leaf(set)) return set;
  if (const Node* kept = walk.find(set)) return *kept;
  const Depth deeper(*this);
  const NodeEntry n = nodes_[set];
  const bool goes = chosen(tests_[n.test].dimension);
  const Node low = quantify(walk, n.low, operation, chosen);
  if (goes && low == leaf(operation == op_union ? 1 : 0)) return walk.keep(set, low);  // whatever the other half is
  const Node high = quantify(walk, n.high, operation, chosen);
  return walk.keep(set, goes ? set_operation(operation, low, high) : make(n.test, low, high));
}

Node Diagrams::exists(Node set, const std::function<bool(Dimension)>& chosen) {
  Walk walk(*this);
  return quantify(walk, set, op_union, chosen);
}

Node Diagrams::forall(Node set, const std::function<bool(Dimension)>& chosen) {
  Walk walk(*this);
  return quantify(walk, set, op_intersection, chosen);
}

/// Calls `visit` once for each node, and for leaves once or more. Iterative: looking needs no stack of its own depth.
void Diagrams::for_each_node(Node root, const std::function<void(Node)>& visit) {
  Walk walk(*this);
  std::vector<Node> pending{root};
  while (!pending.empty()) {
    const Node node = pending.back();
    pending.pop_back();
    if (!is_leaf(node)) {
      if (walk.find(node)) continue;
      walk.keep(node, node);
      pending.push_back(nodes_[node].high);
      pending.push_back(nodes_[node].low);
    }
    visit(node);
  }
}

std::vector<std::uint32_t> Diagrams::leaves(Node node) {
  std::vector<std::uint32_t> result;
  for_each_node(node, [&](Node n) {
    if (is_leaf(n)) result.push_back(leaf_number(n));
  });
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::vector<Dimension> Diagrams::support(Node node) {
  std::set<Dimension> dimensions;
  for_each_node(node, [&](Node n) {
    if (!is_leaf(n)) dimensions.insert(top_dimension(n));
  });
  return {dimensions.begin(), dimensions.end()};
}

std::map<std::uint32_t, std::vector<std::pair<Dimension, Uint128>>> Diagrams::examples(Node root) {
  std::map<std::uint32_t, std::vector<std::pair<Dimension, Uint128>>> result;
  Walk seen(*this);
  struct Step {
    Node node;
    unsigned taken = 0;  ///< successors
  };
  std::vector<Step> way{{root}};
  const auto arrive = [&] {
    auto [entry, is_new] = result.try_emplace(leaf_number(way.back().node));
    for (std::size_t i = 0; is_new && i + 1 < way.size(); ++i) {
      const Test asked = test(way[i].node);
      auto& values = entry->second;
      if (values.empty() || values.back().first != asked.dimension) values.emplace_back(asked.dimension, 0);
      if (way[i].taken == 2) values.back().second = std::max(values.back().second, asked.value);  // it went the high way
    }
  };
  while (!way.empty()) {
    Step& step = way.back();
    if (is_leaf(step.node)) arrive();
    const bool is_done = is_leaf(step.node) || step.taken == 2 || (step.taken == 0 && seen.find(step.node));
    if (is_done) {
      way.pop_back();
      continue;
    }
    seen.keep(step.node, step.node);
    const Node next = ++step.taken == 1 ? nodes_[step.node].low : nodes_[step.node].high;
    way.push_back({next});
  }
  return result;
}

std::size_t Diagrams::size(Node node) {
  std::size_t count = 0;
  for_each_node(node, [&](Node n) { count += is_leaf(n) ? 0 : 1; });
  return count;
}

}  // namespace wallcheck::packets
