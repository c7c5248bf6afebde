#pragma once

#include <cstddef>
#include <cstdint>

namespace wallcheck {

/// Budgets: what one input may cost. Running out is diagnostic WC904 with the budget's name and exit status 3, never a hang
/// and never a silent pass. `wallcheck --help` prints this table; `--limit NAME=VALUE` raises one.
struct Limits {
  std::size_t input_bytes = std::size_t{1} << 30;  ///< one file, read whole
  std::uint32_t line_bytes = 16u << 20;            ///< one line of a line-based format
  std::uint32_t nesting = 1000;                    ///< braces, brackets, anchors, JSON depth
  std::uint32_t macro_expansion = 1u << 20;        ///< bytes one pf line may grow to
  std::uint32_t include_depth = 15;                ///< pf include files within one another
  std::uint32_t list_product = 1u << 20;           ///< rules one rule's lists may multiply into
  std::uint32_t rules = 4'000'000;                 ///< rules of one file after expansion
  std::uint32_t settings_bytes = 4u << 20;         ///< one policy pack or config
  std::uint32_t diagnostics = 1000;                ///< errors kept of one file; the rest is counted
  std::uint32_t graph_nodes = 20'000'000;          ///< nodes of packet-set diagrams one question may build
  std::uint32_t regions = 8;                       ///< regions printed for one set of packets
};

}  // namespace wallcheck
