// Members of a set as conditions of the common rule IR.

#include <algorithm>
#include <compare>
#include <set>
#include <tuple>

#include "frontend/iptables/ipset.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::Field;
using ir::Range;
using Ranges = std::vector<Range>;

bool holds(const SetType& type, Dimension dimension) {
  return std::ranges::find(type.dimensions, dimension) != type.dimensions.end();
}

/// Neither addresses nor networks: rules of both families can ask it.
bool any_family(const SetType& type) { return !holds(type, Dimension::ip) && !holds(type, Dimension::net); }

bool overlap(const Range& a, const Range& b) { return a.first <= b.last && b.first <= a.last; }

std::strong_ordering order(const Range& a, const Range& b) {
  return std::tie(a.first, a.last) <=> std::tie(b.first, b.last);
}
std::strong_ordering order(const Ranges& a, const Ranges& b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(),
                                                [](const Range& x, const Range& y) { return order(x, y); });
}

/// Entries that differ only in addresses and ports, joined.
struct Box {
  Ranges first, ports, second;
  std::uint8_t protocol = 0;
  std::uint32_t mark = 0;
  std::string_view name;
  bool wildcard = false;
  auto key() const { return std::tie(protocol, mark, name, wildcard); }
};

/// Joins boxes that are equal but for `joined`.
void join(std::vector<Box>& boxes, Ranges Box::*joined, Ranges Box::*same, Ranges Box::*same_too) {
  const auto compare = [&](const Box& a, const Box& b) -> std::strong_ordering {
    if (const auto keys = a.key() <=> b.key(); keys != 0) return keys;
    if (const auto ranges = order(a.*same, b.*same); ranges != 0) return ranges;
    return order(a.*same_too, b.*same_too);
  };
  std::ranges::sort(boxes, [&](const Box& a, const Box& b) { return compare(a, b) < 0; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    if (kept > 0 && compare(boxes[kept - 1], boxes[i]) == 0) {
      (boxes[kept - 1].*joined).insert((boxes[kept - 1].*joined).end(), (boxes[i].*joined).begin(), (boxes[i].*joined).end());
    } else {
      if (kept != i) boxes[kept] = std::move(boxes[i]);
      ++kept;
    }
  }
  boxes.resize(kept);
  for (Box& box : boxes) box.*joined = ir::normalised(std::move(box.*joined));
}

/// An entry, or what others leave of it.
struct Part {
  const SetEntry* entry = nullptr;
  Ranges first;                          ///< empty: the entry's own
  std::vector<const SetEntry*> except;   ///< packets in one of these boxes are not meant
};

class Lowering {
 public:
  Lowering(ir::Firewall& firewall, const IpSet& set, const SetLookup& lookup) : firewall_(firewall), set_(set), lookup_(lookup) {}

  Membership run() {
    const bool nets = holds(*set_.type, Dimension::net);
    const bool ethernet = holds(*set_.type, Dimension::mac);
    std::vector<Part> certain, possible;
    for (const SetEntry& entry : set_.entries) {
      if (nets && entry.nomatch != lookup_.return_nomatch) {
        blockers_.push_back(&entry);
      } else {
        wanted_.push_back(&entry);
      }
      vague_ |= vague(entry);
    }
    sort_by_address();
    for (const SetEntry* entry : wanted_) {
      const bool sure = !ethernet && !lookup_.counted && !vague(*entry) && !contradicted(*entry);
      if (sure) certain.push_back(part(*entry, true));
      if (!sure || (vague_ && (by_interface() || !blockers_.empty()))) possible.push_back(lookup_.counted ? Part{entry, {}, {}} : part(*entry, false));
    }
    Membership members{lower(certain), {}, {}};
    const bool unsure = ethernet || lookup_.counted || vague_ || certain.size() != wanted_.size();
    if (unsure) members.possible = lower(possible);
    if (!members.possible.empty())
      members.reason = ethernet          ? "depends on Ethernet addresses"
                       : lookup_.counted ? "depends on traffic seen before"
                                         : "depends on members that time out, bridge ports or host names";
    return members;
  }

 private:
  static bool vague(const SetEntry& entry) { return entry.may_vanish || entry.unclear_interface || entry.host_name; }
  bool by_interface() const { return holds(*set_.type, Dimension::iface); }
  bool one_network() const { return set_.type->dimensions.size() == 1 || by_interface(); }

  void sort_by_address() {
    const auto by_first = [](const SetEntry* a, const SetEntry* b) { return a->first.first < b->first.first; };
    std::ranges::sort(blockers_, by_first);
    if (!by_interface()) return;
    for (const SetEntry& entry : set_.entries) by_address_.push_back(&entry);
    std::ranges::sort(by_address_, by_first);
  }

  /// hash:net,iface can hold one network for `eth` and everything that begins so, and for `eth0`: which of them is found is chance.
  bool contradicted(const SetEntry& entry) const {
    return by_interface() && std::ranges::any_of(blockers_, [&](const SetEntry* other) {
      return other->first == entry.first && (other->wildcard || entry.wildcard);
    });
  }

  /// What is left of an entry where others come first: `surely` whatever is gone by then, or at most.
  Part part(const SetEntry& entry, bool surely) const {
    Part part{&entry, {}, {}};
    if (entry.host_name || entry.unclear_interface) return part;
    if (one_network()) {
      const auto& others = by_interface() ? by_address_ : blockers_;
      auto other = std::ranges::lower_bound(others, entry.first.first, {}, [](const SetEntry* e) { return e->first.first; });
      Ranges hidden;
      for (; other != others.end() && (*other)->first.first <= entry.first.last; ++other)
        if ((*other)->first_length > entry.first_length && (surely || !vague(**other))) hidden.push_back((*other)->first);
      if (!hidden.empty()) {
        part.first = ir::difference(std::span(&entry.first, 1), ir::normalised(std::move(hidden)));
        if (part.first.empty()) part.entry = nullptr;
      }
    } else {
      for (const SetEntry* other : blockers_)
        if (comes_first(*other, entry) && overlaps(*other, entry) && (surely || !vague(*other))) part.except.push_back(other);
    }
    return part;
  }

  static bool comes_first(const SetEntry& a, const SetEntry& b) {
    return std::tie(a.first_length, a.second_length) > std::tie(b.first_length, b.second_length);
  }
  bool overlaps(const SetEntry& a, const SetEntry& b) const {
    return overlap(a.first, b.first) && overlap(a.second, b.second) && a.protocol == b.protocol && overlap(a.ports, b.ports);
  }

  Membership::Cases lower(std::vector<Part>& parts) {
    Membership::Cases cases;
    std::erase_if(parts, [](const Part& part) { return part.entry == nullptr; });
    // Entries that differ only in their first address are one box: a set of 100,000 addresses never is 100,000 boxes.
    std::ranges::sort(parts, [](const Part& a, const Part& b) { return order(a, b) < 0; });
    std::vector<Box> boxes;
    const Part* previous = nullptr;
    for (const Part& part : parts) {
      const SetEntry& entry = *part.entry;
      const Ranges own = part.first.empty() ? Ranges{entry.host_name ? all() : entry.first} : part.first;
      if (!part.except.empty()) {
        cases.push_back(conditions(box_of(entry, own)));
        Membership::Cases excepted;
        for (const SetEntry* other : part.except) excepted.push_back(conditions(box_of(*other, {other->first})));
        cases.back().push_back(firewall_.any_of_match(excepted, true));
        continue;
      }
      if (previous != nullptr && order(*previous, part) == 0) {
        boxes.back().first.insert(boxes.back().first.end(), own.begin(), own.end());
      } else {
        boxes.push_back(box_of(entry, own));
      }
      previous = &part;
    }
    for (Box& box : boxes) box.first = ir::normalised(std::move(box.first));
    join(boxes, &Box::ports, &Box::first, &Box::second);
    join(boxes, &Box::second, &Box::first, &Box::ports);
    join(boxes, &Box::first, &Box::ports, &Box::second);
    for (const Box& box : boxes) add_cases(box, cases);
    return cases;
  }

  static std::strong_ordering order(const Part& a, const Part& b) {
    const SetEntry &x = *a.entry, &y = *b.entry;
    if (const auto keys = std::tie(x.protocol, x.mark, x.name, x.wildcard) <=> std::tie(y.protocol, y.mark, y.name, y.wildcard); keys != 0)
      return keys;
    if (const auto ports = iptables::order(x.ports, y.ports); ports != 0) return ports;
    return iptables::order(x.second, y.second);
  }

  static Box box_of(const SetEntry& entry, Ranges first) {
    Box box{std::move(first), {entry.ports}, {entry.second}, entry.protocol, entry.mark, entry.name, entry.wildcard};
    if (entry.unclear_interface) box.name = "", box.wildcard = true;
    return box;
  }

  Range all() const {
    return set_.family == Family::ipv4 ? Range{ipv4_first, ipv4_last} : Range{0, ~Uint128{0}};
  }

  /// With a mask that is no prefix each address of the box is a case of its own.
  void add_cases(const Box& box, Membership::Cases& cases) {
    const Address host_bits = ~set_.mask;
    const bool is_prefix = (host_bits & (host_bits + 1)) == 0;
    if (is_prefix) return cases.push_back(conditions(box));
    Box rest = box;
    for (const Range& range : box.first) {
      for (Uint128 value = range.first;; ++value) {
        rest.first.clear();
        cases.push_back(conditions(rest));
        cases.back().push_back(firewall_.masked_match(field(0, Field::source, Field::destination), value, set_.mask));
        if (value == range.last) break;
      }
    }
  }

  Field field(std::size_t dimension, Field source, Field destination) const {
    return lookup_.sides[dimension] == Side::source ? source : destination;
  }

  std::vector<ir::Match> conditions(const Box& box) {
    std::vector<ir::Match> all_of;
    bool second = false;
    // A later fragment has no ports: it is in no set that has some, but as another protocol's.
    const bool asks_ports = holds(*set_.type, Dimension::number) || (holds(*set_.type, Dimension::port) && (looks_at_ports(box.protocol) || is_icmp(box.protocol) || set_.family == Family::ipv6));
    if (asks_ports) all_of.push_back(firewall_.range_match(Field::fragment, 0, 0));
    for (std::size_t i = 0; i < set_.type->dimensions.size(); ++i) {
      switch (set_.type->dimensions[i]) {
        case Dimension::ip:
        case Dimension::net: {
          const Ranges& addresses = second ? box.second : box.first;
          if (!addresses.empty()) all_of.push_back(firewall_.ranges_match(field(i, Field::source, Field::destination), addresses));
          second = true;
          break;
        }
        case Dimension::port:
          all_of.push_back(firewall_.range_match(Field::protocol, box.protocol, box.protocol));
          if (is_icmp(box.protocol))
            all_of.push_back(firewall_.ranges_match(Field::icmp, box.ports));
          else if (looks_at_ports(box.protocol))
            all_of.push_back(firewall_.ranges_match(field(i, Field::source_port, Field::destination_port), box.ports));
          break;
        case Dimension::number: {
          const Range tcp_udp[] = {{ir::protocol::tcp, ir::protocol::tcp}, {ir::protocol::udp, ir::protocol::udp}};
          all_of.push_back(firewall_.ranges_match(Field::protocol, tcp_udp));
          all_of.push_back(firewall_.ranges_match(field(i, Field::source_port, Field::destination_port), box.ports));
          break;
        }
        case Dimension::iface: {
          const Field interface = field(i, Field::in_interface, Field::out_interface);
          all_of.push_back(firewall_.interface_match(interface, std::string(box.name) + (box.wildcard ? "+" : "")));
          // A packet without an interface is in no such set, whatever the pattern.
          if (box.wildcard) all_of.push_back(firewall_.interface_match(interface, "", true));
          break;
        }
        case Dimension::mark:
          all_of.push_back(firewall_.masked_match(Field::mark, box.mark, set_.mark_mask));
          break;
        case Dimension::mac:
        case Dimension::set: break;
      }
    }
    return all_of;
  }

  /// The protocols whose ports ip_set_get_ip4_port() reads; of the others the port is 0.
  static bool looks_at_ports(std::uint8_t protocol) {
    using namespace ir::protocol;
    return protocol == tcp || protocol == udp || protocol == udplite || protocol == sctp;
  }

  static bool is_icmp(std::uint8_t protocol) { return protocol == ir::protocol::icmp || protocol == ir::protocol::icmpv6; }

  ir::Firewall& firewall_;
  const IpSet& set_;
  const SetLookup& lookup_;
  std::vector<const SetEntry*> wanted_, blockers_, by_address_;
  bool vague_ = false;
};

}  // namespace

Membership membership(ir::Firewall& firewall, const IpSets& sets, const IpSet& set, const SetLookup& lookup) {
  constexpr std::string_view unread = "depends on members that could not be read";
  if (set.type == nullptr) return {{}, {{}}, unread};
  if (!any_family(*set.type) && set.family != lookup.family) return {};
  if (lookup.sides.size() < set.type->dimensions.size()) return {};
  Membership all;
  if (!holds(*set.type, Dimension::set)) all = Lowering(firewall, set, lookup).run();
  for (const SetEntry& entry : holds(*set.type, Dimension::set) ? std::span<const SetEntry>(set.entries) : std::span<const SetEntry>()) {
    const IpSet* member = sets.find(entry.name);
    // A list cannot be a member of a list: the kernel refuses it.
    const bool readable = member != nullptr && member->type != nullptr && !holds(*member->type, Dimension::set);
    Membership one = readable ? membership(firewall, sets, *member, lookup) : Membership{{}, {{}}, unread};
    if (entry.may_vanish || lookup.counted) {
      one.possible.insert(one.possible.end(), one.certain.begin(), one.certain.end());
      one.certain.clear();
      if (one.reason.empty()) one.reason = "depends on members that time out";
    }
    all.certain.insert(all.certain.end(), one.certain.begin(), one.certain.end());
    all.possible.insert(all.possible.end(), one.possible.begin(), one.possible.end());
    if (all.reason.empty()) all.reason = one.reason;
  }
  if (set.shrinks) {
    all.possible.insert(all.possible.end(), all.certain.begin(), all.certain.end());
    all.certain.clear();
  }
  if (set.grows || set.broken) all.possible = {{}};
  if (set.broken) all.reason = unread;
  else if (set.grows || set.shrinks) all.reason = "depends on the members that rules add and delete (target SET)";
  return all;
}

void IpSets::note_unused(Family family, ir::Firewall& firewall) const {
  std::set<std::string_view> used;
  for (const ir::NamedSet& named : firewall.named_sets) {
    const std::string_view name = firewall.strings[named.name];
    used.insert(name);
    if (const IpSet* set = find(name))
      for (const SetEntry& entry : set->entries) used.insert(entry.name);  // empty, or an interface, but in a list of sets
  }
  for (const auto& [name, set] : sets_) {
    if (used.contains(name) || set.grows || set.shrinks || set.broken || set.type == nullptr) continue;
    if (any_family(*set.type) || set.family == family) firewall.unused.push_back({ir::Unused::Kind::set, firewall.strings.intern(name), set.where});
  }
}

}  // namespace wallcheck::frontend::iptables
