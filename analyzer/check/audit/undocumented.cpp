// WC120: what the file permits and no documented flow explains. For closed policies.

#include <algorithm>

#include <fmt/format.h>

#include "check/audit/exposure.h"
#include "check/audit/world.h"
#include "check/conversation.h"
#include "check/describe.h"
#include "check/legs.h"

namespace wallcheck::check::audit {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using ir::Field;
using ir::Range;
using packets::Set;

namespace {

constexpr std::size_t findings_kept = 100;  ///< a path and kind of protocol; what is over is counted

/// TCP, UDP and each ICMP are asked for by themselves: they read differently. The rest comes together.
struct Kind {
  std::vector<Range> protocols;
  bool is_rest = false;
};

std::vector<Kind> kinds() {
  using namespace ir::protocol;
  std::vector<Kind> list;
  std::vector<Range> rest;
  Uint128 next = 0;
  for (const std::uint8_t protocol : {icmp, tcp, udp, icmpv6}) {
    list.push_back({{{protocol, protocol}}, false});
    rest.push_back({next, Uint128{protocol} - 1});
    next = Uint128{protocol} + 1;
  }
  rest.push_back({next, 255});
  list.push_back({rest, true});
  return list;
}

/// Everything between unicast addresses but loopback, state NEW: later packets belong to a connection that had a first one.
evaluate::Box new_packets(const AuditContext& context, ir::Path path, const Kind& kind) {
  const std::vector<Range> some = interfaces(context.symbolic, {});
  std::vector<Range> some_or_none = some;
  some_or_none.push_back({0, 0});
  some_or_none = ir::normalised(std::move(some_or_none));
  evaluate::Box box;
  box[Field::protocol] = kind.protocols;
  box[Field::source] = box[Field::destination] = routable(context.firewall.ipv4, context.firewall.ipv6, true);
  box[Field::state] = {{static_cast<Uint128>(ir::State::new_), static_cast<Uint128>(ir::State::new_)}};
  box[Field::direction] = {{static_cast<Uint128>(ir::Direction::original), static_cast<Uint128>(ir::Direction::original)}};
  box[Field::in_interface] = path == ir::Path::egress ? std::vector<Range>{{0, 0}} : some;
  box[Field::out_interface] = path == ir::Path::ingress ? some_or_none : some;
  return box;
}

/// The connections of a box, as a set.
Set connections(packets::Diagrams& diagrams, const evaluate::Box& box) {
  constexpr std::pair<Field, packets::Dimension> fields[] = {
      {Field::protocol, dimension::protocol},           {Field::in_interface, dimension::in_interface},
      {Field::out_interface, dimension::out_interface}, {Field::destination, dimension::destination},
      {Field::destination_port, dimension::destination_port}, {Field::source, dimension::source},
      {Field::source_port, dimension::source_port}};
  Set set = Set::all(diagrams);
  for (const auto& [field, d] : fields)
    if (!box[field].empty()) set &= Set::values(diagrams, d, box[field]);
  return set;
}

/// Filters without any memory (network ACLs) have to let answers pass like other packets.
bool remembers(const ir::Firewall& firewall, ir::Path path) {
  if (firewall.tracking == ir::Tracking::by_rules) return true;
  return std::ranges::all_of(firewall.path(path), [](const ir::Stage& stage) { return stage.tracker >= 0; });
}

/// What the policy's flows explain on a path.
Set documented(const AuditContext& context, ir::Path path) {
  const policy::Pack& pack = *context.request.pack;
  Set set = Set::none(context.diagrams);
  for (const policy::Flow& flow : pack.flows) {
    const policy::FlowDirection direction = policy::direction_of(flow, context.request.site);
    if (direction == policy::FlowDirection::not_applicable || !policy::applies(flow, context.request.environments)) continue;
    for (const policy::Service& service : flow.services) {
      std::string why_not;
      const auto talk = conversation(context.firewall, context.symbolic, pack, flow, service, context.request.site, direction, why_not);
      if (!talk) continue;
      if (talk->path == path) set |= connections(context.diagrams, talk->box(Leg::open));
      if (talk->reply_path == path && !service.one_way && !remembers(context.firewall, path)) set |= connections(context.diagrams, talk->box(Leg::reply));
    }
  }
  return set;
}

std::string words(const AuditContext& context, const Kind& kind, const Set& asked, const Set& packets) {
  const Set set = packets.onto(connection_dimensions());
  std::string text;
  if (!kind.is_rest) {
    const Describer describer(context.symbolic, asked, {});
    for (const std::string& line : describer.lines(set, context.request.limits.regions)) text += (text.empty() ? "" : "; ") + line;
    const std::vector<Range> messages = packets.values_of(dimension::icmp);
    const Uint128 protocol = kind.protocols.front().first;
    const bool has_messages = protocol == ir::protocol::icmp || protocol == ir::protocol::icmpv6;
    if (!has_messages || (messages.size() == 1 && messages[0].first == 0 && messages[0].last == 0xffff)) return text;
    for (std::size_t i = 0; i < messages.size() && i < context.request.limits.regions; ++i) {
      const std::uint64_t low = low64(messages[i].first) >> 8, high = low64(messages[i].last) >> 8;
      text += fmt::format("{}{}", i == 0 ? " type " : ",", low) + (high == low ? "" : fmt::format("-{}", high));
    }
    return messages.size() > context.request.limits.regions ? text + " and more" : text;
  }
  const std::vector<Range> numbers = set.values_of(dimension::protocol);
  for (std::size_t i = 0; i < numbers.size() && i < context.request.limits.regions; ++i) {
    text += fmt::format("{}{}", i == 0 ? "protocol " : ", ", low64(numbers[i].first));
    if (numbers[i].last != numbers[i].first) text += fmt::format("-{}", low64(numbers[i].last));
  }
  return numbers.size() > context.request.limits.regions ? text + " and more" : text;
}

bool may_accept(const Outcome& o) { return o.verdict == evaluate::Verdict::accept || o.verdict == evaluate::Verdict::undecided; }

struct Unexplained {
  evaluate::Partition partition;
  Set packets;  ///< over what makes a connection
};

Unexplained unexplained(const AuditContext& context, ir::Path path, const Kind& kind, const Set& explained) {
  evaluate::Question question;
  question.path = path;
  question.box = new_packets(context, path, kind);
  evaluate::Partition partition = context.symbolic.evaluate(question);
  const Set packets = partition.where(may_accept).onto(connection_dimensions()) - explained;
  return {std::move(partition), packets};
}

void judge(const World& world, ir::Path path, const Kind& kind, const Set& explained) {
  const AuditContext& context = world.context();
  const auto [partition, packets] = unexplained(context, path, kind, explained);
  if (packets.empty()) return;
  const Set asked = partition.all().onto(connection_dimensions());
  const auto [first, end] = context.symbolic.opaque_dimensions();
  const Set sure = partition.with(evaluate::Verdict::accept).forall_between(first, end).forall_between(dimension::first_choice, ~packets::Dimension{0});
  std::size_t told = 0, more = 0;
  for (const std::size_t index : partition.outcomes_in(partition.all() & packets)) {
    if (!may_accept(partition.outcomes()[index])) continue;
    if (told == findings_kept) {
      ++more;
      continue;
    }
    const Set here = partition.of(index) & packets;
    if (here.empty()) continue;
    const Set shown = here.onto(connection_dimensions());
    Proof proof = world.prove(path, partition, here);
    const bool is_certain = shown.subset_of(sure.onto(connection_dimensions()));
    std::string message = fmt::format("undocumented traffic {}: {}", is_certain ? "permitted" : "perhaps permitted", words(context, kind, asked, here));
    if (!proof.by.empty()) message += ", by " + proof.by;
    report(context, "WC120", is_certain ? Severity::error : Severity::warning, std::move(message), std::move(proof));
    ++told;
  }
  if (more > 0)
    context.site.findings.push_back(
        {.diagnostic = {"WC120", Severity::error, fmt::format("undocumented traffic permitted by {} more rules, which are not listed", more), {}}});
}

}  // namespace

Set undocumented_packets(const AuditContext& context, ir::Path path, std::uint8_t protocol) {
  return unexplained(context, path, {{{protocol, protocol}}, false}, documented(context, path)).packets;
}

void undocumented(const AuditContext& context) {
  if (!context.request.closed) return;
  const World world(context);
  std::vector<ir::Path> paths{ir::Path::ingress, ir::Path::egress};
  if (context.request.site.position == policy::Position::gateway) paths.push_back(ir::Path::forward);
  for (const ir::Path path : paths) {
    if (context.firewall.path(path).empty()) continue;
    const Set explained = documented(context, path);
    for (const Kind& kind : kinds()) judge(world, path, kind, explained);
  }
}

}  // namespace wallcheck::check::audit
