#pragma once
// A file in memory, a policy of a few flows, and what fixing it comes to.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "../policy/small_pack.h"
#include "fix/fix.h"

namespace wallcheck::fix {

inline policy::Service service(std::uint8_t protocol, std::vector<ir::Range> ports, std::string ports_text, bool one_way = false) {
  policy::Service s;
  s.protocol = protocol;
  s.protocol_name = protocol == ir::protocol::udp ? "udp" : protocol == ir::protocol::tcp ? "tcp" : "icmp";
  s.name = s.protocol_name + ports_text;
  s.ports_text = std::move(ports_text);
  s.ports = std::move(ports);
  if (ir::protocol::has_ports(protocol)) s.source_ports = {{1024, 65535}};
  s.one_way = one_way;
  return s;
}
inline policy::Service tcp(unsigned port) { return service(ir::protocol::tcp, {{port, port}}, std::to_string(port)); }
inline policy::Service udp(unsigned port) { return service(ir::protocol::udp, {{port, port}}, std::to_string(port)); }
inline policy::Service one_way(unsigned port) { return service(ir::protocol::udp, {{port, port}}, std::to_string(port), true); }

using policy::flow;
using policy::pack;

/// A file that was read and checked.
struct Case {
  policy::Pack pack;
  frontend::Options options;
  frontend::Loaded loaded;
  check::Request request;
  std::vector<check::SiteResult> sites;

  Case(const std::string& text, policy::Pack policy, policy::Site site = {}, ir::Format format = ir::Format::iptables, frontend::Options how = {})
      : pack(std::move(policy)), options(std::move(how)) {
    options.format = format;
    loaded = frontend::load(std::make_shared<SourceFile>("test", text), options);
    request.pack = &pack;
    request.site = std::move(site);
    bool incomplete = false;
    for (const ir::Firewall& firewall : loaded.firewalls) sites.push_back(check::check_flows(firewall, loaded.sources, request, incomplete));
  }
  Case(const Case&) = delete;
  Subject subject() const { return {loaded, options, request}; }
};

struct Row {
  std::string what;
  std::string file;
  policy::Pack pack;
  std::string after;    ///< the file with the fix; empty: there is none
  std::string changes;  ///< the proof, or a part of why there is none
  policy::Site site = {};
  ir::Format format = ir::Format::iptables;
};

/// The whole file that comes out, and what the proof says of it.
inline void check_rows(std::span<const Row> rows) {
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.what) {
      Case test(row.file, row.pack, row.site, row.format);
      REQUIRE(test.sites.size() == 1);
      find_fixes(test.subject(), 0, test.sites[0]);
      REQUIRE(!test.sites[0].findings.empty());
      const check::Finding& finding = test.sites[0].findings[0];
      CAPTURE(finding.no_fix);
      REQUIRE(finding.fixes.empty() == row.after.empty());
      CHECK(finding.no_fix.empty() == !finding.fixes.empty());
      if (row.after.empty()) {
        CHECK_THAT(finding.no_fix, Catch::Contains(row.changes));
        continue;
      }
      CHECK(edited(row.file, finding.fixes[0].edits) == row.after);
      CHECK(finding.fixes[0].changes == row.changes);
      CHECK_THAT(finding.fixes[0].explanation, Catch::Contains(row.changes));
    }
  }
}

inline policy::Pack monitoring() { return pack({flow("monitoring", "cloud", "platform", {one_way(3011)})}); }
inline policy::Pack with_addresses(policy::Pack p, const std::vector<std::string>& texts) {
  p.roles[1].addresses.emplace();
  for (const std::string& text : texts) p.roles[1].addresses->push_back(*parse_prefix(text));
  return p;
}


}  // namespace wallcheck::fix
