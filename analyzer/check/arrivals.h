#pragma once
// Which packets may come to each list of a firewall, as they came in: bounds that may be too wide, never too narrow.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"

namespace wallcheck::check {

/// What the calls of a list, and the rules in it, say of addresses, ports and protocol. Where an earlier stage may rewrite a field, what
/// rules say of it says nothing of the packet as it came in.
class Arrivals {
 public:
  static constexpr std::array fields{ir::Field::source, ir::Field::destination, ir::Field::protocol, ir::Field::source_port, ir::Field::destination_port};

  /// What rules behind a translation say of destinations says something of the packet as it came in, too, where no translation gives that
  /// value. Who asks about many rules may do better with bounds that are the same for all of them.
  enum class Behind : std::uint8_t { nothing, kept_values };
  explicit Arrivals(const ir::Firewall& firewall, Behind behind = Behind::nothing);

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
    std::array<ir::RangesId, fields.size()> values{};  ///< that all its calls ask for; 0: the values are in `several_`, or it is open
    std::uint32_t callers = 0;
  };
  struct Allowed {
    ir::RangesId id = 0;                ///< 0: not the values of one condition
    std::span<const ir::Range> ranges;  ///< none: any value
  };

  Allowed allowed(ir::ListId id, const ir::Rule& rule, std::size_t field) const;
  void widen(ir::ListId id, std::size_t field, const Allowed& more);
  void find_targets();
  void walk_path(ir::Path path);
  void add_effects(Fields& fields, ir::EffectsId id) const;
  void order();
  void close(ir::ListId id);
  static std::uint64_t place(ir::ListId id, std::size_t field) { return std::uint64_t{id} * fields.size() + field; }

  bool is_kept(const List& list, std::size_t field, std::span<const ir::Range> asked) const;

  const ir::Firewall& firewall_;
  std::vector<List> lists_;
  /// What a destination (field 1) or its port (field 4) may become anywhere; a value that is not among them is the one that the packet came with.
  std::array<std::vector<ir::Range>, fields.size()> targets_;
  Fields any_target_{true, true, true, true, true};
  std::unordered_map<std::uint64_t, std::vector<ir::Range>> several_;  ///< by `place`: values that calls ask for, where they differ
};

}  // namespace wallcheck::check
