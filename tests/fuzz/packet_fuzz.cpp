// Any bytes as the packet of `trace --packet`, and as the probes of `trace --packets`. A packet is written in words that say it again, and
// is walked through a file of each kind.

#include <array>

#include "cli/packet_words.h"
#include "evaluate/trace.h"
#include "ir/packet_words.h"
#include "target.h"

using namespace wallcheck;

namespace {

void walk(const ir::Packet& packet) {
  static const std::array files{
      fuzz::load("*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j NOTRACK\nCOMMIT\n*mangle\n:PREROUTING ACCEPT [0:0]\n"
                 "-A PREROUTING -p tcp --dport 80 -j MARK --set-mark 1\n-A PREROUTING -j CONNMARK --save-mark\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n"
                 "-A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.1.0.1-10.1.0.9:8080\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n"
                 ":FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m mark --mark 1 -j ACCEPT\n-A INPUT -p icmp --icmp-type 8 -j ACCEPT\n"
                 "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -f -j DROP\n-A INPUT -m limit --limit 3/s -j ACCEPT\n"
                 "-A FORWARD -p tcp --tcp-flags SYN,ACK SYN -j ACCEPT\n-A OUTPUT -m addrtype --dst-type MULTICAST -j REJECT\nCOMMIT\n",
                 ir::Format::iptables),
      fuzz::load("block\npass in quick proto tcp to port 22\npass out on em0 from any to any keep state\nmatch in proto udp tag X\npass in tagged X\n",
                 ir::Format::pf)};
  for (const frontend::Loaded& loaded : files) {
    const evaluate::TraceResult traced = evaluate::trace(loaded.firewalls[0], packet);
    fuzz::require(traced.verdict != evaluate::Verdict::undecided || !traced.assumptions.empty() || !traced.steps.empty(), "what is not decided has a reason");
  }
}

void packet_of(const cli::Probe& probe) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto packet = cli::complete(probe, family);
    if (!packet) {
      fuzz::require(!packet.error().empty(), "a packet, or what is wrong with it");
      continue;
    }
    walk(*packet);
    const std::string words = ir::to_string(*packet);
    fuzz::require(fuzz::is_fit_to_be_shown(words), "a packet's words are fit to be shown");
    const auto again = cli::parse_packet(words);
    fuzz::require(again.has_value(), words);
    const auto same = cli::complete(*again, family);
    fuzz::require(same.has_value() && ir::to_string(*same) == words, "a packet's words say the packet: " + words);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::bytes_of(data, size);
  const auto probe = cli::parse_packet(bytes);
  if (probe) packet_of(*probe);
  else fuzz::require(fuzz::is_fit_to_be_shown(probe.error()), "what is wrong is fit to be shown");
  const auto probes = cli::parse_probes(bytes);
  if (!probes) fuzz::require(fuzz::is_fit_to_be_shown(probes.error()), "what is wrong is fit to be shown");
  else
    for (const cli::Probe& one : *probes) packet_of(one);
  return 0;
}
