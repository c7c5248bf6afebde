// How long do ten flows of three legs each take on large firewalls, and how much memory? Built as IR: no front-end is timed.
// Usage: evaluate_bench [SHAPE [RULES]]

#include <ctime>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>

#include <fmt/format.h>

#include "evaluate/symbolic.h"
#include "ir/firewall.h"

using namespace wallcheck;
using ir::ActionKind;
using ir::Field;
using ir::Match;
using ir::Path;
using ir::Range;

namespace {

struct Builder {
  ir::Firewall f;
  std::mt19937 random{42};
  std::map<ir::ListId, std::vector<ir::RuleId>> rules;

  unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random); }
  ir::ListId chain(const std::string& table, const std::string& name, ir::Fallthrough policy = ir::Fallthrough::return_) {
    return f.add_list(name, table, ir::Discipline::first_match, policy, {});
  }
  void base(Path path, ir::ListId list, ir::Point point, bool nat = false, bool filter = false) {
    ir::Stage stage;
    stage.list = list, stage.point = point, stage.translates = nat, stage.filter = filter;
    f.paths[static_cast<std::size_t>(path)].push_back(stage);
  }
  void add(ir::ListId list, std::vector<Match> matches, ActionKind action, ir::ListId target = ir::none, ir::EffectsId at_once = 0,
           ir::EffectsId in_the_end = 0) {
    ir::Rule rule;
    rule.action = action, rule.target = target, rule.on_match = at_once, rule.on_decide = in_the_end;
    rules[list].push_back(f.add_rule(matches, rule));
  }
  ir::Firewall finish() {
    for (auto& [list, ids] : rules) {
      f.lists[list].first = static_cast<std::uint32_t>(f.order.size());
      f.lists[list].count = static_cast<std::uint32_t>(ids.size());
      f.order.insert(f.order.end(), ids.begin(), ids.end());
    }
    return std::move(f);
  }
  Match network(Field field, std::uint32_t address, unsigned length, bool negated = false) {
    const AddressRange r = prefix(ipv4(address), length);
    return f.range_match(field, r.first, r.last, negated);
  }
  Match is(Field field, Uint128 value) { return f.range_match(field, value, value); }
  std::array<ir::ListId, 3> filter(ir::Fallthrough policy) {
    const std::array<ir::ListId, 3> lists{chain("filter", "INPUT", policy), chain("filter", "OUTPUT", policy), chain("filter", "FORWARD", policy)};
    return lists;
  }
};

constexpr unsigned ports[] = {22, 25, 53, 80, 443, 3011, 3306, 5432, 8080, 8443, 9090, 30000};

/// CIDRs of all lengths, ports, states, some without either.
ir::Firewall mixed(unsigned count) {
  Builder b;
  const auto lists = b.filter(ir::Fallthrough::drop);
  for (const ir::ListId list : lists) b.add(list, {b.f.range_match(Field::state, 1, 2)}, ActionKind::accept);
  for (unsigned i = 0; i < count; ++i) {
    std::vector<Match> m;
    if (b.below(4) != 0) m.push_back(b.network(Field::source, static_cast<std::uint32_t>(b.random()), 8 + b.below(25)));
    if (b.below(4) != 0) m.push_back(b.network(Field::destination, static_cast<std::uint32_t>(b.random()), 8 + b.below(25)));
    m.push_back(b.is(Field::protocol, b.below(4) ? 6 : 17));
    if (b.below(10) != 0) m.push_back(b.is(Field::destination_port, b.below(3) ? ports[b.below(12)] : b.below(65536)));
    if (b.below(2) != 0) m.push_back(b.is(Field::state, 0));
    b.add(lists[i % 3], m, b.below(5) ? ActionKind::accept : ActionKind::drop);
  }
  b.base(Path::ingress, lists[0], ir::Point::input, false, true);
  b.base(Path::egress, lists[1], ir::Point::output, false, true);
  b.base(Path::forward, lists[2], ir::Point::forward, false, true);
  return b.finish();
}

/// One host a rule, all for the same port: every rule overlaps the question.
ir::Firewall hosts(unsigned count) {
  Builder b;
  const auto lists = b.filter(ir::Fallthrough::drop);
  for (const ir::ListId list : lists) b.add(list, {b.f.range_match(Field::state, 1, 2)}, ActionKind::accept);
  for (unsigned i = 0; i < count; ++i)
    b.add(lists[i % 3], {b.network(Field::source, static_cast<std::uint32_t>(b.random()), 32), b.is(Field::protocol, 6), b.is(Field::destination_port, 443)},
          ActionKind::accept);
  b.base(Path::ingress, lists[0], ir::Point::input, false, true);
  b.base(Path::egress, lists[1], ir::Point::output, false, true);
  b.base(Path::forward, lists[2], ir::Point::forward, false, true);
  return b.finish();
}

/// Services, endpoints, random choice among them, masquerade marks: the chains that kube-proxy makes.
ir::Firewall kube(unsigned count) {
  Builder b;
  const auto filter = b.filter(ir::Fallthrough::accept);
  const ir::ListId prerouting = b.chain("nat", "PREROUTING", ir::Fallthrough::accept), output = b.chain("nat", "OUTPUT", ir::Fallthrough::accept),
                   postrouting = b.chain("nat", "POSTROUTING", ir::Fallthrough::accept), services = b.chain("nat", "KUBE-SERVICES"),
                   mark = b.chain("nat", "KUBE-MARK-MASQ"), masquerade = b.chain("nat", "KUBE-POSTROUTING"), node = b.chain("nat", "KUBE-NODEPORTS"),
                   forward = b.chain("filter", "KUBE-FORWARD"), firewall = b.chain("filter", "KUBE-FIREWALL");
  ir::Effect set;
  set.kind = ir::EffectKind::set_mark, set.keep = ~0x4000u, set.flip = 0x4000;
  b.add(mark, {}, ActionKind::continue_, ir::none, b.f.add_effects(std::span(&set, 1)));
  b.add(prerouting, {}, ActionKind::jump, services);
  b.add(output, {}, ActionKind::jump, services);
  b.add(postrouting, {}, ActionKind::jump, masquerade);
  b.add(masquerade, {b.f.masked_match(Field::mark, 0x4000, 0x4000, true)}, ActionKind::return_);
  ir::Effect masq;
  masq.kind = ir::EffectKind::translate_source, masq.from_local = true;
  b.add(masquerade, {}, ActionKind::accept, ir::none, 0, b.f.add_effects(std::span(&masq, 1)));
  b.add(filter[0], {}, ActionKind::jump, firewall);
  b.add(filter[1], {}, ActionKind::jump, firewall);
  b.add(filter[2], {b.is(Field::state, 0)}, ActionKind::jump, forward);
  b.add(firewall, {b.network(Field::destination, 0x7f000000, 8), b.network(Field::source, 0x7f000000, 8, true), b.f.range_match(Field::state, 1, 2, true)},
        ActionKind::drop);
  b.add(forward, {b.is(Field::state, 3)}, ActionKind::drop);
  b.add(forward, {b.f.masked_match(Field::mark, 0x4000, 0x4000)}, ActionKind::accept);
  b.add(forward, {b.f.range_match(Field::state, 1, 2)}, ActionKind::accept);
  // A service with three endpoints: 2 rules in KUBE-SERVICES and KUBE-NODEPORTS, 4 in its chain, 2 in each endpoint's: 12 rules, 4 chains.
  for (unsigned service = 0; service * 12 < count; ++service) {
    const std::uint32_t ip = 0x0a600000 + service;
    const Match to = b.network(Field::destination, ip, 32), tcp = b.is(Field::protocol, 6);
    const Match port = b.is(Field::destination_port, ports[service % 12]);
    const ir::ListId svc = b.chain("nat", fmt::format("KUBE-SVC-{}", service));
    b.add(services, {to, tcp, port}, ActionKind::jump, svc);
    if (service % 10 == 0) b.add(node, {tcp, b.is(Field::destination_port, 30000 + service % 2768)}, ActionKind::jump, svc);
    b.add(svc, {to, tcp, port, b.network(Field::source, 0x0af40000, 16, true)}, ActionKind::jump, mark);
    for (unsigned endpoint = 0; endpoint < 3; ++endpoint) {
      const std::uint32_t pod = 0x0af40000 + service * 3 + endpoint;
      const ir::ListId sep = b.chain("nat", fmt::format("KUBE-SEP-{}-{}", service, endpoint));
      b.add(sep, {b.network(Field::source, pod, 32)}, ActionKind::jump, mark);
      ir::Effect dnat;
      dnat.kind = ir::EffectKind::translate_destination;
      dnat.addresses = b.f.ranges.intern(Range{ipv4(pod), ipv4(pod)});
      dnat.ports = b.f.ranges.intern(Range{8000 + service % 50, 8000 + service % 50});
      b.add(sep, {tcp}, ActionKind::accept, ir::none, 0, b.f.add_effects(std::span(&dnat, 1)));
      std::vector<Match> choice;
      if (endpoint < 2) choice.push_back(b.f.opaque_match("-m statistic --mode random", "random", {}));
      b.add(svc, choice, ActionKind::jump, sep);
    }
  }
  const Match local = b.f.range_match(Field::destination_type, 1, 1);
  b.add(services, {local}, ActionKind::jump, node);
  b.base(Path::ingress, prerouting, ir::Point::prerouting, true);
  b.base(Path::ingress, filter[0], ir::Point::input, false, true);
  b.base(Path::egress, output, ir::Point::output, true);
  b.base(Path::egress, filter[1], ir::Point::output, false, true);
  b.base(Path::egress, postrouting, ir::Point::postrouting, true);
  b.base(Path::forward, prerouting, ir::Point::prerouting, true);
  b.base(Path::forward, filter[2], ir::Point::forward, false, true);
  b.base(Path::forward, postrouting, ir::Point::postrouting, true);
  return b.finish();
}

/// A chain a pod, entered by its interface; each with marks and a few services: Calico's manner.
ir::Firewall pods(unsigned count) {
  Builder b;
  const auto filter = b.filter(ir::Fallthrough::drop);
  const ir::ListId from = b.chain("filter", "cali-from-wl-dispatch"), to = b.chain("filter", "cali-to-wl-dispatch");
  b.add(filter[2], {b.f.interface_match(Field::in_interface, "cali+")}, ActionKind::jump, from);
  b.add(filter[2], {b.f.interface_match(Field::out_interface, "cali+")}, ActionKind::jump, to);
  b.add(filter[0], {b.f.interface_match(Field::in_interface, "cali+")}, ActionKind::go_to, from);
  ir::Effect accept_mark, clear;
  accept_mark.keep = ~0x10000u, accept_mark.flip = 0x10000;
  clear.keep = ~0x10000u;
  const ir::EffectsId marked = b.f.add_effects(std::span(&accept_mark, 1)), cleared = b.f.add_effects(std::span(&clear, 1));
  for (unsigned pod = 0; pod * 10 < count; ++pod) {
    const ir::ListId policy = b.chain("filter", fmt::format("cali-pi-{}", pod)), chain = b.chain("filter", fmt::format("cali-tw-{}", pod));
    b.add(policy, {b.is(Field::protocol, 6), b.is(Field::destination_port, ports[pod % 12])}, ActionKind::continue_, ir::none, marked);
    b.add(policy, {b.f.masked_match(Field::mark, 0x10000, 0x10000)}, ActionKind::return_);
    b.add(policy, {b.network(Field::source, 0x0a000000 + pod * 256, 24)}, ActionKind::continue_, ir::none, marked);
    b.add(chain, {b.f.range_match(Field::state, 1, 2)}, ActionKind::accept);
    b.add(chain, {b.is(Field::state, 3)}, ActionKind::drop);
    b.add(chain, {}, ActionKind::continue_, ir::none, cleared);
    b.add(chain, {}, ActionKind::jump, policy);
    b.add(chain, {b.f.masked_match(Field::mark, 0x10000, 0x10000)}, ActionKind::accept);
    b.add(chain, {}, ActionKind::drop);
    b.add(pod % 2 ? from : to, {b.f.interface_match(pod % 2 ? Field::in_interface : Field::out_interface, fmt::format("cali{:x}", pod))},
          ActionKind::go_to, chain);
  }
  b.base(Path::ingress, filter[0], ir::Point::input, false, true);
  b.base(Path::egress, filter[1], ir::Point::output, false, true);
  b.base(Path::forward, filter[2], ir::Point::forward, false, true);
  return b.finish();
}

/// CPU time: other programs on the machine do not count.
std::clock_t now() { return std::clock(); }
double milliseconds(std::clock_t since) { return 1000.0 * static_cast<double>(std::clock() - since) / CLOCKS_PER_SEC; }

long peak_memory_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6)) / 1024;
  return 0;
}

/// The question of one leg; addresses are not given.
evaluate::Question leg(Path path, unsigned protocol, unsigned port, unsigned kind) {
  evaluate::Question q;
  const bool reply = kind == 2;
  q.path = reply ? path == Path::ingress ? Path::egress : path == Path::egress ? Path::ingress : path : path;
  q.box[Field::protocol] = {{protocol, protocol}};
  q.box[reply ? Field::source_port : Field::destination_port] = {{port, port}};
  q.box[reply ? Field::destination_port : Field::source_port] = {{1024, 65535}};
  q.box[Field::state] = {{kind ? 1u : 0u, kind ? 1u : 0u}};
  q.box[Field::direction] = {{reply ? 1u : 0u, reply ? 1u : 0u}};
  q.box[Field::fragment] = {{0, 0}};
  if (protocol == 6) q.box[Field::tcp_flags] = {kind ? Range{16, 16} : Range{2, 2}};
  q.repeat_translation = true;
  q.is_reply = reply;
  return q;
}

void measure(const std::string& shape, const ir::Firewall& firewall) {
  const long before = peak_memory_mb();
  const auto begin = now();
  packets::Diagrams diagrams;
  evaluate::Symbolic symbolic(firewall, diagrams);
  const double set_up = milliseconds(begin);
  double evaluating = 0, asking = 0, longest = 0;
  std::size_t outcomes = 0, nodes = 0;
  unsigned questions = 0;
  for (const unsigned port : {3011u, 443u, 80u, 22u, 53u, 5432u, 3306u, 8080u, 8443u, 9090u}) {
    symbolic.forget();
    for (unsigned kind = 0; kind < 3; ++kind) {
      const auto start = now();
      diagrams.begin_question();
      const evaluate::Partition partition = symbolic.evaluate(leg(port % 2 ? Path::egress : Path::ingress, port == 3011 || port == 53 ? 17 : 6, port, kind));
      evaluating += milliseconds(start);
      longest = std::max(longest, milliseconds(start));
      const auto asked = now();
      const auto [first, end] = symbolic.opaque_dimensions();
      const packets::Set all = partition.all(), accepted = partition.with(evaluate::Verdict::accept);
      const packets::Set sure = all - (all - accepted).exists_between(first, end), possible = accepted.exists_between(first, end);
      static_cast<void>(sure.regions(64)), static_cast<void>((possible - sure).witness());
      asking += milliseconds(asked);
      outcomes += partition.outcomes().size();
      ++questions;
    }
    nodes = std::max(nodes, diagrams.node_count());
  }
  fmt::print("{:6} {:7} rules {:6} lists: set-up {:5.1f} ms, {} questions {:7.1f} ms (longest {:6.1f}), sets {:6.1f} ms, {} outcomes, {} nodes, {} MB (before {} MB)\n",
             shape, firewall.rules.size(), firewall.lists.size(), set_up, questions, evaluating, longest, asking, outcomes, nodes, peak_memory_mb(), before);
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<ir::Firewall(unsigned)>> shapes{{"mixed", mixed}, {"hosts", hosts}, {"kube", kube}, {"pods", pods}};
  for (const auto& [name, make] : shapes) {
    if (argc > 1 && name != argv[1]) continue;
    for (const unsigned count : {50u, 1000u, 10'000u, 100'000u}) {
      if (argc > 2 && count != std::stoul(argv[2])) continue;
      measure(name, make(count));
    }
  }
}
