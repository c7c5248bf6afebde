// The store: tests, nodes, and the treap operations that keep every diagram in its one form.

#include "packets/diagrams.h"

#include <algorithm>
#include <bit>

#include "packets/walk.h"

namespace wallcheck::packets {
namespace {

std::uint64_t mixed(std::uint64_t h) {  // the finaliser of splitmix64
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
  return h ^ (h >> 31);
}

std::uint64_t hash_of(Uint128 value) { return mixed(low64(value) ^ mixed(high64(value) + 0x9e3779b97f4a7c15u)); }

/// Rounder numbers first (trailing zero bits), then by hash. Prefix borders thus stand above what lies inside the prefix.
std::uint64_t weight_of(Uint128 value) {
  const unsigned zeros = low64(value) != 0 ? std::countr_zero(low64(value)) : 64u + std::countr_zero(high64(value));
  return std::uint64_t{zeros} << 56 | hash_of(value) >> 8;
}

/// Where a node may stand in the table, place after place. The first places are near those of nodes that were made at about the same time
/// as its younger successor: operations go down a diagram and come up again, so that these are in the processor's cache; a walk over
/// places all over a large table waits for memory each time. Where that neighbourhood is full, the rest are scattered.
class Places {
 public:
  Places(std::uint32_t test, Node low, Node high, std::size_t table_size)
      : hash_(mixed((std::uint64_t{low} << 32 | high) ^ std::uint64_t{test} * 0x9e3779b97f4a7c15u)), mask_(table_size - 1) {
    const bool l = !is_leaf(low), h = !is_leaf(high);
    const Node younger = l && h ? std::max(low, high) : l ? low : high;
    slot_ = l || h ? (std::size_t{younger} * 4 + hash_ % neighbourhood) & mask_ : hash_ & mask_;
  }
  std::size_t slot() const { return slot_; }
  void next() { slot_ = (++tried_ == tries_near ? hash_ >> 20 : slot_ + 1) & mask_; }

 private:
  static constexpr std::size_t neighbourhood = 64;
  static constexpr unsigned tries_near = 16;
  std::uint64_t hash_;
  std::size_t mask_;
  std::size_t slot_ = 0;
  unsigned tried_ = 0;
};

}  // namespace

Diagrams::Diagrams(std::size_t node_budget) : node_budget_(node_budget), question_budget_(node_budget) {}

void Diagrams::lessen_budget() {
  const std::size_t rest = node_budget_ / 64 + 1;
  question_budget_ = std::max(rest, question_budget_ - std::min(question_budget_, used()));
}

void Diagrams::run_out() const { throw BudgetExceeded("the sets of packets grow too large " + limit_words("graph_nodes")); }

void Diagrams::clear() {
  nodes_.clear();
  tests_.clear();
  std::ranges::fill(node_table_, 0);
  std::ranges::fill(test_table_, 0);
  std::ranges::fill(cache_, CacheEntry{});
  question_start_ = 0;
  charged_ = 0;
}

void Diagrams::limit_dimension(Dimension dimension, Uint128 last) { limits_.emplace_back(dimension, last); }

Uint128 Diagrams::last_value_of(Dimension dimension) const {
  for (const auto& [limited, last] : limits_)
    if (limited == dimension) return last;
  return last_value(dimension);
}

Diagrams::TestId Diagrams::intern_test(Dimension dimension, Uint128 value) {
  if (test_table_.empty()) {
    // There is no node without a test: a store that is not asked anything (most of thousands of security groups') has no tables.
    node_table_.resize(1u << 12);
    test_table_.resize(1u << 8);
    cache_.resize(1u << 12);
  }
  if (tests_.size() * 2 >= test_table_.size()) {
    std::vector<std::uint32_t> larger(test_table_.size() * 2, 0);
    for (std::uint32_t id = 0; id < tests_.size(); ++id) {
      std::size_t slot = (hash_of(tests_[id].value) + tests_[id].dimension * std::size_t{0x9e3779b9u}) & (larger.size() - 1);
      while (larger[slot] != 0) slot = (slot + 1) & (larger.size() - 1);
      larger[slot] = id + 1;
    }
    test_table_ = std::move(larger);
  }
  const std::size_t mask = test_table_.size() - 1;
  for (std::size_t slot = (hash_of(value) + dimension * std::size_t{0x9e3779b9u}) & mask;; slot = (slot + 1) & mask) {
    if (test_table_[slot] == 0) {
      tests_.push_back({value, weight_of(value), dimension});
      test_table_[slot] = static_cast<std::uint32_t>(tests_.size());
      return test_table_[slot] - 1;
    }
    const TestEntry& known = tests_[test_table_[slot] - 1];
    if (known.value == value && known.dimension == dimension) return test_table_[slot] - 1;
  }
}

Node Diagrams::intern(TestId test, Node low, Node high) {
  for (Places places(test, low, high, node_table_.size());; places.next()) {
    std::uint32_t& place = node_table_[places.slot()];
    if (place == 0) {
      if (used() >= question_budget_ || nodes_.size() >= 0x7fff'ffffu) run_out();
      const auto node = static_cast<Node>(nodes_.size());
      nodes_.push_back({test, low, high});
      place = node + 1;
      if (nodes_.size() * 2 > node_table_.size()) grow_nodes();
      return node;
    }
    const NodeEntry& known = nodes_[place - 1];
    if (known.test == test && known.low == low && known.high == high) return place - 1;
  }
}

void Diagrams::grow_nodes() {
  std::vector<std::uint32_t>(node_table_.size() * 2, 0).swap(node_table_);
  for (Node node = 0; node < nodes_.size(); ++node) {
    Places places(nodes_[node].test, nodes_[node].low, nodes_[node].high, node_table_.size());
    while (node_table_[places.slot()] != 0) places.next();
    node_table_[places.slot()] = node + 1;
  }
  constexpr std::size_t largest_cache = 1u << 21;
  if (cache_.size() * 2 < nodes_.size() && cache_.size() < largest_cache) {
    std::vector<CacheEntry> old(cache_.size() * 4);
    old.swap(cache_);
    for (const CacheEntry& entry : old)
      if (entry.operation != 0) cache_slot(entry.operation, entry.a, entry.b, entry.c) = entry;
  }
}

Diagrams::CacheEntry& Diagrams::cache_slot(std::uint32_t operation, Node a, Node b, Node c) {
  const std::uint64_t h = mixed((std::uint64_t{a} << 32 | b) ^ (std::uint64_t{c} << 20 | operation) * 0x9e3779b97f4a7c15u);
  return cache_[h & (cache_.size() - 1)];
}

bool Diagrams::before(TestId a, TestId b) const {
  const TestEntry& x = tests_[a];
  const TestEntry& y = tests_[b];
  if (x.dimension != y.dimension) return x.dimension < y.dimension;
  if (x.weight != y.weight) return x.weight > y.weight;
  return x.value < y.value;
}

Node Diagrams::last_piece(Node node, Dimension dimension) const {
  while (asks(node, dimension)) node = nodes_[node].high;
  return node;
}

Node Diagrams::first_piece(Node node, Dimension dimension) const {
  while (asks(node, dimension)) node = nodes_[node].low;
  return node;
}

/// A node, unless its question is idle. `test` stands before every test of `low` and `high`, and its value between theirs.
Node Diagrams::make(TestId test, Node low, Node high) {
  if (low == high) return low;
  const Dimension dimension = tests_[test].dimension;
  if (last_piece(low, dimension) == first_piece(high, dimension)) return merge(low, high, dimension);
  return intern(test, low, high);
}

/// `low` and `high` side by side, the last piece of one being the first piece of the other.
Node Diagrams::merge(Node low, Node high, Dimension dimension) {
  if (!asks(low, dimension)) return high;
  if (!asks(high, dimension)) return low;
  const Depth deeper(*this);
  const NodeEntry l = nodes_[low];
  const NodeEntry h = nodes_[high];
  if (before(l.test, h.test)) return intern(l.test, l.low, merge(l.high, high, dimension));
  return intern(h.test, merge(low, h.low, dimension), h.high);
}

/// `low` and `high` side by side with `test` between them, wherever it stands in the heap; neither asks an earlier dimension.
Node Diagrams::join(Node low, TestId test, Node high) {
  if (low == high) return low;
  const Dimension dimension = tests_[test].dimension;
  const bool low_above = asks(low, dimension) && before(nodes_[low].test, test);
  const bool high_above = asks(high, dimension) && before(nodes_[high].test, test);
  if (!low_above && !high_above) return make(test, low, high);
  const Depth deeper(*this);
  if (low_above && (!high_above || before(nodes_[low].test, nodes_[high].test))) {
    const NodeEntry l = nodes_[low];
    return make(l.test, l.low, join(l.high, test, high));
  }
  const NodeEntry h = nodes_[high];
  return make(h.test, join(low, test, h.low), h.high);
}

/// What is left of `node` if the packet's value is known to lie below (or not below) the value of `at`.
Node Diagrams::split(Node node, TestId at, Side side) {
  const Dimension dimension = tests_[at].dimension;
  const Uint128 value = tests_[at].value;
  // Down to the first question that the other half of the values would decide alone; its kept half replaces it.
  if (!asks(node, dimension)) return node;
  const NodeEntry n = nodes_[node];
  const Uint128 here = tests_[n.test].value;
  if (here == value) return side == Side::low ? n.low : n.high;
  const Depth deeper(*this);
  if (here < value) return side == Side::high ? split(n.high, at, side) : intern(n.test, n.low, split(n.high, at, side));
  return side == Side::low ? split(n.low, at, side) : intern(n.test, split(n.low, at, side), n.high);
}

Diagrams::Halves Diagrams::halves(Node node, TestId at) {
  if (!asks(node, tests_[at].dimension)) return {node, node};
  if (nodes_[node].test == at) return {nodes_[node].low, nodes_[node].high};
  return {split(node, at, Side::low), split(node, at, Side::high)};
}

Node Diagrams::branch(TestId test, Node low, Node high) {
  if (low == high) return low;
  const Dimension dimension = tests_[test].dimension;
  const auto asks_earlier = [&](Node node) { return !is_leaf(node) && top_dimension(node) < dimension; };
  if (asks_earlier(low) || asks_earlier(high)) return ite(intern(test, leaf(1), leaf(0)), low, high);
  return join(split(low, test, Side::low), test, split(high, test, Side::high));
}

Node Diagrams::branch(Dimension dimension, Uint128 value, Node low, Node high) {
  if (value == 0) return high;
  if (value > last_value_of(dimension)) return low;
  return branch(intern_test(dimension, value), low, high);
}

Node Diagrams::below(Dimension dimension, Uint128 value) { return branch(dimension, value, leaf(1), leaf(0)); }

/// The treap of all borders at once (Cartesian tree over the borders in order), so that a list of 100,000 ranges makes
/// no node but its own.
Node Diagrams::values(Dimension dimension, std::span<const ir::Range> normalised) {
  struct Open {
    TestId test;
    Node low;
  };
  std::vector<Open> spine;
  Node piece = leaf(0);
  const auto border = [&](Uint128 value, Node next) {
    const TestId test = intern_test(dimension, value);
    while (!spine.empty() && before(test, spine.back().test)) {
      piece = intern(spine.back().test, spine.back().low, piece);
      spine.pop_back();
    }
    spine.push_back({test, piece});
    piece = next;
  };
  const Uint128 last = last_value_of(dimension);
  for (const ir::Range& range : normalised) {
    if (range.first > last) break;
    if (range.first == 0) piece = leaf(1);
    else border(range.first, leaf(1));
    if (range.last >= last) break;
    border(range.last + 1, leaf(0));
  }
  for (; !spine.empty(); spine.pop_back()) piece = intern(spine.back().test, spine.back().low, piece);
  return piece;
}

Node Diagrams::piece(Node node, Dimension dimension, Uint128 value) const {
  while (asks(node, dimension)) node = value < tests_[nodes_[node].test].value ? nodes_[node].low : nodes_[node].high;
  return node;
}

std::vector<std::pair<Uint128, Node>> Diagrams::pieces(Node node) const {
  std::vector<std::pair<Uint128, Node>> result;
  if (is_leaf(node)) return {{0, node}};
  const Dimension dimension = top_dimension(node);
  std::vector<Node> pending;
  Uint128 from = 0;
  for (;;) {
    for (; asks(node, dimension); node = nodes_[node].low) pending.push_back(node);
    result.emplace_back(from, node);
    if (pending.empty()) return result;
    from = tests_[nodes_[pending.back()].test].value;
    node = nodes_[pending.back()].high;
    pending.pop_back();
  }
}

}  // namespace wallcheck::packets
