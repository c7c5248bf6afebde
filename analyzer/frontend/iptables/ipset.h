#pragma once
// ipset: side files with the members of sets, as `ipset save` prints them and `ipset restore` takes them (ipset(8)).
//
// A set is a list of entries; an entry is a box of packets: one value or range for each dimension of the set's type. Which side
// of the packet a dimension is compared with (source or destination) is said by the rule, `--match-set NAME src,dst`.
// The rules of the game, each asked of a running kernel (tests/extensions/ipset):
//   * A rule with fewer directions than the set has dimensions never matches; what is too many is ignored. A set of the other family
//     never matches.
//   * Networks: the entry with the longest prefix decides (of two networks: the first one's prefix, then the second one's). If it is
//     marked `nomatch`, the packet is not in the set. In hash:net,iface the longest prefix is found first and then the interface is
//     compared, so a longer prefix of another interface hides a shorter one.
//   * Ports belong to a protocol (tcp where nothing is said); bitmap:port takes those of tcp and udp alike. ICMP entries are a type
//     and a code. Other protocols stand as `proto:0`.
//   * An entry with a timeout may be gone when the packet comes: it may match or not.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/address.h"
#include "base/source_file.h"
#include "frontend/diagnostics.h"
#include "ir/firewall.h"

namespace wallcheck::frontend::iptables {

/// What one dimension of a set holds.
enum class Dimension : std::uint8_t {
  ip,      ///< an address; in sets with a netmask a network of that length
  net,     ///< a network of any length
  port,    ///< protocol and port, or ICMP type and code
  number,  ///< a port of tcp or udp (bitmap:port)
  mac,     ///< an Ethernet address: no field of a packet here
  iface,   ///< an interface
  mark,    ///< the packet's mark
  set,     ///< the name of another set
};

struct SetType {
  std::string_view name;
  std::span<const Dimension> dimensions;
  std::string_view old_name = {};  ///< "iphash": still taken
};

/// One entry: a box. Members that the set's type has no dimension for are left alone.
struct SetEntry {
  ir::Range first, second;             ///< addresses of the first and of the second ip or net dimension
  std::uint8_t first_length = 0, second_length = 0;  ///< prefix lengths of net dimensions
  std::uint8_t protocol = 0;           ///< 0: tcp and udp (bitmap:port)
  bool nomatch = false;
  bool may_vanish = false;             ///< has a timeout
  bool wildcard = false;               ///< iface is a beginning of names
  bool unclear_interface = false;      ///< physdev: a port of a bridge; or a name that really ends with '+'
  bool host_name = false;              ///< its address is not known before the set is loaded
  ir::Range ports;                     ///< ports, or type * 256 + code
  std::uint32_t mark = 0;
  std::string name;                    ///< iface, or the member set's name
  /// What makes it one element of its set; `nomatch` and timeouts are options of it.
  auto element() const {
    return std::tie(first.first, first.last, second.first, second.last, first_length, second_length, protocol, ports.first, ports.last, mark,
                    name, wildcard, unclear_interface);
  }
};

struct IpSet {
  const SetType* type = nullptr;       ///< nullptr: of a type that nobody knows
  Family family = Family::ipv4;
  Address mask = ~Address{0};          ///< netmask, bitmask
  std::uint32_t mark_mask = 0xffff'ffffu;
  bool counters = false;
  bool broken = false;                 ///< some of it could not be read: any packet may be a member
  bool grows = false, shrinks = false; ///< rules add members to it, delete some (target SET)
  std::vector<SetEntry> entries;
  Span where;
};

/// The sets of all side files, by name.
class IpSets {
 public:
  /// Reads one file; what cannot be read is a diagnostic and makes its set `broken`. True if all of it was understood.
  bool read(const SourceFile& source, FileId id, Diagnostics& diagnostics);
  /// Looks in the rules (the whole text of their file) for the target SET, which changes sets: no side file can tell what is in them.
  void note_changes(std::string_view rules);
  /// Nullptr: no side file has it.
  const IpSet* find(std::string_view name) const;
  bool empty() const { return sets_.empty(); }
  /// Sets of this family that neither a rule nor a list of sets that a rule asks mentions, into Firewall::unused. After the rules were read.
  void note_unused(Family family, ir::Firewall& firewall) const;

 private:
  friend class IpSetReader;
  std::map<std::string, IpSet, std::less<>> sets_;
};

/// Which address, port or interface a dimension of the set is compared with.
enum class Side : std::uint8_t { source, destination };

/// How a rule asks a set.
struct SetLookup {
  std::span<const Side> sides;
  Family family = Family::ipv4;  ///< of the rule
  bool return_nomatch = false;   ///< `--return-nomatch`: the entries marked nomatch are looked for
  bool counted = false;          ///< counters have to fit too, so that no member is certain
};

/// Who is in the set, as alternatives of conditions: for whom it is certain, and for whom the side file does not decide it.
struct Membership {
  using Cases = std::vector<std::vector<ir::Match>>;
  Cases certain;
  Cases possible;
  std::string_view reason;  ///< why `possible` is not certain; empty where there is no such case
};
Membership membership(ir::Firewall& firewall, const IpSets& sets, const IpSet& set, const SetLookup& lookup);

}  // namespace wallcheck::frontend::iptables
