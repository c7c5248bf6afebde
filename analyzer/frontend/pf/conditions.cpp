#include "frontend/pf/conditions.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "frontend/pf/settings.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {
namespace {

using ir::Coverage;
using ir::Field;
using ir::Match;

constexpr std::uint8_t tcp = 6;

void worsen(Coverage& coverage, Coverage to) { coverage = std::max(coverage, to); }

std::vector<ir::Range> port_ranges(const Port& port) {
  const unsigned a = port.first, b = port.second;
  const auto below = [](unsigned limit) { return limit == 0 ? std::vector<ir::Range>{} : std::vector<ir::Range>{{0, limit - 1}}; };
  const auto above = [](unsigned limit) { return limit == 65535 ? std::vector<ir::Range>{} : std::vector<ir::Range>{{limit + 1, 65535}}; };
  const auto both = [](std::vector<ir::Range> x, const std::vector<ir::Range>& y) {
    x.insert(x.end(), y.begin(), y.end());
    return x;
  };
  switch (port.op) {
    case Op::equal: return {{a, a}};
    case Op::unequal: return both(below(a), above(a));
    case Op::less: return below(a);
    case Op::less_equal: return {{0, a}};
    case Op::greater: return above(a);
    case Op::greater_equal: return {{a, 65535}};
    case Op::between: return a + 1 < b ? std::vector<ir::Range>{{a + 1, b - 1}} : std::vector<ir::Range>{};
    case Op::outside: return both(below(a), above(b));
    case Op::range: return {{a, b}};
    default: return {{0, 65535}};
  }
}

std::string owner_text(std::string_view word, const Owner& owner) {
  static constexpr std::string_view signs[] = {"", "=", "!=", "<", "<=", ">", ">=", "><", "<>", ":"};
  const std::string_view sign = signs[static_cast<std::size_t>(owner.op)];
  return owner.second.empty() ? fmt::format("{} {} {}", word, sign, owner.first) : fmt::format("{} {} {} {}", word, owner.first, sign, owner.second);
}

std::string name_of(const Host& host) {
  std::string name(host.kind == Host::Kind::self ? "self" : host.name);
  if (host.modifiers & Host::network) name += ":network";
  if (host.modifiers & Host::broadcast) name += ":broadcast";
  if (host.modifiers & Host::peer) name += ":peer";
  return name;
}

}  // namespace

std::vector<ir::Range> table_ranges(const std::vector<Host>& members, bool& complete) {
  std::vector<const Host*> entries;
  for (const Host& host : members) {
    if (host.kind == Host::Kind::addresses) entries.push_back(&host);
    else complete = false;
  }
  // The smallest network around an address decides; of the same one, what stands last. Without negation the order does not matter.
  if (std::ranges::any_of(entries, &Host::negated))
    std::ranges::stable_sort(entries, {}, [](const Host* host) { return std::tuple(~(host->range.last - host->range.first), host->range.first); });
  std::vector<ir::Range> ranges;
  for (auto entry = entries.begin(); entry != entries.end();) {
    const Uint128 size = (*entry)->range.last - (*entry)->range.first;
    std::vector<ir::Range> in, out;
    for (; entry != entries.end() && (*entry)->range.last - (*entry)->range.first == size; ++entry) {
      const bool is_last = entry + 1 == entries.end() || (*(entry + 1))->range != (*entry)->range;
      if (is_last) ((*entry)->negated ? out : in).push_back({(*entry)->range.first, (*entry)->range.last});
    }
    ranges.insert(ranges.end(), in.begin(), in.end());
    if (!out.empty()) ranges = ir::difference(ir::normalised(std::move(ranges)), ir::normalised(std::move(out)));
  }
  return ir::normalised(std::move(ranges));
}

ir::Match Conditions::opaque(const std::string& text, std::string_view reason, Span where, bool shared) {
  if (!shared) {
    const Match fresh = firewall_.opaque_match(text, reason, where);
    firewall_.opaques[fresh.value].each_time = true;
    return fresh;
  }
  const auto found = opaques_.find(text);
  if (found != opaques_.end()) return {ir::MatchKind::opaque, Field::source, false, found->second};
  const Match match = firewall_.opaque_match(text, reason, where);
  opaques_.emplace(text, match.value);
  return match;
}

std::uint16_t Conditions::tag(std::string_view name) {
  if (firewall_.tags.empty()) firewall_.tags.push_back(0);
  const auto [it, fresh] = tags_.emplace(std::string(name), static_cast<std::uint16_t>(firewall_.tags.size()));
  if (fresh) firewall_.tags.push_back(firewall_.strings.intern(name));
  return it->second;
}

void Conditions::family(std::optional<Family> family, std::vector<Match>& matches) {
  if (family) matches.push_back(firewall_.range_match(Field::source, ipv4_first, ipv4_last, *family == Family::ipv6));
}

/// pf.conf(5), "on": a name that ends with a digit is an interface, another one a group. The interfaces of a driver are a group of its
/// name; which interfaces are in other groups only the machine knows.
void Conditions::interface(const Interface& interface, Field field, Span where, std::vector<Match>& matches, Coverage& coverage) {
  if (interface.rdomain) {
    Match match = opaque(fmt::format("{} rdomain {}", field == Field::in_interface ? "in on" : "out on", *interface.rdomain),
                         "depends on the routing domains of the machine", where);
    match.negated = interface.negated;
    matches.push_back(match);
    return worsen(coverage, Coverage::opaque);
  }
  const std::string name(interface.name);
  if (name.empty()) return;
  if (name == "any") return matches.push_back(firewall_.interface_match(field, "lo+", !interface.negated));
  if (name.back() >= '0' && name.back() <= '9') return matches.push_back(firewall_.interface_match(field, name, interface.negated));
  if (is_driver_group(name)) return matches.push_back(firewall_.interface_match(field, name + "+", interface.negated));
  const std::vector<Match> cases[] = {
      {firewall_.interface_match(field, name)},
      {opaque(fmt::format("{} group {}", field == Field::in_interface ? "in on an interface of" : "out on an interface of", name),
              fmt::format("which interfaces are in group {} only the machine knows", name), where)}};
  matches.push_back(firewall_.any_of_match(cases, interface.negated));
  worsen(coverage, Coverage::opaque);
}

/// Addresses that the user gave for a name. Null: none are.
const std::vector<ir::Range>* Conditions::known_addresses(const std::string& name, bool& complete) {
  auto [it, fresh] = addresses_.try_emplace(name);
  Known& known = it->second;
  if (fresh) {
    std::vector<Host> hosts;
    if (const SideFile* file = address_set(options_, name)) {
      known.present = true;
      known.complete = read_address_list(file->file->bytes(), hosts) == std::string_view::npos;
    } else if (is_loopback(name.substr(0, name.find(':'))) && name.find(":broadcast") == std::string::npos && name.find(":peer") == std::string::npos) {
      known.present = true;
      read_address_list(name.find(':') == std::string::npos ? "127.0.0.1 ::1" : "127.0.0.0/8 ::1", hosts);
    }
    known.ranges = table_ranges(hosts, known.complete);
  }
  complete &= known.complete;
  return known.present ? &known.ranges : nullptr;
}

std::vector<ir::Range> Conditions::members(const Table& table, bool& complete) {
  auto [it, fresh] = tables_.try_emplace(table.name);
  Known& known = it->second;
  if (fresh) {
    known.complete = table.filled && !table.filled_by_rules && !table.file_missing;
    known.ranges = table_ranges(table.members, known.complete);
    const SideFile* file = address_set(options_, "<" + table.name + ">");
    if (file == nullptr) file = address_set(options_, table.name);
    if (file != nullptr) {
      std::vector<Host> hosts;
      known.complete = read_address_list(file->file->bytes(), hosts) == std::string_view::npos;
      known.ranges = table_ranges(hosts, known.complete);
    }
  }
  complete &= known.complete;
  return known.ranges;
}

void Conditions::host(const Host& host, bool source, Span where, std::vector<Match>& matches, Coverage& coverage) {
  const Field field = source ? Field::source : Field::destination;
  const Field type = source ? Field::source_type : Field::destination_type;
  const auto local = [&] { return firewall_.range_match(type, static_cast<unsigned>(ir::AddressType::local), static_cast<unsigned>(ir::AddressType::local)); };
  const std::string text = fmt::format("{} {}{}", source ? "from" : "to", host.dynamic ? "(" : "", name_of(host)) + (host.dynamic ? ")" : "");
  const auto add_opaque = [&](const std::string& condition, std::string_view reason) {
    Match match = opaque(condition, reason, where);
    match.negated = host.negated;
    matches.push_back(match);
    worsen(coverage, Coverage::opaque);
  };
  switch (host.kind) {
    case Host::Kind::any: return;
    case Host::Kind::addresses:
      if (host.bits == 0 && !host.span_of_two) {
        if (host.negated) matches.push_back(firewall_.any_of_match({}));  // "not any address of the rule's family": never
        return;
      }
      return matches.push_back(firewall_.range_match(field, host.range.first, host.range.last, host.negated));
    case Host::Kind::table: {
      const Table* table = rules_.table(host.name);
      bool complete = table != nullptr;
      std::vector<ir::Range> ranges;
      if (table != nullptr) {
        ranges = members(*table, complete);
      } else {
        const SideFile* file = address_set(options_, host.name);
        if (file == nullptr) file = address_set(options_, fmt::format("<{}>", host.name));
        if (file != nullptr) {
          std::vector<Host> hosts;
          complete = read_address_list(file->file->bytes(), hosts) == std::string_view::npos;
          ranges = table_ranges(hosts, complete);
        }
      }
      if (complete) {
        worsen(coverage, table != nullptr && table->is_const ? Coverage::modelled : Coverage::modelled_conditionally);
        return matches.push_back(firewall_.ranges_match(field, ranges, host.negated));
      }
      worsen(coverage, Coverage::opaque);
      const Match unknown = opaque(fmt::format("{} <{}>", source ? "from" : "to", host.name),
                                   fmt::format("the members of table <{}> are not all in the file (give them with --address-set)", host.name), where);
      const std::vector<Match> cases[] = {{firewall_.ranges_match(field, ranges)}, {unknown}};
      return matches.push_back(firewall_.any_of_match(cases, host.negated));
    }
    case Host::Kind::self:
    case Host::Kind::interface: {
      bool complete = true;
      if (const auto* ranges = known_addresses(name_of(host), complete); ranges != nullptr && complete) {
        std::vector<ir::Range> list = *ranges;
        if (host.bits != 255)
          for (ir::Range& range : list) {
            const AddressRange wide = prefix(range.first, host.bits);
            range = {wide.first, wide.last};
          }
        worsen(coverage, Coverage::modelled_conditionally);
        return matches.push_back(firewall_.ranges_match(field, list, host.negated));
      }
      const bool own = (host.modifiers & (Host::network | Host::broadcast | Host::peer)) == 0 && host.bits == 255;
      // Whose addresses they are is known: this host's. It owns where an `in` packet to it goes, and where an `out` packet from it comes from.
      if (own && host.kind == Host::Kind::self && (source || !after_translation_)) {
        Match match = local();
        match.negated = host.negated;
        worsen(coverage, Coverage::modelled_conditionally);
        return matches.push_back(match);
      }
      const Match unknown = opaque(text, fmt::format("depends on the addresses of {} (give them with --address-set)", host.name.empty() ? "self" : host.name), where);
      worsen(coverage, Coverage::opaque);
      if (!own) {
        matches.push_back(unknown);
        matches.back().negated = host.negated;
        return;
      }
      const std::vector<Match> cases[] = {{local(), unknown}};
      return matches.push_back(firewall_.any_of_match(cases, host.negated));
    }
    case Host::Kind::name: {
      bool complete = true;
      if (const auto* ranges = known_addresses(std::string(host.name), complete); ranges != nullptr && complete) {
        worsen(coverage, Coverage::modelled_conditionally);
        return matches.push_back(firewall_.ranges_match(field, *ranges, host.negated));
      }
      return add_opaque(text, "a host name: its addresses are looked up when the rules are loaded (give them with --address-set)");
    }
    case Host::Kind::no_route: return add_opaque(fmt::format("{} no-route", source ? "from" : "to"), "depends on the routing table");
    case Host::Kind::urpf_failed: return add_opaque("from urpf-failed", "depends on the routing table");
    case Host::Kind::route_label: return add_opaque(fmt::format("{} route {}", source ? "from" : "to", host.name), "depends on the routing table");
  }
}

void Conditions::port(const Port& port, Field field, std::vector<Match>& matches) {
  if (port.op != Op::none) matches.push_back(firewall_.ranges_match(field, port_ranges(port)));
}

/// TCP flags are asked of TCP packets only: a rule without protocol holds for every other packet whatever they are.
void Conditions::flags(const Single& single, std::vector<Match>& matches) {
  if (single.flag_set == 0) return;
  const Match wanted = firewall_.masked_match(Field::tcp_flags, single.flags, single.flag_set);
  if (single.protocol == tcp) return matches.push_back(wanted);
  const std::vector<Match> cases[] = {{firewall_.range_match(Field::protocol, tcp, tcp, true)}, {firewall_.range_match(Field::protocol, tcp, tcp), wanted}};
  matches.push_back(firewall_.any_of_match(cases));
}

std::vector<Match> Conditions::of(const Single& single, bool in, Span where, Coverage& coverage) {
  const Rule& rule = *single.rule;
  std::vector<Match> matches;
  interface(single.interface, in ? Field::in_interface : Field::out_interface, where, matches, coverage);
  family(single.family, matches);
  if (single.protocol != 0) matches.push_back(firewall_.range_match(Field::protocol, single.protocol, single.protocol));
  host(single.from, true, where, matches, coverage);
  port(single.from_port, Field::source_port, matches);
  host(single.to, false, where, matches, coverage);
  port(single.to_port, Field::destination_port, matches);
  flags(single, matches);
  if (single.icmp.given) {
    const unsigned first = single.icmp.type * 256u + single.icmp.code.value_or(0);
    matches.push_back(firewall_.range_match(Field::icmp, first, single.icmp.code ? first : single.icmp.type * 256u + 255u));
  }
  if (rule.fragment) {
    matches.push_back(firewall_.range_match(Field::fragment, 1, 1));
  } else if (!rules_.settings.reassemble.value_or(true)) {
    // Fragments have no upper header: rules that look at one pass them over.
    const bool upper = single.from_port.op != Op::none || single.to_port.op != Op::none || single.flag_set != 0 || single.icmp.given || !single.os.empty();
    if (upper) matches.push_back(firewall_.range_match(Field::fragment, 0, 0));
  }
  if (!rule.tagged.empty()) {
    const unsigned id = tag(filled_in(rule.tagged, single));
    matches.push_back(firewall_.range_match(Field::tag, id, id, rule.tagged_negated));
  }
  if (rule.received_on_given) interface(rule.received_on, Field::in_interface, where, matches, coverage);

  const auto add = [&](const std::string& text, std::string_view reason, bool shared) {
    matches.push_back(opaque(text, reason, where, shared));
    worsen(coverage, Coverage::opaque);
  };
  if (!single.os.empty()) add(fmt::format("os {}", single.os), "depends on the sender's system, which pf guesses from its packets", true);
  if (single.user.op != Op::none) add(owner_text("user", single.user), "depends on who owns the socket", true);
  if (single.group.op != Op::none) add(owner_text("group", single.group), "depends on who owns the socket", true);
  if (rule.tos) add(fmt::format("tos 0x{:02x}", *rule.tos), "depends on the type of service in the packet", true);
  if (rule.prio) add(fmt::format("prio {}", *rule.prio), "depends on the priority of the packet's frame", true);
  if (rule.probability) add(fmt::format("probability {:.6g}%", *rule.probability * 100), "holds by chance", false);
  if (rule.packet_rate) add(fmt::format("max-pkt-rate {}/{}", *rule.packet_rate, rule.packet_rate_seconds.value_or(0)), "depends on traffic seen before", false);
  if (rule.max_packet_size) add(fmt::format("max-pkt-size {}", *rule.max_packet_size), "depends on the size of the packet", true);
  if (rule.once) add("once", "the rule removes itself after its first packet", false);
  if (rule.ether_addresses) add("ether from, to", "depends on hardware addresses", false);
  const StateOptions& o = rule.state_options;
  if (single.state != StateKind::none && rule.action == Action::pass) {
    std::string limits;
    const auto limit = [&](std::string_view name, const std::optional<std::uint64_t>& value) {
      if (value) limits += fmt::format("{}{} {}", limits.empty() ? "" : ", ", name, *value);
    };
    limit("max", o.max), limit("max-src-states", o.max_src_states), limit("max-src-nodes", o.max_src_nodes), limit("max-src-conn", o.max_src_conn);
    limit("max-src-conn-rate", o.rate_limit);
    if (!limits.empty()) add("keep state (" + limits + ")", "depends on how many states there are", false);
    if (o.if_bound.value_or(false)) worsen(coverage, Coverage::modelled_conditionally);
  }
  return matches;
}

std::optional<std::vector<ir::Range>> Conditions::targets(const Pool& pool, std::optional<Family> family, bool& local) {
  std::vector<ir::Range> ranges;
  for (const Host& host : pool.hosts) {
    if (family && host.family && *host.family != *family) continue;
    bool complete = true;
    switch (host.kind) {
      case Host::Kind::addresses: ranges.push_back({host.range.first, host.range.last}); break;
      case Host::Kind::table: {
        const Table* table = rules_.table(host.name);
        if (table == nullptr) return std::nullopt;
        const auto known = members(*table, complete);
        if (!complete) return std::nullopt;
        ranges.insert(ranges.end(), known.begin(), known.end());
        break;
      }
      case Host::Kind::self:
      case Host::Kind::interface: {
        const auto* known = known_addresses(name_of(host), complete);
        if (known != nullptr && complete) ranges.insert(ranges.end(), known->begin(), known->end());
        else if ((host.modifiers & (Host::network | Host::peer)) != 0 || pool.hosts.size() > 1) return std::nullopt;
        else local = true;
        break;
      }
      case Host::Kind::name: {
        const auto* known = known_addresses(std::string(host.name), complete);
        if (known == nullptr || !complete) return std::nullopt;
        ranges.insert(ranges.end(), known->begin(), known->end());
        break;
      }
      default: return std::nullopt;
    }
  }
  return ir::normalised(std::move(ranges));
}

}  // namespace wallcheck::frontend::pf
