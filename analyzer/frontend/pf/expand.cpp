// From a rule with lists to the rules that pf has: the order and number of pfctl(8), and what it refuses when it puts them together.

#include <algorithm>

#include <fmt/format.h>

#include "frontend/pf/ruleset.h"
#include "frontend/pf/words.h"

namespace wallcheck::frontend::pf {
namespace {

constexpr std::uint8_t tcp = 6, udp = 17, icmp = 1, icmp6 = 58, sctp = 132;

/// All hosts of one family: the rule is of that family.
void decide_family(const std::vector<Host>& hosts, std::optional<Family>& family) {
  if (family || hosts.empty()) return;
  for (const Host& host : hosts)
    if (host.family != hosts[0].family) return;
  family = hosts[0].family;
}

/// The members of a list to go through; an empty list is one member that says nothing.
template <class T>
const std::vector<T>& or_nothing(const std::vector<T>& list) {
  static const std::vector<T> nothing(1);
  return list.empty() ? nothing : list;
}

class Expander {
 public:
  Expander(const Rule& rule, const Expansion& how, Reporter& reporter, std::vector<Single>& into)
      : rule_(rule), how_(how), reporter_(reporter), into_(into) {}

  bool run();

 private:
  void refuse(std::string message) {
    failed_ = true;
    if (std::ranges::find(told_, message) != told_.end()) return;
    reporter_.error(rule_.text, message);
    told_.push_back(std::move(message));
  }
  bool is_filter() const { return rule_.action == Action::pass || rule_.action == Action::match || rule_.action == Action::block || rule_.action == Action::anchor; }
  bool is_translation() const { return rule_.action == Action::nat || rule_.action == Action::rdr || rule_.action == Action::binat; }
  void check_once();
  void pool_family(const Pool& pool, std::string_view what, std::optional<Family>& family);
  void combine(Single single);
  bool consistent(const Single& single);
  void add(const Single& single);
  void add_binat_in(Single single);

  const Rule& rule_;
  const Expansion& how_;
  Reporter& reporter_;
  std::vector<Single>& into_;
  std::vector<std::string> told_;
  bool failed_ = false;
  std::optional<Family> family_;
  std::size_t added_ = 0;
};

/// What does not depend on a single combination.
void Expander::check_once() {
  const auto only_tcp = [&](std::string_view what) {
    if (!rule_.protocols.empty() && std::ranges::find(rule_.protocols, tcp) == rule_.protocols.end()) refuse(fmt::format("{} only apply to tcp", what));
  };
  if (rule_.flags != 0 || rule_.flag_set != 0) only_tcp("flags");
  if (!rule_.oses.empty()) only_tcp("system fingerprints (os)");
  const bool keeps = rule_.state == StateKind::keep || rule_.state == StateKind::modulate || rule_.state == StateKind::synproxy;
  if (rule_.action == Action::pass || rule_.action == Action::match || rule_.action == Action::block) {
    if (keeps && rule_.action != Action::pass) refuse("only a pass rule keeps state");
    if (rule_.once && rule_.action == Action::match) refuse("once is for pass and block rules");
    if (rule_.allow_opts && rule_.action != Action::pass) refuse("only a pass rule has allow-opts");
    if (rule_.state_options.sloppy && (rule_.state == StateKind::modulate || rule_.state == StateKind::synproxy))
      refuse("sloppy states do not go with modulate state and synproxy state");
    if (!rule_.route_kind.empty()) {
      if (rule_.action != Action::pass) refuse(fmt::format("{} is only for pass rules", rule_.route_kind));
      if (rule_.route_kind != "dup-to" && rule_.way == Way::both) refuse(fmt::format("a rule with {} needs a direction (in or out)", rule_.route_kind));
      if (rule_.state == StateKind::none && how_.dialect == Dialect::openbsd) refuse(fmt::format("{} needs keep state", rule_.route_kind));
      if (rule_.af_to) refuse("af-to does not go with route-to, reply-to and dup-to");
    }
    if (rule_.af_to || (rule_.nat.given && rule_.nat.hosts.empty())) {
      if (!rule_.af_to) refuse("af-to needs a family to translate to (inet or inet6)");
      else if (!rule_.nat.given) refuse("af-to needs from and an address of the new family");
      if (rule_.way != Way::in) refuse("af-to can only be used on an in rule");
      if (rule_.action == Action::match) refuse("af-to is not for match rules");
    } else if ((rule_.nat.given || rule_.rdr.given) && rule_.way == Way::both && !rule_.binat_to) {
      refuse("nat-to and rdr-to need a direction (in or out)");
    }
    if ((rule_.nat.given || rule_.rdr.given) && rule_.action == Action::pass && rule_.state == StateKind::none) refuse("translation needs keep state");
    if ((rule_.nat.given || rule_.rdr.given) && rule_.action == Action::block) refuse("a block rule translates nothing");
    if (rule_.binat_to) {
      if (rule_.way != Way::both) refuse("binat-to works in both directions; the rule has none of its own");
      if (rule_.from.empty()) refuse("binat-to needs a source address");
    }
    if (rule_.divert == "divert-to" && rule_.way == Way::out) refuse("divert-to is for in rules");
    if (rule_.divert == "divert-reply" && rule_.way == Way::in) refuse("divert-reply is for out rules");
    if ((rule_.divert == "divert-to" || rule_.divert == "divert-packet") && !rule_.divert_port) refuse(fmt::format("{} needs a port", rule_.divert));
    if (!rule_.divert.empty() && rule_.action == Action::match) refuse("divert is not for match rules");
    if (how_.dialect == Dialect::openbsd)
      for (const std::string_view queue : {rule_.queue, rule_.priority_queue})
        if (!queue.empty() && std::ranges::find(*how_.queues, queue) == how_.queues->end()) refuse(fmt::format("queue \"{}\" is not defined", printable(queue)));
  }
  if (is_translation()) {
    const Pool& pool = rule_.action == Action::rdr ? rule_.rdr : rule_.nat;
    if (!rule_.no && !pool.given) refuse("a translation rule needs \"->\" and an address");
    if (rule_.action == Action::binat) {
      if (rule_.from.size() != 1 || rule_.from[0].kind == Host::Kind::table) refuse("binat translates one address or network, and no table");
      if (!rule_.no && pool.hosts.size() != 1) refuse("binat leads to one address or network");
      else if (!rule_.no && !rule_.from.empty() && rule_.from[0].kind == Host::Kind::addresses && pool.hosts[0].kind == Host::Kind::addresses &&
               rule_.from[0].bits != pool.hosts[0].bits)
        refuse("source and translation of binat need the same prefix length");
      if (rule_.interfaces.size() > 1 || rule_.protocols.size() > 1) refuse("binat has no lists");
    }
  }
  if (rule_.action == Action::scrub && rule_.quick) refuse("a scrub rule has no quick");
}

/// A translation decides the family where nothing else does; addresses of the other family are passed over.
void Expander::pool_family(const Pool& pool, std::string_view what, std::optional<Family>& family) {
  if (!pool.given || pool.hosts.empty()) return;
  std::optional<Family> found;
  bool any = false, mixed = false;
  for (const Host& host : pool.hosts) {
    if (family && host.family && host.family != family) continue;
    any = true;
    if (!host.family) continue;
    mixed |= found && *found != *host.family;
    found = host.family;
  }
  if (!any) return refuse(fmt::format("the addresses of this {} are of another family than the rule", what));
  if (!family && mixed) return refuse(fmt::format("the addresses of this {} are of two families; the rule has to name one (inet or inet6)", what));
  if (!family && found) family = found;
}

bool Expander::run() {
  family_ = rule_.family;
  check_once();
  if (is_filter()) {
    decide_family(rule_.from, family_);
    decide_family(rule_.to, family_);
  } else if (is_translation() && !family_) {
    if (!rule_.from.empty() && rule_.from[0].family) family_ = rule_.from[0].family;
    else if (!rule_.to.empty() && rule_.to[0].family) family_ = rule_.to[0].family;
  }
  std::size_t product = 1;
  for (const std::size_t factor : {rule_.interfaces.size(), rule_.protocols.size(), rule_.icmp.size(), rule_.from.size(), rule_.to.size(), rule_.from_ports.size(),
                                   rule_.to_ports.size(), rule_.oses.size(), rule_.users.size(), rule_.groups.size()}) {
    product *= std::max<std::size_t>(factor, 1);
    if (product > how_.product_limit) {
      reporter_.error(rule_.text, fmt::format("the lists of this rule multiply into more than {} rules {}; it is not expanded", how_.product_limit, limit_words("list_product")), "WC904");
      return false;
    }
  }
  Single one;
  one.rule = &rule_;
  one.way = rule_.way;
  const auto over = [&](const auto& list, auto& member, auto&& inner) {
    for (const auto& value : or_nothing(list)) {
      member = value;
      inner();
    }
  };
  const auto owners = [&] {
    over(rule_.users, one.user, [&] { over(rule_.groups, one.group, [&] { combine(one); }); });
  };
  over(rule_.interfaces, one.interface, [&] {
    over(rule_.protocols, one.protocol, [&] {
      over(rule_.icmp, one.icmp, [&] {
        over(rule_.from, one.from, [&] {
          if (how_.dialect == Dialect::openbsd) {
            over(rule_.to, one.to, [&] {
              over(rule_.from_ports, one.from_port, [&] {
                over(rule_.to_ports, one.to_port, [&] { over(rule_.oses, one.os, owners); });
              });
            });
          } else {
            over(rule_.from_ports, one.from_port, [&] {
              over(rule_.oses, one.os, [&] {
                over(rule_.to, one.to, [&] { over(rule_.to_ports, one.to_port, owners); });
              });
            });
          }
        });
      });
    });
  });
  if (added_ == 0 && told_.empty()) refuse("the lists of this rule have no combination that pf could use: its addresses are of different families");
  return added_ > 0;
}

void Expander::combine(Single single) {
  if (failed_ && added_ == 0 && told_.size() > 8) return;
  std::optional<Family> family = family_;
  if (!rule_.af_to) {
    pool_family(rule_.rdr, "translation", family);
    pool_family(rule_.nat, "translation", family);
    pool_family(rule_.route, "route", family);
  } else if (!family) {
    family = *rule_.af_to == Family::ipv4 ? Family::ipv6 : Family::ipv4;
  }
  const auto differ = [](const std::optional<Family>& a, const std::optional<Family>& b) { return a && b && *a != *b; };
  if (differ(family, single.from.family) || differ(family, single.to.family) || differ(single.from.family, single.to.family)) return;
  if (!family) family = single.from.family ? single.from.family : single.to.family;
  single.family = family;
  if (single.interface.name.empty() && single.from.kind == Host::Kind::addresses && !single.from.via.empty()) single.interface.name = single.from.via;
  if (single.interface.name.empty() && single.to.kind == Host::Kind::addresses && !single.to.via.empty()) single.interface.name = single.to.via;

  const bool stateful_kind = rule_.state == StateKind::modulate || rule_.state == StateKind::synproxy;
  single.state = rule_.state;
  if (rule_.state == StateKind::unspecified) single.state = rule_.action == Action::pass ? StateKind::keep : StateKind::none;
  if (stateful_kind && single.protocol != 0 && single.protocol != tcp) single.state = StateKind::keep;

  // `flags S/SA` is the default of a rule that keeps state.
  const bool by_default = rule_.action == Action::pass && !rule_.flags_given && !rule_.fragment && single.state != StateKind::none;
  if (single.protocol == 0 || single.protocol == tcp) {
    single.flags = by_default ? 0x02 : rule_.flags;
    single.flag_set = by_default ? 0x12 : rule_.flag_set;
  }
  if (rule_.rdr.given && !rule_.rdr.hosts.empty()) single.rdr = &rule_.rdr;
  if (rule_.nat.given && !rule_.nat.hosts.empty()) single.nat = &rule_.nat;
  if (!consistent(single)) return;
  if (rule_.binat_to) {
    single.way = Way::out;
    add(single);
    add_binat_in(single);
    return;
  }
  add(single);
}

bool Expander::consistent(const Single& single) {
  const std::size_t before = told_.size();
  const bool ports = single.from_port.op != Op::none || single.to_port.op != Op::none;
  const std::uint8_t protocol = single.protocol;
  const bool has_ports = protocol == tcp || protocol == udp || protocol == sctp;
  bool bad = false;
  const auto check = [&](bool wrong, std::string message) {
    if (!wrong) return;
    bad = true;
    refuse(std::move(message));
  };
  check(ports && !has_ports, "a port needs a protocol that has ports: proto tcp or udp");
  check(single.icmp.given && protocol != icmp && protocol != icmp6, "icmp-type needs proto icmp (icmp6-type: proto icmp6)");
  check(single.icmp.given && (protocol == icmp || protocol == icmp6) && (single.icmp.family == Family::ipv4) != (protocol == icmp),
        "icmp-type goes with proto icmp, icmp6-type with proto icmp6");
  check(single.icmp.given && !single.family, "icmp-type needs a family: inet for icmp, inet6 for icmp6");
  check((protocol == icmp && single.family == Family::ipv6) || (protocol == icmp6 && single.family == Family::ipv4),
        protocol == icmp ? "proto icmp is of inet; inet6 has icmp6" : "proto icmp6 is of inet6; inet has icmp");
  if (is_filter()) {
    check(!single.os.empty() && protocol != tcp, "system fingerprints (os) need proto tcp");
    const bool owner = single.user.op != Op::none || single.group.op != Op::none;
    check(owner && protocol != tcp && protocol != udp && how_.dialect == Dialect::openbsd, "user and group need proto tcp or udp");
    check(rule_.fragment && (ports || single.flag_set != 0 || single.icmp.given), "a rule for fragments can only look at the IP header: no ports, flags or ICMP types");
    check(rule_.answer == Answer::return_rst && protocol != tcp, "return-rst needs proto tcp");
    check(single.family == Family::ipv6 && (rule_.no_df || rule_.random_id), "inet6 has no scrub options no-df and random-id");
    check(rule_.af_to && single.family == rule_.af_to, "af-to needs another family than the rule's own");
  }
  if (rule_.action == Action::rdr) {
    check(rule_.rdr.first_port && !has_ports, "a port in the translation needs proto tcp or udp");
    check(single.to_port.op != Op::none && single.to_port.op != Op::equal && single.to_port.op != Op::range, "rdr takes one port or a range a:b");
  }
  return !bad && told_.size() == before && !(failed_ && rule_.action == Action::binat);
}

void Expander::add(const Single& single) {
  if (failed_) return;
  into_.push_back(single);
  ++added_;
}

/// binat-to: the way back in, with source and destination exchanged.
void Expander::add_binat_in(Single single) {
  Pool& inside = how_.pools->emplace_back();
  inside.given = true;
  inside.hosts = {single.from};
  single.way = Way::in;
  single.from = single.to;
  single.from_port = single.to_port;
  single.to = rule_.nat.hosts[0];
  single.to_port = {};
  single.nat = nullptr;
  single.rdr = &inside;
  add(single);
}

}  // namespace

bool expand(const Rule& rule, const Expansion& how, Reporter& reporter, std::vector<Single>& into) {
  return Expander(rule, how, reporter, into).run();
}

}  // namespace wallcheck::frontend::pf
