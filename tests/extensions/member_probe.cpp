// Says who is in the sets of a side file, for ipset_check.py: a question in JSON on standard input, for each packet a row of
// "1" (member), "0" (not) or "?" (undecided) on standard output, one for each lookup.

#include <iostream>

#include <nlohmann/json.hpp>

#include "base/names.h"
#include "evaluate/trace.h"
#include "frontend/iptables/ipset.h"

using namespace wallcheck;
using namespace wallcheck::frontend::iptables;

namespace {

ir::Packet packet_of(const nlohmann::json& probe) {
  ir::Packet packet;
  packet.protocol = protocol_number(probe.at("proto").get<std::string>() == "icmpv6" ? "ipv6-icmp" : probe.at("proto").get<std::string>()).value();
  packet.source = parse_address(probe.at("src").get<std::string>()).value();
  packet.destination = parse_address(probe.at("dst").get<std::string>()).value();
  packet.source_port = probe.at("sport");
  packet.destination_port = probe.at("dport");
  packet.icmp_type = probe.at("icmp_type");
  packet.icmp_code = probe.at("icmp_code");
  packet.in_interface = probe.at("in");
  return packet;
}

}  // namespace

int main() {
  const auto question = nlohmann::json::parse(std::cin);
  const SourceFile source("sets", question.at("sets").get<std::string>());
  const Limits limits;
  frontend::Diagnostics diagnostics(limits);
  IpSets sets;
  const bool good = sets.read(source, 0, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.take()) std::cerr << source.place(diagnostic.where.begin).line << ": " << diagnostic.message << '\n';
  if (!good) return 1;

  ir::Firewall firewall;
  std::vector<ir::Match> conditions;
  for (const auto& lookup : question.at("lookups")) {
    std::vector<Side> sides;
    for (const auto& side : lookup.at("sides")) sides.push_back(side == "src" ? Side::source : Side::destination);
    const IpSet* set = sets.find(lookup.at("set").get<std::string>());
    const Family family = question.at("family") == 4 ? Family::ipv4 : Family::ipv6;
    Membership members = membership(firewall, sets, *set, {sides, family, false, false});
    if (!members.possible.empty())
      members.certain.push_back({firewall.any_of_match(members.possible), firewall.opaque_match("member", members.reason, {})});
    conditions.push_back(firewall.any_of_match(members.certain));
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& probe : question.at("packets")) {
    nlohmann::json row = nlohmann::json::array();
    for (const ir::Match& condition : conditions) {
      const auto truth = evaluate::holds(firewall, condition, packet_of(probe), {});
      row.push_back(!truth ? "?" : *truth ? "1" : "0");
    }
    rows.push_back(row);
  }
  std::cout << rows;
}
