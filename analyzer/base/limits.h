#pragma once
// What one input may cost.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace wallcheck {

/// Whether work on a file is to end before its end: asked for by whoever keeps the time (cli), looked at by those that work. So nothing
/// else reads a clock, and looking costs no more than a read of memory.
class Stop {
 public:
  enum class Why : std::uint8_t { none, wall_time, interrupted };
  /// The first reason stands.
  void ask(Why why) {
    Why none = Why::none;
    why_.compare_exchange_strong(none, why, std::memory_order_relaxed);
  }
  Why why() const { return why_.load(std::memory_order_relaxed); }

 private:
  std::atomic<Why> why_{Why::none};
};

/// Budgets: what one input may cost. Running out is diagnostic WC904 with the budget's name and exit status 3, never a hang
/// and never a silent pass. `wallcheck --help` prints this table; `--limit NAME=VALUE` raises one.
struct Limits {
  std::size_t input_bytes = std::size_t{1} << 30;  ///< one file, read whole
  std::uint32_t line_bytes = 16u << 20;            ///< one line of a line-based format
  std::uint32_t tokens = 100'000'000;              ///< words and signs of one file; keys and values of JSON
  std::uint32_t nesting = 1000;                    ///< braces, brackets, anchors, JSON depth
  std::uint32_t macro_expansion = 1u << 20;        ///< bytes one pf line may grow to
  std::uint32_t include_depth = 15;                ///< pf include files within one another
  std::uint32_t includes = 10'000;                 ///< pf include files and loaded anchors in all, each time that one is read
  std::uint32_t list_product = 1u << 20;           ///< rules one rule's lists may multiply into
  std::uint32_t rules = 4'000'000;                 ///< rules of one file after expansion
  std::uint32_t chains = 1'000'000;                ///< chains or anchors of one file
  std::uint32_t groups = 100'000;                  ///< firewalls of one file: security groups and the like, each with its own report
  std::uint32_t settings_bytes = 4u << 20;         ///< one policy pack or config
  std::uint32_t diagnostics = 1000;                ///< errors kept of one file; the rest is counted
  std::uint32_t graph_nodes = 20'000'000;          ///< nodes of packet-set diagrams one question may build
  std::uint32_t regions = 8;                       ///< regions printed for one set of packets
  std::uint32_t wall_time = 600;                   ///< seconds of work on one file (diff: on both)

  const Stop* stop = nullptr;  ///< asked to end when wall_time has passed; none: nobody keeps the time

  bool stopped() const { return stop != nullptr && stop->why() != Stop::Why::none; }
  /// The same with fewer nodes for a question.
  Limits with_nodes(std::size_t most) const {
    Limits less = *this;
    if (most < less.graph_nodes) less.graph_nodes = static_cast<std::uint32_t>(most);
    return less;
  }
};

/// "(limit rules; --limit rules=N raises it)": what a message about a budget that ran out ends with.
std::string limit_words(std::string_view budget);
/// Why work was stopped, as the end of a sentence: "no time is left (limit wall_time; ...)", "interrupted".
std::string stop_words(const Stop& stop);

/// An analysis would cost more than its limits allow. Becomes WC904, never a silent pass.
struct BudgetExceeded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// For loops that the input makes long: throws BudgetExceeded once work is to stop.
inline void keep_time(const Limits& limits) {
  if (limits.stopped()) throw BudgetExceeded(stop_words(*limits.stop));
}

}  // namespace wallcheck
