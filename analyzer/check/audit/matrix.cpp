// audit --matrix: who may open which service, in both directions.
//
// One question for all roles and all services that are asked about in the same way, then cut into cells; where there are many rules, one
// a service, since what rules say of different ports makes their addresses many. Where it grows beyond the node budget it is halved; what is beyond it alone is said to be undecided. Connections that are
// sent on to another destination are asked about cell by cell: answers to them are followed for a question as a whole (legs.h).

#include "check/matrix.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "check/audit/exposure.h"
#include "check/audit/listeners.h"
#include "check/evidence.h"

namespace wallcheck::check {

std::string_view to_string(Permission permission) {
  constexpr std::array<std::string_view, 6> names{"permitted", "some", "undecided", "unanswered", "blocked", "not-applicable"};
  return names[static_cast<std::size_t>(permission)];
}

}  // namespace wallcheck::check

namespace wallcheck::check::audit {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using evaluate::Verdict;
using ir::Range;
using packets::Set;
using policy::FlowDirection;

namespace {

constexpr std::size_t many_rules = 2'000;

/// The other end of a row's connections.
struct Peer {
  std::string role, title;
  std::vector<AddressRange> addresses;
  bool anyone = false;
};

/// Cells that one question answers. Their services differ in nothing but ports.
struct Group {
  FlowDirection direction;
  std::vector<std::size_t> columns, peers;
  bool is_cell() const { return columns.size() == 1 && peers.size() == 1; }
};

bool accepts(const Outcome& outcome) { return outcome.verdict == Verdict::accept; }
bool refuses(const Outcome& outcome) { return !accepts(outcome); }

/// Services of the policy's flows, each port once; then well-known ones.
std::vector<std::pair<policy::Service, bool>> services(const Request& request) {
  std::vector<std::pair<policy::Service, bool>> list;
  const auto add = [&](const policy::Service& service, bool documented) {
    const auto same = [&](const auto& known) { return known.first.protocol == service.protocol && known.first.ports == service.ports; };
    if (std::ranges::none_of(list, same)) list.emplace_back(service, documented);
  };
  for (const policy::Flow& flow : request.pack->flows)
    if (policy::applies(flow, request.environments))
      for (const policy::Service& service : flow.services) add(service, true);
  for (const Listener& listener : listeners()) {
    policy::Service service;
    service.name = listener.name;
    service.protocol = listener.protocol;
    service.protocol_name = protocol_name(listener.protocol);
    service.ports_text = listener.first == listener.last ? fmt::format("{}", listener.first) : fmt::format("{}-{}", listener.first, listener.last);
    service.ports = {{listener.first, listener.last}};
    service.source_ports = {{1024, 65535}};
    add(service, false);
  }
  return list;
}

/// The unicast addresses that no role has.
std::vector<AddressRange> addresses_of_no_role(const policy::Pack& pack) {
  std::vector<Range> taken;
  for (const policy::Role& role : pack.roles)
    if (role.addresses)
      for (const AddressRange& range : *role.addresses) taken.push_back({range.first, range.last});
  taken = ir::normalised(std::move(taken));
  std::vector<AddressRange> rest;
  for (const Range& range : routable(true, true, true)) {
    Uint128 next = range.first;
    bool is_left = true;
    for (const Range& hole : taken) {
      if (!is_left || hole.last < next || hole.first > range.last) continue;
      if (hole.first > next) rest.push_back({next, hole.first - 1});
      is_left = hole.last < range.last;
      next = hole.last + 1;
    }
    if (is_left) rest.push_back({next, range.last});
  }
  return rest;
}

class Survey {
 public:
  explicit Survey(const AuditContext& context) : context_(context), services_(services(context.request)) {
    const policy::Site& site = context.request.site;
    for (const policy::Role& role : context.request.pack->roles) {
      // Two hosts of the site's own role are on the same side of a gateway.
      const bool behind_it = site.position == policy::Position::gateway && role.id == site.role;
      if (role.addresses && !behind_it) peers_.push_back({role.id, role.title, *role.addresses, false});
      if (!role.addresses && role.id != site.role) perhaps_.push_back(role.id);
    }
    std::vector<AddressRange> rest = addresses_of_no_role(*context.request.pack);
    if (!rest.empty()) peers_.push_back({"anyone", "Addresses of no role", std::move(rest), true});
  }

  Matrix matrix() {
    for (const auto& [service, documented] : services_) matrix_.columns.push_back({service.name, service.protocol_name, service.ports_text, documented});
    for (const FlowDirection direction : directions)
      for (const Peer& peer : peers_) {
        Matrix::Row row{peer.role, peer.title, peer.anyone, {}, direction, std::vector<Matrix::Cell>(services_.size())};
        if (peer.anyone) row.perhaps = perhaps_;
        matrix_.rows.push_back(std::move(row));
      }
    ask_all();
    if (not_decided_ > 0) {
      context_.incomplete = true;
      context_.site.findings.push_back(
          {.diagnostic = {"WC904", Severity::error, fmt::format("matrix: {} cells not decided: {}", not_decided_, why_not_decided_), {}}});
    }
    return std::move(matrix_);
  }

 private:
  static constexpr std::array directions{FlowDirection::ingress, FlowDirection::egress};

  void ask_all() {
    for (const FlowDirection direction : directions) {
      std::map<std::tuple<std::uint8_t, bool, std::size_t>, Group> alike;
      const bool one_by_one = context_.firewall.rules.size() > many_rules;
      for (std::size_t column = 0; column < services_.size(); ++column) {
        const policy::Service& service = services_[column].first;
        Group& group = alike.try_emplace({service.protocol, service.one_way, one_by_one ? column : 0}, Group{direction, {}, {}}).first->second;
        group.columns.push_back(column);
      }
      for (auto& [unused, group] : alike) {
        for (std::size_t peer = 0; peer < peers_.size(); ++peer) group.peers.push_back(peer);
        waiting_.push_back(std::move(group));
      }
    }
    while (!waiting_.empty()) {
      const Group group = std::move(waiting_.front());
      waiting_.pop_front();
      try {
        context_.diagrams.keep_time();
        context_.symbolic.forget();
        context_.diagrams.begin_question();
        ask(group);
      } catch (const packets::BudgetExceeded& error) {
        halve(group, error.what());
      }
    }
  }

  void halve(const Group& group, std::string_view why) {
    if (group.is_cell()) {
      Matrix::Cell& cell = this->cell(group.direction, group.peers.front(), group.columns.front());
      cell = {.permission = Permission::undecided, .why = std::string(why)};
      ++not_decided_;
      why_not_decided_ = why;
      return;
    }
    Group a = group, b = group;
    const auto cut = [](std::vector<std::size_t>& first, std::vector<std::size_t>& second) {
      const auto middle = static_cast<std::ptrdiff_t>(first.size() / 2);
      first.erase(first.begin() + middle, first.end());
      second.erase(second.begin(), second.begin() + middle);
    };
    if (group.columns.size() > 1) cut(a.columns, b.columns);
    else cut(a.peers, b.peers);
    waiting_.push_front(std::move(b));
    waiting_.push_front(std::move(a));
  }

  Matrix::Cell& cell(FlowDirection direction, std::size_t peer, std::size_t column) {
    return matrix_.rows[(direction == FlowDirection::egress ? peers_.size() : 0) + peer].cells[column];
  }

  /// All services of the group as one, from whichever source port.
  policy::Service service_of(const Group& group) const {
    policy::Service service = services_[group.columns.front()].first;
    bool every_port = false;
    for (const std::size_t column : group.columns) {
      const std::vector<Range>& ports = services_[column].first.ports;
      every_port |= ports.empty();
      service.ports.insert(service.ports.end(), ports.begin(), ports.end());
    }
    service.ports = every_port ? std::vector<Range>{} : ir::normalised(std::move(service.ports));
    if (ir::protocol::has_ports(service.protocol)) service.source_ports = {{0, 0xffff}};
    return service;
  }

  /// The policy's site and one other role that stands for all peers of the group.
  policy::Pack pack_of(const Group& group) const {
    const policy::Pack& whole = *context_.request.pack;
    policy::Pack pack;
    pack.family = whole.family;
    policy::Role own, others;
    if (const policy::Role* const role = whole.role(context_.request.site.role)) own = *role;
    own.id = "site", others.id = "peers";
    others.addresses.emplace();
    for (const std::size_t peer : group.peers) others.addresses->insert(others.addresses->end(), peers_[peer].addresses.begin(), peers_[peer].addresses.end());
    pack.roles = {std::move(own), std::move(others)};
    return pack;
  }

  void ask(const Group& group) {
    const bool out = group.direction == FlowDirection::egress;
    const policy::Service service = service_of(group);
    const policy::Pack pack = pack_of(group);
    policy::Flow flow;
    flow.from = out ? "site" : "peers", flow.to = out ? "peers" : "site";
    std::string why_not;
    const auto talk = conversation(context_.firewall, context_.symbolic, pack, flow, service, context_.request.site, group.direction, why_not);
    const auto none = [&](Matrix::Cell& cell) { cell = {.permission = Permission::not_applicable, .why = why_not}; };
    if (!talk) {
      for (const std::size_t peer : group.peers)
        for (const std::size_t column : group.columns) none(cell(group.direction, peer, column));
      return;
    }
    why_not = "none of its addresses is of a family that the file filters";
    const std::vector<LegResult> legs = check::ask(context_.firewall, context_.symbolic, *talk);
    SharedWork shared;
    const FlowContext flow_context{context_.firewall, context_.sources,        pack, context_.request.site, context_.request.environments, context_.request.limits,
                                   context_.symbolic, context_.diagrams, shared};
    for (const std::size_t peer : group.peers) {
      std::vector<Range> addresses;
      for (const AddressRange& range : peers_[peer].addresses) addresses.push_back({range.first, range.last});
      const Set of_peer = legs[0].asked & Set::values(context_.diagrams, out ? dimension::destination : dimension::source, ir::normalised(std::move(addresses)));
      std::vector<packets::Dimension> given = talk->fixed();
      if (peers_[peer].anyone) std::erase(given, out ? dimension::destination : dimension::source);
      for (const std::size_t column : group.columns) {
        const policy::Service& own = services_[column].first;
        const Set region = own.ports.empty() ? of_peer : of_peer & Set::values(context_.diagrams, dimension::destination_port, own.ports);
        const Set usual = own.source_ports.empty() ? region : region & Set::values(context_.diagrams, dimension::source_port, own.source_ports);
        Matrix::Cell& cell = this->cell(group.direction, peer, column);
        if (region.empty()) none(cell);
        else if (!group.is_cell() && !(legs[0].diverted & region).empty()) waiting_.push_back({group.direction, {column}, {peer}});
        else cell = judge(Evidence(flow_context, *talk, region), Describer(context_.symbolic, region, given), legs, region, usual);
      }
    }
  }

  Matrix::Cell judge(const Evidence& evidence, const Describer& describer, const std::vector<LegResult>& legs, const Set& region, const Set& usual) const {
    const LegResult& open = legs[0];
    Set sure = region, possible = region;
    for (const LegResult& leg : legs) sure &= leg.sure, possible &= leg.possible;
    Matrix::Cell cell;
    cell.diverted = !(region & open.diverted).empty();
    const std::size_t shown = context_.request.limits.regions;
    if ((region & open.possible).empty()) {
      cell.permission = Permission::blocked;
      show(cell, evidence, open.answers[0], region, refuses);
    } else if (usual.subset_of(sure)) {
      cell.permission = Permission::permitted;
      show(cell, evidence, open.answers[0], usual, accepts);
    } else if (!sure.empty()) {
      cell.permission = Permission::some;
      cell.passes = describer.lines(sure, shown);
      show(cell, evidence, open.answers[0], sure, accepts);
      if (!(possible - sure).empty()) assume(cell, evidence, legs, possible - sure);
    } else if (!possible.empty()) {
      cell.permission = Permission::undecided;
      cell.passes = describer.lines(possible, shown);
      show(cell, evidence, open.answers[0], possible, [](const Outcome& o) { return o.verdict == Verdict::accept || o.verdict == Verdict::undecided; });
      assume(cell, evidence, legs, possible);
    } else {
      cell.permission = Permission::unanswered;
      refuse_answers(cell, evidence, legs, region & open.possible);
    }
    return cell;
  }

  /// What a leg says of some connections.
  static Answer part(const Answer& answer, const Set& connections) {
    Answer some = answer;
    some.partition = answer.partition.within(answer.leg == Leg::reply ? turned_round(connections) : connections);
    return some;
  }

  /// The packet and the rule that stand for the cell, and how many more decide as it does.
  static void show(Matrix::Cell& cell, const Evidence& evidence, const Answer& answer, const Set& connections, bool (*wanted)(const Outcome&)) {
    const Answer own = part(answer, connections);
    const Set shown = own.partition.where(wanted);
    const auto found = evidence.shown(own, shown);
    if (!found) return;
    cell.witness = found->witness;
    cell.decided_by = evidence.decided_by(*found->outcome, answer.leg);
    for (const std::size_t index : own.partition.outcomes_in(shown)) {
      const Outcome& other = own.partition.outcomes()[index];
      if (wanted(other) && (other.rule != found->outcome->rule || other.list != found->outcome->list)) ++cell.others;
    }
  }

  static void refuse_answers(Matrix::Cell& cell, const Evidence& evidence, const std::vector<LegResult>& legs, const Set& opened) {
    for (std::size_t leg = 1; leg < legs.size(); ++leg)
      for (std::size_t i = 0; i < legs[leg].answers.size(); ++i) {
        const Set refused = (opened & legs[leg].about[i]) - legs[leg].answers[i].possible;
        if (refused.empty()) continue;
        show(cell, evidence, legs[leg].answers[i], refused, refuses);
        if (cell.witness) return;
      }
  }

  static void assume(Matrix::Cell& cell, const Evidence& evidence, const std::vector<LegResult>& legs, const Set& connections) {
    for (const LegResult& leg : legs)
      for (std::size_t i = 0; i < leg.answers.size(); ++i) {
        const Set open = (connections & leg.about[i]) - leg.answers[i].sure;
        if (open.empty()) continue;
        for (Assumption& assumption : evidence.assumptions(part(leg.answers[i], open), open)) {
          const auto same = [&](const Assumption& a) { return a.where == assumption.where && a.text == assumption.text; };
          if (std::ranges::none_of(cell.assumptions, same)) cell.assumptions.push_back(std::move(assumption));
        }
      }
  }

  const AuditContext& context_;
  const std::vector<std::pair<policy::Service, bool>> services_;  ///< with: is it the policy's?
  std::vector<Peer> peers_;
  std::vector<std::string> perhaps_;
  std::deque<Group> waiting_;
  Matrix matrix_;
  std::size_t not_decided_ = 0;
  std::string why_not_decided_;
};

}  // namespace

void matrix(const AuditContext& context) {
  if (!context.request.matrix) return;
  // A budget of its own, whatever other audits ran out of: what is beyond it is halved, and most cells are decided.
  packets::Diagrams diagrams(context.request.limits);
  evaluate::Symbolic symbolic(context.firewall, diagrams);
  const AuditContext own{context.firewall, context.sources, context.request, symbolic, diagrams, context.site, context.incomplete};
  context.site.matrix = std::make_shared<const Matrix>(Survey(own).matrix());
}

}  // namespace wallcheck::check::audit
