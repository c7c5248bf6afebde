#pragma once
// Which packets may come to each list of a firewall, as they came in: bounds that may be too wide, never too narrow.

#include <array>
#include <optional>
#include <vector>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"

namespace wallcheck::check {

/// What the calls of a list, and the rules in it, say of addresses, ports and protocol. Where an earlier stage may rewrite a field, what
/// rules say of it says nothing of the packet as it came in.
class Arrivals {
 public:
  static constexpr std::array fields{ir::Field::source, ir::Field::destination, ir::Field::protocol, ir::Field::source_port, ir::Field::destination_port};

  explicit Arrivals(const ir::Firewall& firewall);

  /// The paths by which packets may come to the list: bit p for ir::Path p.
  std::uint8_t paths(ir::ListId id) const { return lists_[id].paths; }
  /// Is the list in a circle of calls, or called from one?
  bool behind_circle(ir::ListId id) const { return lists_[id].callers > 0; }
  /// The packets that may come to the list and have what the rule asks; a field without values is open.
  evaluate::Box box(ir::ListId id, const ir::Rule& rule) const;
  /// A question's box, cut to what the rule can be asked about; nullopt: to nothing.
  std::optional<evaluate::Box> cut(evaluate::Box box, ir::ListId id, const ir::Rule& rule) const;

 private:
  using Fields = std::array<bool, fields.size()>;
  struct List {
    std::uint8_t paths = 0;
    bool base = false;
    Fields rewritten{};                   ///< rules may see another value than the packet came with
    Fields open{};
    std::array<std::vector<ir::Range>, fields.size()> values;  ///< meaningless where open
    std::uint32_t callers = 0;
  };

  std::span<const ir::Range> values(const List& list, const ir::Rule& rule, std::size_t field) const;
  void walk_path(ir::Path path);
  void add_effects(Fields& fields, ir::EffectsId id) const;
  void order();
  static void close(List& list);

  const ir::Firewall& firewall_;
  std::vector<List> lists_;
};

}  // namespace wallcheck::check
