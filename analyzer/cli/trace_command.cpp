#include <fmt/format.h>

#include "check/evidence.h"
#include "check/walk.h"
#include "cli/commands.h"
#include "cli/complaints.h"
#include "cli/input_options.h"
#include "cli/packet_words.h"
#include "cli/read_input.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "evaluate/trace.h"
#include "frontend/pf/load.h"
#include "report/places.h"
#include "report/trace.h"

namespace wallcheck::cli {

namespace {

std::string text_of(const Sources& sources, Span where) {
  return where.file < sources.size() && sources[where.file] ? std::string(sources[where.file]->text(where)) : std::string{};
}

std::optional<check::DecidedBy> decided_by(const ir::Firewall& firewall, const Sources& sources, const evaluate::TraceResult& result) {
  if (!result.rule && !result.list) return std::nullopt;
  check::DecidedBy by;
  by.effect = to_string(result.verdict);
  if (result.list) by.list = check::list_name(firewall, *result.list);
  by.is_default = !result.rule;
  if (result.rule) {
    by.where = firewall.rules[*result.rule].where;
    by.text = text_of(sources, by.where);
  } else {
    by.where = firewall.lists[*result.list].where;
    by.text = check::default_text(firewall, *result.list);
  }
  return by;
}

report::Trace traced(const ir::Firewall& firewall, const Sources& sources, const evaluate::TraceResult& result, const ir::Packet& packet) {
  report::Trace out{.packet = packet, .verdict = std::string(to_string(result.verdict)), .decided_by = decided_by(firewall, sources, result),
                    .steps = check::walk(firewall, sources, result.steps), .assumptions = {}, .leaves_as = {}};
  for (const ir::OpaqueId id : result.assumptions) {
    const ir::Opaque& opaque = firewall.opaques[id];
    out.assumptions.push_back({opaque.where, std::string(firewall.strings[opaque.text]), std::string(firewall.strings[opaque.reason])});
  }
  if (!(result.packet == packet)) out.leaves_as = result.packet;
  return out;
}

/// The probe as a packet that the firewall sees.
Result<ir::Packet, std::string> packet_for(const ir::Firewall& firewall, const Probe& probe) {
  auto packet = complete(probe, firewall.ipv4 ? Family::ipv4 : Family::ipv6);
  if (!packet) return packet;
  const bool ipv4 = family_of(packet->source) == Family::ipv4;
  if (ipv4 ? !firewall.ipv4 : !firewall.ipv6)
    return Unexpected{std::string(ipv4 ? "the packet is IPv4, the file filters IPv6 only" : "the packet is IPv6, the file filters IPv4 only")};
  return packet;
}

/// The packets of --packet and --packets. The error is a sentence.
Result<std::vector<ir::Packet>, std::string> packets_of(const Arguments& arguments, const Limits& limits, const ir::Firewall& firewall) {
  std::vector<ir::Packet> packets;
  for (const std::string& text : arguments.values("packet")) {
    const auto probe = parse_packet(text);
    if (!probe) return Unexpected{"--packet: " + probe.error()};
    auto packet = packet_for(firewall, *probe);
    if (!packet) return Unexpected{"--packet: " + packet.error()};
    packets.push_back(std::move(*packet));
  }
  if (!arguments.has("packets")) return packets;
  const std::string path(arguments.value("packets"));
  const auto bytes = read_input(path, limits.input_bytes);
  if (!bytes) return Unexpected{fmt::format("--packets: {} {}", printable(path), bytes.error().why)};
  const auto probes = parse_probes(*bytes);
  if (!probes) return Unexpected{fmt::format("{}: {}", printable(path), probes.error())};
  for (std::size_t i = 0; i < probes->size(); ++i) {
    auto packet = packet_for(firewall, (*probes)[i]);
    if (!packet) return Unexpected{fmt::format("{}: probe {}: {}", printable(path), i, packet.error())};
    packets.push_back(std::move(*packet));
  }
  return packets;
}

/// The rules of a pf.conf in pfctl's words, to lay beside `pfctl -sr`.
int print_expanded(std::shared_ptr<const SourceFile> file, const frontend::Options& options) {
  const auto format = options.format ? options.format : frontend::detect(file->bytes());
  if (format != ir::Format::pf) return usage_error(fmt::format("--expand is for pf.conf files; {} is none", printable(file->path())), "trace");
  const frontend::Expanded expanded = frontend::expand_pf(std::move(file), options);
  complain_about(expanded.sources, expanded.diagnostics);
  if (print_out(for_terminal(expanded.text)) != ok) return incomplete;
  return expanded.incomplete ? incomplete : ok;
}

int run_trace(const Arguments& arguments) {
  if (arguments.operands.size() != 1) return usage_error("trace needs one FILE", "trace");
  if (!arguments.has("packet") && !arguments.has("packets") && !arguments.has("expand"))
    return usage_error("trace needs --packet or --packets (or, for a pf.conf, --expand)", "trace");
  const std::string_view format = arguments.value("format", "text");
  const std::string& path = arguments.operands.front();
  if (path == "-" && arguments.value("packets") == "-") return usage_error("only one of FILE and --packets can be standard input", "trace");
  auto options = input_options(arguments);
  if (!options) return usage_error(options.error(), "trace");
  end_on_signals();
  const Watched watched(options->limits);

  const std::string name = path == "-" ? std::string(arguments.value("stdin-filename", "-")) : path;
  auto bytes = read_input(path, options->limits.input_bytes);
  if (!bytes) {
    complain("error", fmt::format("{}: {} {}", printable(name), bytes.error().code, bytes.error().why));
    return incomplete;
  }
  const auto file = std::make_shared<const SourceFile>(name, std::move(*bytes));
  if (arguments.has("expand")) return print_expanded(file, *options);
  const frontend::Loaded loaded = frontend::load(file, *options);
  complain_about(loaded.sources, loaded.diagnostics);
  if (loaded.firewalls.empty()) return incomplete;
  if (loaded.firewalls.size() > 1) return usage_error(fmt::format("{} holds {} firewalls", printable(name), loaded.firewalls.size()), "trace");

  const ir::Firewall& firewall = loaded.firewalls.front();
  const auto packets = packets_of(arguments, options->limits, firewall);
  if (!packets) return usage_error(packets.error(), "trace");
  const report::Style style = terminal_style(arguments);
  std::string out = format == "json" ? "[" : "";
  bool unfinished = false;
  for (std::size_t i = 0; i < packets->size(); ++i) {
    if (options->limits.stopped()) {
      complain("error", fmt::format("WC904 packet {} and those behind it were not traced: {}", i, stop_words(*options->limits.stop)));
      unfinished = true;
      break;
    }
    const evaluate::TraceResult result = evaluate::trace(firewall, (*packets)[i]);
    if (result.gave_up) {
      complain("error", fmt::format("WC904 packet {}: there is too much to follow", i));
      unfinished = true;
    }
    const report::Trace trace = traced(firewall, loaded.sources, result, (*packets)[i]);
    if (format == "json") out += (i ? ",\n " : "\n ") + report::trace_json(trace, loaded.sources);
    else out += (i ? "\n" : "") + report::trace_text(style, trace, loaded.sources);
  }
  if (format == "json") out += "\n]\n";
  if (print_out(out) != ok) return incomplete;
  return loaded.failed || loaded.incomplete || unfinished ? incomplete : ok;
}

}  // namespace

const Command trace_command{
    .name = "trace",
    .bit = on_trace,
    .operands = "FILE",
    .summary = "One packet or many through the rules, step by step.",
    .text =
        "Follows packets through the rules as the manual says, with every rule that held on the way. INPUT means every table's\n"
        "PREROUTING and INPUT, FORWARD the three hooks that it passes, OUTPUT also POSTROUTING.\n"
        "\n"
        "A packet in words:\n"
        "  PROTO SRC[:PORT] > DST[:PORT] [in IFACE] [out IFACE] [STATE] [reply] [flags LIST] [type N [code N]] [mark N] [fragment]\n"
        "  `in` alone: INPUT; `out` alone: OUTPUT; both: FORWARD. IPv6 addresses with a port stand in brackets. A `fragment` is a\n"
        "  later one, without ports; where the system puts fragments together before it asks the rules, they see the whole packet.\n"
        "A packet as JSON, in an array: hook, proto, src, dst, sport, dport, in_iface, out_iface, tcp_flags, icmp_type, icmp_code,\n"
        "  state, ct_dir, mark, connmark, fragment. What is left out takes the obvious value.\n"
        "\n"
        "Examples:\n"
        "  wallcheck trace web.rules --packet 'udp 10.0.0.5:40000 > 54.225.248.130:3011 out eth0 new'\n"
        "  wallcheck trace gateway.rules --packet 'tcp 10.0.0.5:40000 > 192.0.2.1:443 in eth1 out eth0 established reply'\n"
        "  wallcheck trace web.rules --packets probes.json --format json\n"
        "  wallcheck trace --expand pf.conf | diff - <(pfctl -sr)\n",
    .run = run_trace,
};

}  // namespace wallcheck::cli
