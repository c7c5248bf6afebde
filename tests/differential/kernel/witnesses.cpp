// witnesses --input-format FORMAT [--ipset FILE] --host ADDRESS --interfaces NAME,NAME... FILE: for each rule a packet that hits it, as
// evaluate/hits finds it and evaluate/trace confirms it whatever undecided conditions say. For witness_test.py, which sends it.
// Prints a JSON array: {"line": 12, "packet": {...}}, or {"line": 12, "why_not": "..."} where there is none that a test can send.

#include <algorithm>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cli/read_input.h"
#include "evaluate/hits.h"
#include "evaluate/symbolic.h"
#include "evaluate/trace.h"
#include "frontend/frontend.h"
#include "packets/dimensions.h"
#include "report/json_values.h"

namespace {

using namespace wallcheck;
namespace dimension = packets::dimension;
using packets::Set;
using report::Json;

constexpr std::size_t most_nodes = 4'000'000;
constexpr unsigned answers_tried = 16;  ///< to the undecided conditions together

/// Packets of which a test knows how to make one: the first one of a connection, a later one of a connection that it makes, one of none.
struct Kind {
  std::uint8_t protocol;
  ir::State state;
  std::uint8_t tcp_flags = 0;
  std::vector<ir::Range> icmp = {};  ///< type * 256 + code
  ir::Direction direction = ir::Direction::original;
};

class Witnesses {
 public:
  Witnesses(const ir::Firewall& firewall, Address host, const std::vector<std::string>& interfaces)
      : firewall_(firewall), hits_(firewall, Limits{}.with_nodes(most_nodes)), diagrams_(most_nodes), symbolic_(firewall, diagrams_), host_(host), interfaces_(interfaces) {}

  std::optional<ir::Packet> packet(ir::RuleId rule, std::string& why_not) {
    why_not = "dead";
    for (const evaluate::Hits::Hitting& way : hits_.hitting(rule)) {
      Set packets = way.packets;
      for (const auto& [what, can_be_sent] : demands(packets.diagrams(), way.path)) {
        const Set rest = packets & can_be_sent;
        if (rest.empty()) why_not = what;
        packets = rest;
        if (packets.empty()) break;
      }
      Set unmarked = packets;  // marks come from rules, most of them
      for (unsigned bit = 0; bit < 32; ++bit) unmarked &= Set::value(packets.diagrams(), dimension::mark + bit, 0);
      for (const Set& some : {unmarked, packets})
        for (const Kind& kind : kinds()) {
          const auto point = (some & of(some.diagrams(), kind)).witness(preferences(way.path));
          if (!point) continue;
          const ir::Packet found = symbolic_.to_packet(way.path, *point);
          if (is_sure(rule, found)) return found;
          why_not = hits(rule, found, symbolic_.answers(*point)) ? "turns on a condition that the file does not decide" : "other tables stand before it";
        }
      if (!packets.empty() && (why_not == "dead")) why_not = "a protocol, ICMP type or flags of which no packet is made here";
    }
    return std::nullopt;
  }

 private:
  bool hits(ir::RuleId rule, const ir::Packet& packet, const evaluate::Answers& answers) const {
    const evaluate::TraceResult traced = evaluate::trace(firewall_, packet, answers);
    return std::ranges::any_of(traced.steps, [&](const evaluate::Step& step) { return step.rule == rule; });
  }

  bool is_sure(ir::RuleId rule, const ir::Packet& packet) const {
    std::mt19937 dice(rule);
    for (unsigned n = 0; n < answers_tried; ++n) {
      std::vector<bool> says(firewall_.opaques.size());
      for (std::size_t i = 0; i < says.size(); ++i) says[i] = n < 2 ? n == 1 : (dice() & 1) != 0;
      if (!hits(rule, packet, [&](ir::OpaqueId id) { return std::optional<bool>(says[id]); })) return false;
      if (says.empty()) break;
    }
    return true;
  }

  std::vector<Kind> kinds() const {
    using namespace ir::tcp_flag;
    using ir::State, ir::Direction;
    namespace protocol = ir::protocol;
    const std::uint8_t icmp = firewall_.ipv4 ? protocol::icmp : protocol::icmpv6;
    const auto types = [](unsigned first, unsigned last) { return ir::Range{first << 8, last << 8 | 0xff}; };
    const auto type = [](unsigned one) { return ir::Range{one << 8, one << 8}; };
    const std::vector<ir::Range> request{type(firewall_.ipv4 ? 8 : 128)}, answer{type(firewall_.ipv4 ? 0 : 129)};
    std::vector<Kind> all{{protocol::tcp, State::new_, syn}, {protocol::udp, State::new_}, {icmp, State::new_, 0, request}};
    for (const std::uint8_t other : {std::uint8_t{253}, protocol::gre, protocol::sctp, protocol::esp, protocol::igmp, std::uint8_t{4}, std::uint8_t{41}, std::uint8_t{89}, std::uint8_t{112}})
      all.push_back({other, State::new_});
    if (firewall_.ipv4) {
      all.push_back({protocol::ah, State::new_});
      all.push_back({icmp, State::new_, 0, {type(13), type(15), type(17)}});
      all.push_back({icmp, State::invalid, 0, {types(3, 5), types(9, 12)}});  // errors about no packet that was seen
    } else {
      all.push_back({icmp, State::invalid, 0, {types(1, 4)}});
      all.push_back({icmp, State::untracked, 0, {types(130, 137), types(143, 143)}});  // neighbour discovery and MLD are never tracked
    }
    for (const int flags : {+ack, psh | ack, syn | psh, ack | urg, syn | urg}) all.push_back({protocol::tcp, State::new_, static_cast<std::uint8_t>(flags)});
    for (const Direction direction : {Direction::original, Direction::reply}) {
      for (const int flags : {+ack, psh | ack, fin | ack}) all.push_back({protocol::tcp, State::established, static_cast<std::uint8_t>(flags), {}, direction});
      all.push_back({protocol::udp, State::established, 0, {}, direction});
      all.push_back({icmp, State::established, 0, direction == Direction::original ? request : answer, direction});
    }
    for (const int flags : {syn | ack, +rst, fin | ack, 0, syn | fin, fin | psh | urg, syn | rst, rst | ack})
      all.push_back({protocol::tcp, State::invalid, static_cast<std::uint8_t>(flags)});
    all.push_back({icmp, State::invalid, 0, answer});
    return all;
  }

  static Set of(packets::Diagrams& diagrams, const Kind& kind) {
    const auto is = [&](packets::Dimension d, auto value) { return Set::value(diagrams, d, static_cast<unsigned>(value)); };
    Set set = is(dimension::protocol, kind.protocol) & is(dimension::state, kind.state) & is(dimension::direction, kind.direction);
    if (kind.protocol == ir::protocol::tcp)
      for (unsigned bit = 0; bit < 8; ++bit) set &= is(dimension::tcp_flags + bit, kind.tcp_flags >> bit & 1);
    return kind.icmp.empty() ? set : set & Set::values(diagrams, dimension::icmp, kind.icmp);
  }

  /// What packets have to be like, and how those are called that are not.
  std::vector<std::pair<const char*, Set>> demands(packets::Diagrams& diagrams, ir::Path path) const {
    const auto is = [&](packets::Dimension d, Uint128 value) { return Set::value(diagrams, d, value); };
    std::vector<ir::Range> usual;
    if (firewall_.ipv4) usual = {{ipv4(0x01000000), ipv4(0x7effffff)}, {ipv4(0x80000000), ipv4(0xa9fdffff)}, {ipv4(0xa9ff0000), ipv4(0xdfffffff)}};
    else usual = {{Uint128{0x2000} << 112, (Uint128{0xfe80} << 112) - 1}};
    const Set usual_addresses = Set::values(diagrams, dimension::source, usual) & Set::values(diagrams, dimension::destination, usual);
    const Set from_host = is(dimension::source, host_), to_host = is(dimension::destination, host_);
    const ir::Range ports[] = {{1, 0xffff}}, states[] = {{0, 1}, {3, 4}};
    const Uint128 loopback = symbolic_.interface_value("lo");
    Set no_marks = Set::all(diagrams);
    for (unsigned bit = 0; bit < 32; ++bit) no_marks &= is(dimension::connmark + bit, 0);
    return {{"fragments", is(dimension::fragment, 0)},
            {"over the loopback interface", ~is(dimension::in_interface, loopback) & ~is(dimension::out_interface, loopback)},
            {"loopback, multicast, broadcast or link-local addresses", usual_addresses},
            {"the host's address is fixed by the rules otherwise than in the test", (path == ir::Path::egress ? from_host : ~from_host) & (path == ir::Path::ingress ? to_host : ~to_host)},
            {"RELATED packets", Set::values(diagrams, dimension::state, states)},
            {"a mark or translation of the connection", no_marks & is(dimension::dnat, 0) & is(dimension::snat, 0)},
            {"port 0", Set::values(diagrams, dimension::source_port, ports) & Set::values(diagrams, dimension::destination_port, ports)}};
  }

  std::vector<packets::Preference> preferences(ir::Path path) const {
    std::vector<Uint128> in, out;
    for (const std::string& name : interfaces_) in.push_back(symbolic_.interface_value(name));
    out.assign(in.rbegin(), in.rend());
    const std::vector<Uint128> none{0}, host{host_};
    const std::vector<Uint128> other = firewall_.ipv4 ? std::vector<Uint128>{ipv4(0xcb007109), ipv4(0xc633644d)}
                                                     : std::vector<Uint128>{*parse_address("2600:1::9"), *parse_address("2001:db8:ffff::77")};
    return {{dimension::in_interface, path == ir::Path::egress ? none : in},
            {dimension::out_interface, path == ir::Path::ingress ? none : out},
            {dimension::source, path == ir::Path::egress ? host : other},
            {dimension::destination, path == ir::Path::ingress ? host : path == ir::Path::egress ? other : std::vector<Uint128>{other[1], other[0]}},
            {dimension::source_port, {40000, 1024}},
            {dimension::destination_port, {80, 443}}};
  }

  const ir::Firewall& firewall_;
  evaluate::Hits hits_;
  packets::Diagrams diagrams_;
  evaluate::Symbolic symbolic_;
  const Address host_;
  const std::vector<std::string> interfaces_;
};

std::shared_ptr<const SourceFile> file(const std::string& path) {
  auto bytes = cli::read_input(path, Limits{}.input_bytes);
  if (!bytes) throw std::runtime_error(path + " " + bytes.error().why);
  return std::make_shared<const SourceFile>(path, std::move(*bytes));
}

/// Protocols by number, but for those that packets.py knows by name.
Json json(const ir::Packet& packet) {
  Json object = report::to_json(packet);
  const bool named = ir::protocol::has_ports(packet.protocol) || packet.protocol == ir::protocol::icmp || packet.protocol == ir::protocol::icmpv6;
  if (!named) object["proto"] = std::to_string(packet.protocol);
  return object;
}

Json witnesses(const std::vector<std::string>& arguments) {
  frontend::Options options;
  std::optional<Address> host;
  std::vector<std::string> interfaces;
  for (std::size_t i = 0; i + 2 < arguments.size(); i += 2) {
    const std::string& value = arguments[i + 1];
    if (arguments[i] == "--input-format") options.format = value == "ip6tables" ? ir::Format::ip6tables : ir::Format::iptables;
    else if (arguments[i] == "--ipset") options.ipsets.push_back({value, file(value)});
    else if (arguments[i] == "--host") host = parse_address(value);
    else if (arguments[i] == "--interfaces")
      for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) interfaces.push_back(value.substr(begin, (end = value.find(',', begin)) - begin));
    else throw std::runtime_error("unknown option " + arguments[i]);
  }
  if (arguments.empty() || !host || interfaces.empty()) throw std::runtime_error("--host, --interfaces and a file are needed");
  const frontend::Loaded loaded = frontend::load(file(arguments.back()), options);
  const ir::Firewall& firewall = loaded.firewalls.at(0);
  Witnesses witnesses(firewall, *host, interfaces);
  Json result = Json::array();
  for (ir::RuleId rule = 0; rule < firewall.rules.size(); ++rule) {
    const Span where = firewall.rules[rule].where;
    if (where.empty()) continue;
    Json entry{{"line", loaded.sources[where.file]->place(where.begin).line}};
    std::string why_not;
    try {
      if (const auto packet = witnesses.packet(rule, why_not)) entry["packet"] = json(*packet);
    } catch (const packets::BudgetExceeded& error) {
      why_not = error.what();
    }
    if (!entry.contains("packet")) entry["why_not"] = why_not;
    result.push_back(std::move(entry));
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::cout << witnesses({argv + 1, argv + argc}).dump() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "witnesses: " << error.what() << "\n";
    return 1;
  }
}
