// WC120: what the file permits and no documented flow explains. For closed policies.
//
// Where few rules accept anything, one question about all new packets tells. The answer to it grows with the square of the rules that decide,
// so where many do, each is asked about by itself, in the box of what it says and of what leads to it. What such a question cannot decide is
// undecided for that rule, and said with its line.

#include <algorithm>

#include <fmt/format.h>

#include "check/arrivals.h"
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
constexpr std::size_t asked_together = 500;   ///< rules that accept something on a path
constexpr std::size_t asked_one_by_one = 1000;  ///< rules of a path and kind of protocol; of what is over nothing is known
constexpr std::size_t not_decided_told = 20;
constexpr std::size_t nodes_kept = 2'000'000;  ///< of questions that were answered
constexpr std::size_t nodes_a_rule = 2'000'000;  ///< that a question about one rule may build: there are many

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

/// One path and kind of protocol: what is found there, and said.
class Finder {
 public:
  Finder(const World& world, ir::Path path, const Kind& kind)
      : world_(world), context_(world.context()), path_(path), kind_(kind), box_(new_packets(context_, path, kind)), explained_(documented(context_, path)) {}

  /// All unexplained packets by one question.
  Set together() {
    const auto [partition, packets] = unexplained(box_);
    for (const std::size_t index : partition.outcomes_in(partition.all() & packets))
      if (may_accept(partition.outcomes()[index])) tell(partition, partition.of(index) & packets);
    if (more_ > 0) say(fmt::format("undocumented traffic permitted by {} more rules, which are not listed", more_));
    return packets;
  }

  /// A rule that accepts something, and the list in which it stands. Without a rule: the list's default.
  struct Accepting {
    ir::ListId list = 0;
    std::optional<ir::RuleId> rule;
  };

  /// The same rule by rule: `accepting` are all that may have the last word.
  Set one_by_one(const std::vector<Accepting>& accepting, const Arrivals& arrivals) {
    Set all = Set::none(context_.diagrams);
    for (std::size_t i = 0; i < accepting.size(); ++i) {
      const Accepting& by = accepting[i];
      const std::optional<evaluate::Box> box = box_of(by, arrivals);
      if (!box || connections(context_.diagrams, *box).subset_of(explained_)) continue;
      if (told_ == findings_kept) {
        ++more_;
        continue;
      }
      if (asked_ == asked_one_by_one) {
        not_looked_at(by, accepting.size() - i);
        break;
      }
      all |= ask(by, *box);
    }
    if (more_ > 0) say(fmt::format("{} more rules accept such packets and are not looked at: {} that permit undocumented traffic are listed", more_, findings_kept));
    if (not_decided_ > not_decided_told)
      not_decided({}, fmt::format("undocumented traffic: not decided for {} more rules, which are not listed", not_decided_ - not_decided_told));
    return all;
  }

 private:
  std::pair<evaluate::Partition, Set> unexplained(const evaluate::Box& box) {
    evaluate::Question question;
    question.path = path_;
    question.box = box;
    evaluate::Partition partition = context_.symbolic.evaluate(question);
    const Set packets = partition.where(may_accept).onto(connection_dimensions()) - explained_;
    return {std::move(partition), packets};
  }

  /// What a rule can be asked about; nullopt: no packet of this kind.
  std::optional<evaluate::Box> box_of(const Accepting& by, const Arrivals& arrivals) const {
    if (!by.rule) return box_;
    for (const ir::Match& match : context_.firewall.matches_of(context_.firewall.rules[*by.rule])) {
      if (match.field != Field::state || match.kind != ir::MatchKind::ranges || match.negated) continue;
      const auto tests = [&](ir::State state) {
        return std::ranges::any_of(context_.firewall.ranges[match.value], [&](const Range& range) { return range.contains(static_cast<Uint128>(state)); });
      };
      if (!tests(ir::State::new_) && !tests(ir::State::untracked)) return std::nullopt;
    }
    return arrivals.cut(box_, by.list, context_.firewall.rules[*by.rule]);
  }

  Set ask(const Accepting& by, const evaluate::Box& box) {
    if (context_.diagrams.node_count() > nodes_kept) forget();
    context_.diagrams.begin_question();
    ++asked_;
    try {
      const auto [partition, packets] = unexplained(box);
      const Set here = packets.empty() ? packets : partition.where([&](const Outcome& o) { return may_accept(o) && o.rule == by.rule && o.list == by.list; }) & packets;
      if (!here.empty()) tell(partition, here);
      return keeps_sets_ ? here.onto(connection_dimensions()) : Set::none(context_.diagrams);
    } catch (const packets::BudgetExceeded& error) {
      if (context_.request.limits.stopped()) throw;
      forget();
      if (++not_decided_ <= not_decided_told) not_decided(by, fmt::format("undocumented traffic: whether this permits any was not decided: {}", error.what()));
      return Set::none(context_.diagrams);
    }
  }

  void forget() {
    if (keeps_sets_) return;
    context_.symbolic.forget();
    context_.diagrams.begin_question();
    explained_ = documented(context_, path_);
  }

  void tell(const evaluate::Partition& partition, const Set& here) {
    if (here.empty()) return;
    if (told_ == findings_kept) {
      ++more_;
      return;
    }
    ++told_;
    const auto [first, end] = context_.symbolic.opaque_dimensions();
    const Set sure = partition.within(here.onto(connection_dimensions())).with(evaluate::Verdict::accept).forall_between(first, end).forall_between(dimension::first_choice, ~packets::Dimension{0});
    const Set asked = connections(context_.diagrams, box_) & context_.symbolic.universe(path_).onto(connection_dimensions());
    const bool is_certain = here.onto(connection_dimensions()).subset_of(sure.onto(connection_dimensions()));
    Proof proof = world_.prove(path_, partition.within(here), here);
    std::string message = fmt::format("undocumented traffic {}: {}", is_certain ? "permitted" : "perhaps permitted", words(context_, kind_, asked, here));
    if (!proof.by.empty()) message += ", by " + proof.by;
    report(context_, "WC120", is_certain ? Severity::error : Severity::warning, std::move(message), std::move(proof));
  }

  void say(std::string message) const { context_.site.findings.push_back({.diagnostic = {"WC120", Severity::error, std::move(message), {}}}); }

  void not_decided(const Accepting& by, std::string message) const {
    context_.incomplete = true;
    const Span where = by.rule ? context_.firewall.rules[*by.rule].where : context_.firewall.lists[by.list].where;
    context_.site.findings.push_back({.diagnostic = {"WC904", Severity::error, std::move(message), where}});
  }

  void not_looked_at(const Accepting& first, std::size_t count) const {
    not_decided(first, fmt::format("undocumented traffic: not decided for this rule and {} behind it: {} others were asked about", count - 1, asked_));
  }

 public:
  /// Tests compare the sets: what was asked is then never forgotten.
  bool keeps_sets_ = false;

 private:
  const World& world_;
  const AuditContext& context_;
  const ir::Path path_;
  const Kind& kind_;
  const evaluate::Box box_;
  Set explained_;
  std::size_t told_ = 0, more_ = 0, asked_ = 0, not_decided_ = 0;
};

/// Rules and defaults that may have the last word about a packet that comes by the path. nullopt: they cannot be told by their lists.
std::optional<std::vector<Finder::Accepting>> accepting(const ir::Firewall& firewall, const Arrivals& arrivals, ir::Path path) {
  using enum ir::ActionKind;
  // Past the filter others decide; of packets that were rewritten nobody knows how, any rule may be the one behind which nothing is known.
  if (std::ranges::any_of(firewall.effects, [](const ir::Effect& e) { return e.skips_filter || e.kind == ir::EffectKind::unknown_rewrite; })) return std::nullopt;
  const bool moves = std::ranges::any_of(firewall.effects, [](const ir::Effect& e) { return e.kind == ir::EffectKind::translate_destination; });
  std::vector<Finder::Accepting> found;
  std::vector<ir::ListId> lists;
  std::vector<bool> known(firewall.lists.size());
  const auto come_to = [&](ir::ListId id) {
    if (!known[id]) known[id] = true, lists.push_back(id);
  };
  bool has_filter = false;
  for (const ir::Path any : ir::all_paths)
    for (const ir::Stage& stage : firewall.path(any)) {
      if (!stage.filter || (any != path && !moves)) continue;  // a packet that gets another destination goes on along another path
      has_filter |= any == path;
      come_to(stage.list);
      if (firewall.lists[stage.list].fallthrough == ir::Fallthrough::accept) found.push_back({stage.list, std::nullopt});
    }
  if (!has_filter) return std::nullopt;
  for (std::size_t at = 0; at < lists.size(); ++at)
    for (const ir::RuleId id : firewall.rules_of(firewall.lists[lists[at]])) {
      const ir::Rule& rule = firewall.rules[id];
      if (rule.target != ir::none) come_to(rule.target);
      const bool leads_nowhere = (rule.action == jump || rule.action == go_to) &&
                                 (rule.target == ir::none || !firewall.lists[rule.target].declared || arrivals.behind_circle(rule.target));
      if (rule.action == accept || rule.action == undecided || leads_nowhere)
        found.push_back({lists[at], id});
    }
  std::ranges::stable_sort(found, {}, [](const Finder::Accepting& by) { return std::pair(by.rule.value_or(ir::none), by.list); });
  return found;
}

}  // namespace

Set undocumented_packets(const AuditContext& context, ir::Path path, std::uint8_t protocol, Ask how) {
  const World world(context);
  const Kind kind{{{protocol, protocol}}, false};
  Finder finder(world, path, kind);
  finder.keeps_sets_ = true;
  if (how == Ask::together) return finder.together();
  const Arrivals arrivals(context.firewall);
  return finder.one_by_one(accepting(context.firewall, arrivals, path).value(), arrivals);
}

void undocumented(const AuditContext& context) {
  if (!context.request.closed) return;
  std::vector<ir::Path> paths{ir::Path::ingress, ir::Path::egress};
  if (context.request.site.position == policy::Position::gateway) paths.push_back(ir::Path::forward);
  const Arrivals arrivals(context.firewall);
  for (const ir::Path path : paths) {
    if (context.firewall.path(path).empty()) continue;
    const auto rules = accepting(context.firewall, arrivals, path);
    const bool one_by_one = rules && rules->size() > asked_together;
    packets::Diagrams diagrams(one_by_one ? context.request.limits.with_nodes(nodes_a_rule) : context.request.limits);
    evaluate::Symbolic symbolic(context.firewall, diagrams);
    const AuditContext own{context.firewall, context.sources, context.request, symbolic, diagrams, context.site, context.incomplete};
    const World world(own);
    for (const Kind& kind : kinds()) {
      diagrams.keep_time();
      symbolic.forget();
      diagrams.begin_question();
      Finder finder(world, path, kind);
      if (one_by_one) finder.one_by_one(*rules, arrivals);
      else finder.together();
    }
  }
}

}  // namespace wallcheck::check::audit
