#pragma once
// packets/diagrams: threshold decision diagrams, the store that all sets of packets live in.
//
// A node asks one question of a packet, `dimension < value`, and has a successor for yes and one for no; a leaf is a number. A set of
// packets has the leaves 0 and 1; a firewall's decision has a leaf for each outcome. Along every way down:
//   1. dimensions ascend;
//   2. the questions about one dimension form a treap: a search tree by value, a heap by weight (rounder numbers above, then by a
//      fixed hash), so that its shape depends on the values in it and on nothing else, and is shallow;
//   3. no question is idle: the pieces on both sides of a value are different.
// Nodes are interned. By 1-3 each function of packets has exactly one node: equality of sets is equality of numbers. One node is one
// comparison of up to 128 bits, so IPv6 costs what IPv4 does. Changing a piece copies the path to it, about log(values) nodes.
//
// Depth is the input's choice only up to a bound (`max_depth`, for diagrams a count of conditions on one way); what is deeper,
// or larger than the node budget, is BudgetExceeded.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/uint128.h"
#include "ir/values.h"
#include "packets/dimensions.h"

namespace wallcheck::packets {

using wallcheck::BudgetExceeded;

/// A function from packets to leaves, as a number in its Diagrams.
using Node = std::uint32_t;

/// The constant function; leaf numbers have 31 bits.
constexpr Node leaf(std::uint32_t number) { return number | 0x8000'0000u; }
constexpr bool is_leaf(Node node) { return (node & 0x8000'0000u) != 0; }
constexpr std::uint32_t leaf_number(Node node) { return node & 0x7fff'ffffu; }

class Diagrams {
 public:
  static constexpr std::size_t default_budget = 20'000'000;
  static constexpr std::uint32_t max_depth = 10'000;
  explicit Diagrams(std::size_t node_budget = default_budget);
  /// With the budget graph_nodes, and ending when its work is to stop.
  explicit Diagrams(const Limits& limits) : Diagrams(limits.graph_nodes) { stop_ = limits.stop; }
  Diagrams(const Diagrams&) = delete;
  Diagrams& operator=(const Diagrams&) = delete;

  /// Starts a new question: its node budget is full again.
  void begin_question() {
    question_start_ = nodes_.size();
    charged_ = 0;
  }
  /// Counts against the question's budget what it builds beside its nodes, in nodes of about the same size.
  void charge(std::size_t nodes) {
    charged_ += nodes;
    if (used() >= question_budget_) run_out();
  }
  /// The question ended with BudgetExceeded: what it built is lost. Later questions have as much less, down to a small rest: a file that
  /// makes every question run out costs little more than one that does it once. Forget what was built, too.
  void lessen_budget();
  /// Later questions have no more than this.
  void cap_budget(std::size_t nodes) { question_budget_ = std::min(question_budget_, nodes); }
  std::size_t node_count() const { return nodes_.size(); }
  /// For loops around questions: throws BudgetExceeded once work is to stop.
  void keep_time() const {
    if (stop_ != nullptr && stop_->why() != Stop::Why::none) throw BudgetExceeded(stop_words(*stop_));
  }
  /// Forgets everything; every node and set of this store is invalid from here on. Memory is kept for reuse.
  void clear();

  /// Dimension values above `last` do not exist (e.g. interface classes of a firewall). Before the first use of the dimension.
  void limit_dimension(Dimension dimension, Uint128 last);
  Uint128 last_value_of(Dimension dimension) const;

  // Building. The sets of packets whose dimension is below a value, has one of some values (normalised), is 1.
  Node below(Dimension dimension, Uint128 value);
  Node values(Dimension dimension, std::span<const ir::Range> normalised);
  Node bit(Dimension dimension) { return branch(dimension, 1, leaf(0), leaf(1)); }
  /// Below `value` as `low` says, elsewhere as `high` says; both may ask anything.
  Node branch(Dimension dimension, Uint128 value, Node low, Node high);

  // Algebra. `condition` and the operands of the set operations have leaves 0 and 1.
  Node ite(Node condition, Node then, Node otherwise);
  Node intersection(Node a, Node b);
  Node unite(Node a, Node b);
  Node difference(Node a, Node b);
  /// `a` where it has a leaf other than 0, elsewhere `b`. Any leaves: the first of two lists of decisions that decides.
  Node first_of(Node a, Node b);
  Node complement(Node a) { return difference(leaf(1), a); }

  /// f(a, b) leaf by leaf; asked at least once for each pair that occurs.
  using LeafJoin = std::function<std::uint32_t(std::uint32_t, std::uint32_t)>;
  Node combine(Node a, Node b, const LeafJoin& function);
  /// f(a) leaf by leaf.
  Node map_leaves(Node node, const std::function<std::uint32_t(std::uint32_t)>& function);
  /// Set of the packets that come to a leaf for which the predicate holds.
  Node where(Node node, const std::function<bool(std::uint32_t)>& predicate);
  /// Each leaf replaced by a diagram: for the packets of a leaf, `function(leaf number)` counts.
  Node replace_leaves(Node node, const std::function<Node(std::uint32_t)>& function);

  /// `node` for packets whose dimension has this value; does not depend on the dimension any more.
  Node restrict(Node node, Dimension dimension, Uint128 value);
  /// The function `node` of a changed packet, as a function of the packet before the change.
  struct Change {
    std::vector<std::pair<Dimension, Uint128>> values;  ///< dimensions that get a value
    std::vector<std::pair<Dimension, Node>> bits;       ///< one-bit dimensions that become the membership in a set
  };
  Node before(Node node, const Change& change, const std::function<std::uint32_t(std::uint32_t)>& leaf_map);
  /// `node` with a dimension free to take any of `values` (normalised, not empty): where the choice matters, leaves are joined.
  /// The join must be associative, commutative and idempotent.
  Node over_values(Node node, Dimension dimension, std::span<const ir::Range> values, const LeafJoin& join);
  /// Sets only: some value (every value) of all dimensions for which `chosen` holds puts the packet into the set.
  Node exists(Node set, const std::function<bool(Dimension)>& chosen);
  Node forall(Node set, const std::function<bool(Dimension)>& chosen);

  // Looking.
  struct Test {
    Dimension dimension = 0;
    Uint128 value = 0;
  };
  Test test(Node node) const { return {tests_[nodes_[node].test].dimension, tests_[nodes_[node].test].value}; }
  Node low(Node node) const { return nodes_[node].low; }
  Node high(Node node) const { return nodes_[node].high; }
  Dimension top_dimension(Node node) const { return tests_[nodes_[node].test].dimension; }  ///< of a node that is no leaf
  /// Follows one dimension's questions down to the piece for `value`.
  Node piece(Node node, Dimension dimension, Uint128 value) const;
  /// The pieces of a node along its top dimension, ascending: from which value on, and what holds there. The first starts at 0.
  std::vector<std::pair<Uint128, Node>> pieces(Node node) const;
  /// The leaf numbers that occur, ascending.
  std::vector<std::uint32_t> leaves(Node node);
  /// The dimensions that `node` depends on, ascending.
  std::vector<Dimension> support(Node node);
  /// For each leaf that occurs a packet that comes to it: values of the dimensions that it is asked about on its way.
  std::map<std::uint32_t, std::vector<std::pair<Dimension, Uint128>>> examples(Node node);
  /// Nodes below and with this one, leaves not counted.
  std::size_t size(Node node);

 private:
  using TestId = std::uint32_t;
  struct TestEntry {
    Uint128 value = 0;
    std::uint64_t weight = 0;
    Dimension dimension = 0;
  };
  struct NodeEntry {
    TestId test = 0;
    Node low = 0;
    Node high = 0;
  };
  /// Results of recent operations; a later one may push out an earlier one.
  struct CacheEntry {
    std::uint32_t operation = 0;
    Node a = 0, b = 0, c = 0;
    Node result = 0;
  };
  /// Exact memory of one walk over a diagram, by node. Walks may nest: each takes its own.
  struct Memo {
    std::vector<Node> result;
    std::vector<std::uint32_t> stamp;
    std::uint32_t now = 0;
  };
  class Walk;
  class Depth;
  enum class Side : std::uint8_t { low, high };
  struct Halves {
    Node low, high;
  };

  TestId intern_test(Dimension dimension, Uint128 value);
  Node intern(TestId test, Node low, Node high);
  Node make(TestId test, Node low, Node high);
  Node join(Node low, TestId test, Node high);
  Node merge(Node low, Node high, Dimension dimension);
  Node split(Node node, TestId at, Side side);
  Halves halves(Node node, TestId at);
  Node branch(TestId test, Node low, Node high);
  bool before(TestId a, TestId b) const;
  TestId first_test(Node a, Node b) const;
  bool asks(Node node, Dimension dimension) const { return !is_leaf(node) && top_dimension(node) == dimension; }
  Node last_piece(Node node, Dimension dimension) const;
  Node first_piece(Node node, Dimension dimension) const;

  /// Recursive bodies of the operations of the same name.
  Node combine(std::uint32_t operation, Node a, Node b, const LeafJoin& function);
  Node before(Walk& walk, Node node, const Change& change, const std::function<std::uint32_t(std::uint32_t)>& leaf_map);
  Node quantify(Walk& walk, Node set, std::uint32_t operation, const std::function<bool(Dimension)>& chosen);
  Node set_operation(std::uint32_t operation, Node a, Node b);
  /// Rebuilds a diagram from above: where `known` has an answer for a node, that is it; else the node over its rebuilt halves, put
  /// together by `branch` if answers may ask anything, by `make` if they ask only later dimensions (or fewer of the node's own).
  enum class Answer : std::uint8_t { later, any };
  Node rebuild(Walk& walk, Node node, Answer answers, const std::function<std::optional<Node>(Node)>& known);
  void for_each_node(Node root, const std::function<void(Node)>& visit);
  CacheEntry& cache_slot(std::uint32_t operation, Node a, Node b, Node c);
  void grow_nodes();
  std::size_t used() const { return nodes_.size() - question_start_ + charged_; }
  [[noreturn]] void run_out() const;
  std::uint32_t new_operation();

  std::vector<NodeEntry> nodes_;
  std::vector<std::uint32_t> node_table_;  ///< open addressing; node + 1, 0 = free
  std::vector<TestEntry> tests_;
  std::vector<std::uint32_t> test_table_;
  std::vector<CacheEntry> cache_;
  std::vector<std::unique_ptr<Memo>> memos_;
  std::size_t memos_in_use_ = 0;
  std::vector<std::pair<Dimension, Uint128>> limits_;
  std::uint32_t next_operation_ = 0;
  std::uint32_t depth_ = 0;
  const std::size_t node_budget_;
  std::size_t question_budget_;  ///< what lessen_budget has left of it
  std::size_t question_start_ = 0;
  std::size_t charged_ = 0;
  std::uint32_t steps_ = 0;  ///< of recursions, to look at the time now and then
  const Stop* stop_ = nullptr;
};

}  // namespace wallcheck::packets
