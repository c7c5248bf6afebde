// The matrix: cells of small files as a reader would fill them in, and of random files as trace of every connection says.

#include <algorithm>
#include <random>
#include <string>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "check/audit.h"
#include "check/matrix.h"
#include "frontend/frontend.h"

using namespace wallcheck;
using check::Matrix;
using check::Permission;

namespace {

policy::Service service(std::uint8_t protocol, ir::Range ports, bool one_way = false) {
  policy::Service s;
  s.protocol = protocol;
  s.protocol_name = protocol == ir::protocol::tcp ? "tcp" : "udp";
  s.name = fmt::format("{}{}", s.protocol_name, low64(ports.first));
  s.ports = {ports};
  s.ports_text = fmt::format("{}-{}", low64(ports.first), low64(ports.last));
  s.source_ports = {{1024, 65535}};
  s.one_way = one_way;
  return s;
}

/// cloud is 10.0.0.1, clients are 192.0.2.0/31; services tcp 2-3, udp 2 and udp 4, which nobody answers.
policy::Pack pack() {
  policy::Flow flow;
  flow.id = flow.traffic = "documented";
  flow.from = "client", flow.to = "cloud";
  flow.services = {service(ir::protocol::tcp, {2, 3}), service(ir::protocol::udp, {2, 2}), service(ir::protocol::udp, {4, 4}, true)};
  policy::Pack p;
  p.id = "test";
  p.roles = {{"cloud", "Cloud", std::vector{*parse_prefix("10.0.0.1")}}, {"client", "Client", std::vector{*parse_prefix("192.0.2.0/31")}}, {"guest", "Guest", std::nullopt}};
  p.flows = {flow};
  return p;
}

struct Asked {
  frontend::Loaded loaded;
  check::SiteResult site;
  bool incomplete = false;
  const Matrix& matrix() const { return *site.matrix; }
};

Asked ask(const std::string& rules, const policy::Pack& p, std::uint32_t nodes = Limits{}.graph_nodes) {
  frontend::Options options;
  options.format = ir::Format::iptables;
  Asked out{frontend::load(std::make_shared<SourceFile>("test.rules", rules), options), {}, false};
  check::Request request;
  request.pack = &p;
  request.matrix = true;
  request.limits.graph_nodes = nodes;
  out.site = check::audit_rules(out.loaded.firewalls.front(), out.loaded.sources, request, out.incomplete);
  return out;
}

const Matrix::Cell& cell(const Matrix& matrix, std::string_view role, policy::FlowDirection direction, std::string_view column) {
  const auto row = std::ranges::find_if(matrix.rows, [&](const Matrix::Row& r) { return r.role == role && r.direction == direction; });
  const auto at = std::ranges::find(matrix.columns, column, &Matrix::Column::name);
  REQUIRE(row != matrix.rows.end());
  REQUIRE(at != matrix.columns.end());
  return row->cells[static_cast<std::size_t>(at - matrix.columns.begin())];
}

constexpr auto in = policy::FlowDirection::ingress, out = policy::FlowDirection::egress;

std::string filter(const std::string& rules) { return "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n" + rules + "COMMIT\n"; }

}  // namespace

TEST_CASE("cells as a reader would fill them in") {
  const std::string answers = "-A INPUT -m state --state ESTABLISHED -j ACCEPT\n-A OUTPUT -m state --state ESTABLISHED -j ACCEPT\n";  // lines 5 and 6
  struct Row {
    std::string rules, role;
    policy::FlowDirection direction;
    std::string column;
    Permission permission;
    unsigned line;        ///< of what decides
    std::string passes;   ///< the first region; or the condition that it turns on
  };
  const std::vector<Row> table{
      {answers, "client", in, "tcp2", Permission::blocked, 2, ""},
      {answers, "anyone", out, "udp2", Permission::blocked, 4, ""},
      {answers + "-A INPUT -p tcp --dport 2:3 -j ACCEPT\n", "client", in, "tcp2", Permission::permitted, 7, ""},
      {answers + "-A INPUT -p tcp --dport 2:3 -j ACCEPT\n", "anyone", in, "tcp2", Permission::permitted, 7, ""},
      {answers + "-A INPUT -p tcp --dport 2:3 -j ACCEPT\n", "cloud", in, "tcp2", Permission::permitted, 7, ""},
      {answers + "-A INPUT -p tcp --dport 2:3 -j ACCEPT\n", "client", in, "udp2", Permission::blocked, 2, ""},
      {answers + "-A INPUT -p tcp --dport 2:3 -j ACCEPT\n", "client", out, "tcp2", Permission::blocked, 4, ""},
      {answers + "-A INPUT -s 192.0.2.0/31 -p udp --dport 2 -j ACCEPT\n", "client", in, "udp2", Permission::permitted, 7, ""},
      {answers + "-A INPUT -s 192.0.2.0/31 -p udp --dport 2 -j ACCEPT\n", "anyone", in, "udp2", Permission::blocked, 2, ""},
      {answers + "-A INPUT -s 192.0.2.1 -p udp --dport 2 -j ACCEPT\n", "client", in, "udp2", Permission::some, 7, "udp 192.0.2.1 > 10.0.0.1:2"},
      {answers + "-A INPUT -p tcp --dport 3 -j ACCEPT\n", "client", in, "tcp2", Permission::some, 7, "tcp 192.0.2.0/31 > 10.0.0.1:3"},
      {answers + "-A INPUT -i eth1 -p udp --dport 2 -j ACCEPT\n", "anyone", in, "udp2", Permission::some, 7, "udp any > 10.0.0.1:2 in eth1"},
      {answers + "-A INPUT -p udp --dport 2 -m limit --limit 1/s -j ACCEPT\n", "client", in, "udp2", Permission::undecided, 7, "-m limit --limit 1/s"},
      // From the ports that the service uses is from everywhere; from another one only, is not nothing.
      {answers + "-A INPUT -p udp --sport 1024:65535 --dport 2 -j ACCEPT\n", "client", in, "udp2", Permission::permitted, 7, ""},
      {answers + "-A INPUT -p udp --sport 53 --dport 2 -j ACCEPT\n", "client", in, "udp2", Permission::some, 7, "udp 192.0.2.0/31:53 > 10.0.0.1:2"},
      // Without a way for answers; a service that nobody answers needs none.
      {"-A INPUT -p udp --dport 2:4 -j ACCEPT\n", "client", in, "udp2", Permission::unanswered, 4, ""},
      {"-A INPUT -p udp --dport 2:4 -j ACCEPT\n", "client", in, "udp4", Permission::permitted, 5, ""},
      {"-A OUTPUT -p udp --dport 2 -j ACCEPT\n-A INPUT -p udp --sport 2 -j ACCEPT\n", "client", out, "udp2", Permission::permitted, 5, ""},
      // Well-known services stand beside the policy's.
      {answers + "-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT\n", "cloud", in, "SSH", Permission::permitted, 7, ""},
      {answers + "-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT\n", "client", in, "SSH", Permission::blocked, 2, ""},
      {answers + "-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT\n", "anyone", in, "SSH", Permission::some, 7, "tcp 10.0.0.0,10.0.0.2-10.255.255.255 > 10.0.0.1:22"},
  };
  const policy::Pack p = pack();
  for (const Row& row : table) {
    INFO(row.rules << row.role << " " << row.column);
    const Asked asked = ask(filter(row.rules), p);
    CHECK_FALSE(asked.incomplete);
    const Matrix::Cell& found = cell(asked.matrix(), row.role, row.direction, row.column);
    CHECK(to_string(found.permission) == to_string(row.permission));
    REQUIRE(found.decided_by);
    CHECK(asked.loaded.sources[0]->place(found.decided_by->where.begin).line == row.line);
    CHECK(found.witness);
    if (row.permission == Permission::some) {
      REQUIRE_FALSE(found.passes.empty());
      CHECK(found.passes.front() == row.passes);
    }
    if (row.permission == Permission::undecided) {
      REQUIRE_FALSE(found.assumptions.empty());
      CHECK(found.assumptions.front().text == row.passes);
    }
  }
}

TEST_CASE("columns and rows: the policy's, well-known services once each, and who is no role") {
  const Asked asked = ask(filter(""), pack());
  const Matrix& matrix = asked.matrix();
  CHECK(matrix.columns[0].name == "tcp2");
  CHECK(matrix.columns[2].documented);
  CHECK_FALSE(matrix.columns[3].documented);
  std::vector<std::string> rows;
  for (const Matrix::Row& row : matrix.rows) rows.push_back(std::string(policy::to_string(row.direction)) + " " + row.role);
  CHECK(rows == std::vector<std::string>{"ingress cloud", "ingress client", "ingress anyone", "egress cloud", "egress client", "egress anyone"});
  CHECK(matrix.rows[2].perhaps == std::vector<std::string>{"guest"});
}

TEST_CASE("what grows beyond the budget is undecided, cell by cell, and said") {
  std::string rules;
  for (int i = 0; i < 60; ++i) rules += fmt::format("-A INPUT -s 10.{}.0.0/16 -d 10.0.0.{} -p tcp --dport {} -j {}\n", i, i % 7, 20 + i % 4, i % 3 == 0 ? "DROP" : "ACCEPT");
  policy::Pack p = pack();
  p.roles[0].addresses.reset();
  const Asked asked = ask(filter(rules), p, 400);
  CHECK(asked.incomplete);
  CHECK(std::ranges::any_of(asked.site.findings, [](const check::Finding& f) { return f.diagnostic.code == "WC904" && f.diagnostic.message.starts_with("matrix: "); }));
  CHECK(std::ranges::any_of(asked.matrix().rows, [](const Matrix::Row& row) {
    return std::ranges::any_of(row.cells, [](const Matrix::Cell& c) { return c.permission == Permission::undecided && !c.why.empty(); });
  }));
  CHECK(cell(asked.matrix(), "client", out, "udp2").permission == Permission::blocked);
}

namespace {

std::string random_rules(std::mt19937& random) {
  const auto below = [&](unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random); };
  std::string text = fmt::format("*filter\n:INPUT {} [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT {} [0:0]\n:a - [0:0]\n", below(4) == 0 ? "ACCEPT" : "DROP", below(3) == 0 ? "ACCEPT" : "DROP");
  for (const char* const chain : {"INPUT", "OUTPUT"})
    if (below(2) == 0) text += fmt::format("-A {} -m state --state ESTABLISHED -j ACCEPT\n", chain);
  unsigned limits = 0;
  for (unsigned i = 0, count = 1 + below(7); i < count; ++i) {
    const std::string chain = below(4) == 0 ? "a" : below(2) == 0 ? "INPUT" : "OUTPUT";
    text += "-A " + chain;
    if (below(2) == 0) text += fmt::format(" {}-{} 192.0.2.{}/{}", below(4) == 0 ? "! " : "", below(2) == 0 ? 's' : 'd', below(4), 30 + below(3));
    if (below(5) == 0 && chain == "INPUT") text += fmt::format(" -i eth{}", below(2));
    text += below(2) == 0 ? " -p udp" : " -p tcp";
    if (below(2) == 0) text += fmt::format(" --{}port {}:{}", below(4) == 0 ? 's' : 'd', below(3), 2 + below(3));
    else if (below(3) == 0) text += fmt::format(" --{}port 1024:65535", below(2) == 0 ? 's' : 'd');
    if (below(6) == 0 && limits < 2) text += fmt::format(" -m limit --limit {}/s", ++limits);
    constexpr const char* targets[] = {"ACCEPT", "ACCEPT", "DROP", "RETURN", "a"};
    text += fmt::format(" -j {}\n", targets[below(chain == "a" ? 4 : 5)]);
  }
  return text + "COMMIT\n";
}

/// One connection to or from 10.0.0.1, as the firewall sees it: every packet accepted, whatever rates do; or if they are kind.
struct Passage {
  bool opens_perhaps, sure, perhaps;
};

Passage passage(const ir::Firewall& firewall, const ir::Packet& first, bool one_way) {
  std::vector<ir::Packet> packets{first};
  if (!one_way) {
    ir::Packet later = first;
    later.state = ir::State::established;
    later.tcp_flags = first.protocol == ir::protocol::tcp ? ir::tcp_flag::ack : 0;
    packets.push_back(later);
    std::swap(later.source, later.destination), std::swap(later.source_port, later.destination_port), std::swap(later.in_interface, later.out_interface);
    later.path = first.path == ir::Path::ingress ? ir::Path::egress : ir::Path::ingress;
    later.direction = ir::Direction::reply;
    // Answers leave by the interface by which the question came.
    packets.push_back(later);
  }
  Passage result{false, true, true};
  for (const ir::Packet& packet : packets) {
    bool always = true, once = false;
    for (std::uint32_t answers = 0; answers < 1u << firewall.opaques.size(); ++answers) {
      const auto verdict = evaluate::trace(firewall, packet, [answers](ir::OpaqueId id) { return std::optional((answers >> id & 1) != 0); }).verdict;
      always &= verdict == evaluate::Verdict::accept;
      once |= verdict == evaluate::Verdict::accept;
    }
    if (&packet == &packets.front()) result.opens_perhaps = once;
    result.sure &= always, result.perhaps &= once;
  }
  return result;
}

}  // namespace

TEST_CASE("random files: each cell is what trace says of every connection") {
  std::mt19937 random(20261126);
  const policy::Pack p = pack();
  std::size_t seen[6] = {};
  for (int round = 0; round < 120; ++round) {
    const std::string rules = random_rules(random);
    INFO(rules);
    const Asked asked = ask(rules, p);
    REQUIRE_FALSE(asked.incomplete);
    const ir::Firewall& firewall = asked.loaded.firewalls.front();
    for (const Matrix::Row& row : asked.matrix().rows) {
      const bool egress = row.direction == out;
      // Rules tell 192.0.2.0-3 apart and take the rest for one.
      std::vector<Uint128> peers;
      if (row.role == "cloud") peers = {ipv4(0x0a000001)};
      else if (row.role == "client") peers = {ipv4(0xc0000200), ipv4(0xc0000201)};
      else peers = {ipv4(0xc0000202), ipv4(0xc0000203), ipv4(0xc6336401)};
      for (std::size_t column = 0; column < 3; ++column) {
        const policy::Service& s = p.flows[0].services[column];
        bool all = true, some = false, perhaps = false, opens = false;
        for (const Uint128 peer : peers)
          for (std::uint16_t port = static_cast<std::uint16_t>(s.ports[0].first); port <= s.ports[0].last; ++port)
            for (const std::uint16_t source_port : {0, 1, 2, 3, 4, 5, 1023, 1024, 65535})
              for (const char* const interface : {"eth0", "eth1", "eth2"}) {
                ir::Packet packet;
                packet.path = egress ? ir::Path::egress : ir::Path::ingress;
                packet.protocol = s.protocol;
                packet.source = egress ? ipv4(0x0a000001) : peer;
                packet.destination = egress ? peer : ipv4(0x0a000001);
                packet.source_port = source_port, packet.destination_port = port;
                (egress ? packet.out_interface : packet.in_interface) = interface;
                if (s.protocol == ir::protocol::tcp) packet.tcp_flags = ir::tcp_flag::syn;
                const Passage passes = passage(firewall, packet, s.one_way);
                if (source_port >= 1024) all &= passes.sure;
                some |= passes.sure, perhaps |= passes.perhaps, opens |= passes.opens_perhaps;
              }
        const Permission expected = !opens ? Permission::blocked : all ? Permission::permitted : some ? Permission::some : perhaps ? Permission::undecided : Permission::unanswered;
        INFO(policy::to_string(row.direction) << " " << row.role << " " << s.name);
        REQUIRE(to_string(row.cells[column].permission) == to_string(expected));
        ++seen[static_cast<std::size_t>(expected)];
      }
    }
  }
  for (const Permission permission : {Permission::permitted, Permission::some, Permission::undecided, Permission::unanswered, Permission::blocked})
    CHECK(seen[static_cast<std::size_t>(permission)] > 10);
}
