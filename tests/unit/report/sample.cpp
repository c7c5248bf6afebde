#include "sample.h"

#include <stdexcept>

namespace wallcheck::sample {

using check::FlowVerdict;
using policy::FlowDirection;

namespace {

/// The span of the first occurrence of `text`.
Span span_of(const SourceFile& file, std::string_view text) {
  const std::size_t at = file.bytes().find(text);
  if (at == std::string_view::npos) throw std::logic_error("sample text is not in the sample file");
  return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + text.size())};
}

check::DecidedBy decided(const SourceFile& file, std::string_view text, std::string effect, std::string packets) {
  return {.where = span_of(file, text), .text = std::string(text), .effect = std::move(effect), .packets = std::move(packets),
          .list = "filter OUTPUT", .origin = {}, .leg = {}};
}

check::ServiceResult service(std::string name, std::string protocol, std::string ports, FlowVerdict verdict) {
  check::ServiceResult result;
  result.name = std::move(name);
  result.protocol = std::move(protocol);
  result.ports = std::move(ports);
  result.verdict = verdict;
  return result;
}

ir::Packet packet_to(std::uint8_t protocol, std::string_view destination, std::uint16_t port) {
  ir::Packet packet;
  packet.path = ir::Path::egress;
  packet.protocol = protocol;
  packet.source = *parse_address("10.0.0.1");
  packet.destination = *parse_address(destination);
  packet.source_port = 1024;
  packet.destination_port = port;
  packet.out_interface = "eth0";
  packet.tcp_flags = protocol == ir::protocol::tcp ? ir::tcp_flag::syn : std::uint8_t{0};
  return packet;
}

/// A fix as the fix room makes them.
check::Fix fix(const SourceFile& file) {
  const Span before = span_of(file, "-A OUTPUT -j DROP");
  return {.title = "let collectd (udp/3011) out",
          .edits = {{{before.begin, before.begin}, "-A OUTPUT -p udp -m udp --dport 3011 -j ACCEPT\n"}},
          .after = FlowVerdict::permitted,
          .changes = "+udp any > any:3011 out, nothing else",
          .opens = "to any address: --role-address rightscale=CIDR narrows it",
          .explanation = "Monitoring is blocked by line 9.",
          .commands = {},
          .snippet = {},
          .address = {}};
}

}  // namespace

check::FileResult web_rules() {
  const auto file = std::make_shared<const SourceFile>(
      "web.rules",
      "*filter\n"
      ":OUTPUT DROP [0:0]\n"
      "-A INPUT -p udp --dport 3011 -j ACCEPT\n"
      "-A OUTPUT -p udp --dport 123 -j ACCEPT\n"
      "-A OUTPUT -d 54.86.63.128/26 -p tcp --dport 443 -m recent --rcheck -j ACCEPT\n"
      "-A OUTPUT -j DROP\n"
      "COMMIT\n");
  check::FileResult result{.path = "web.rules", .format = "iptables", .sources = {file}, .sites = {}};
  check::SiteResult site;
  site.coverage = {.rules = 4, .modelled = 3, .opaque = 1, .unrecognised = 0};

  check::ServiceResult collectd = service("collectd", "udp", "3011", FlowVerdict::reversed);
  collectd.has_onward_and_reply = false;
  collectd.decided_by = {decided(*file, "-A OUTPUT -j DROP", "drop", "udp any:1024-65535 > any:3011")};
  collectd.wrong_way = {decided(*file, "-A INPUT -p udp --dport 3011 -j ACCEPT", "accept", "udp any:1024-65535 > any:3011")};
  collectd.wrong_way[0].list = "filter INPUT";
  collectd.witness = check::Witness{packet_to(ir::protocol::udp, "54.225.248.129", 3011), "dropped"};

  check::ServiceResult ntp = service("NTP", "udp", "123", FlowVerdict::permitted);
  ntp.open = ntp.onward = ntp.reply = FlowVerdict::permitted;
  ntp.decided_by = {decided(*file, "-A OUTPUT -p udp --dport 123 -j ACCEPT", "accept", "udp any:1024-65535 > any:123")};
  ntp.witness = check::Witness{packet_to(ir::protocol::udp, "54.225.248.129", 123), "accepted"};

  check::ServiceResult https = service("HTTPS", "tcp", "443", FlowVerdict::partial);
  https.open = FlowVerdict::partial;
  https.onward = https.reply = FlowVerdict::conditional;
  https.decided_by = {decided(*file, "-A OUTPUT -j DROP", "drop", "tcp any:1024-65535 > 54.225.248.128/27:443")};
  https.witness = check::Witness{packet_to(ir::protocol::tcp, "54.225.248.129", 443), "dropped"};
  https.assumptions = {{span_of(*file, "-m recent --rcheck"), "-m recent --rcheck", "depends on traffic seen before"}};
  https.passes = {"tcp any:1024-65535 > 54.86.63.128/26:443"};
  https.fails = {"tcp any:1024-65535 > 54.225.248.128/27:443"};

  site.flows = {
      {"monitoring", 1, "Monitoring", FlowDirection::egress, FlowVerdict::reversed, "", {collectd}},
      {"ntp", 2, "NTP", FlowDirection::egress, FlowVerdict::permitted, "", {ntp}},
      {"rightnet", 4, "RightNet", FlowDirection::egress, FlowVerdict::partial, "", {https}},
      {"user-api", 6, "User API Traffic", FlowDirection::not_applicable, FlowVerdict::not_applicable,
       "it runs from user to rightscale", {}},
  };
  site.findings = {
      {{"WC102", Severity::error, "flow 1 \"Monitoring\" is reversed: the firewall lets udp/3011 in, but not out",
        span_of(*file, "-A INPUT -p udp --dport 3011 -j ACCEPT"), {{span_of(*file, "-A OUTPUT -j DROP"), "here it is stopped"}}, ""},
       "monitoring", {fix(*file)}, {}, ""},
      {{"WC103", Severity::error, "flow 4 \"RightNet\" is partly blocked", span_of(*file, "-A OUTPUT -j DROP"), {}, ""}, "rightnet", {}, {}, ""},
      {{"WC301", Severity::warning, "the rule never matches", span_of(*file, "-m recent"), {}, ""}, "", {}, {}, "replaced in March"},
  };
  result.sites = {site};
  return result;
}

check::FileResult hostile() {
  const std::string line = "-A INPUT " + std::string(300, 'x') + " --comment \"\x1b]0;pwned\x07 caf\xe9 \xe2\x80\xae" "evil\" -j BAD " +
                           std::string(300, 'y');
  const auto file = std::make_shared<const SourceFile>("bad\x1b[31m.rules", "*filter\n" + line + "\nCOMMIT");
  check::FileResult result{.path = file->path(), .format = "iptables", .status = check::Status::partly_analysed, .sources = {file}, .sites = {}};
  check::SiteResult site;
  site.group = "sg-1\x1b[2J";
  site.findings = {{{"WC902", Severity::error, "unknown target", span_of(*file, "BAD"), {}, "a target or a chain of this table"}, "", {}, {}, ""}};
  site.coverage = {.rules = 1, .modelled = 0, .opaque = 0, .unrecognised = 1};
  result.sites = {site};
  return result;
}

check::FileResult unreadable() {
  check::FileResult result{.path = "gone.rules", .format = {}, .status = check::Status::failed, .sources = {}, .sites = {}};
  check::SiteResult site;
  site.findings = {{{"WC905", Severity::error, "cannot be read: No such file or directory", {}, {}, ""}, "", {}, {}, ""}};
  result.sites = {site};
  return result;
}

report::Context context(report::Style style) {
  return {.tool_version = "0.1.0", .policy_id = "rightscale", .policy_version = "2015-06", .style = style};
}

std::string render(std::string_view format, const report::Context& context, const std::vector<check::FileResult>& files) {
  const report::Format* row = report::format(format);
  if (!row) throw std::logic_error("no such format");
  return report::whole(*row, context, files);
}

}  // namespace wallcheck::sample
