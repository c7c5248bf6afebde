#include <algorithm>

#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/formats.h"
#include "report/places.h"
#include "report/terminal_text.h"

namespace wallcheck::report::text {

namespace {

using check::FlowVerdict;

constexpr std::size_t evidence_shown = 5;  // lines of one kind a finding; --verbose shows all

/// How a verdict looks: a symbol that tells it apart without colour, and its colour.
struct Look {
  std::string_view ascii, unicode;
  Ink ink;
};

Look look_of(FlowVerdict verdict) {
  switch (verdict) {
    case FlowVerdict::permitted: return {"+", "\u2713", Ink::green};
    case FlowVerdict::restricted: return {"~", "~", Ink::cyan};
    case FlowVerdict::conditional: return {"?", "?", Ink::yellow};
    case FlowVerdict::diverted: return {"!", "!", Ink::yellow};
    case FlowVerdict::reply_blocked:
    case FlowVerdict::partial:
    case FlowVerdict::reversed:
    case FlowVerdict::blocked: return {"x", "\u2717", Ink::red};
    case FlowVerdict::not_applicable: return {"-", "-", Ink::dim};
  }
  return {"x", "x", Ink::red};
}

Ink ink_of(Severity severity) {
  switch (severity) {
    case Severity::note: return Ink::cyan;
    case Severity::warning: return Ink::yellow;
    case Severity::error: return Ink::red;
  }
  return Ink::red;
}

/// "line 9", "extra.conf line 3", or nothing where a span has no place.
std::string line_of(const Sources& sources, Span where) {
  const auto location = locate(sources, where);
  if (!location) return {};
  const std::string line = fmt::format("line {}", location->begin.line);
  return location->in_other_file ? printable(location->path) + " " + line : line;
}

/// "line 9: -A OUTPUT -j DROP"
std::string line_and_text(const Sources& sources, Span where, std::string_view text, std::size_t width) {
  const std::string line = line_of(sources, where);
  const std::string lead = line.empty() ? "" : line + ": ";
  return lead + one_line(text, width - std::min(width - 20, lead.size()));
}

/// "line 9 `-A OUTPUT -j DROP`", inside a sentence.
std::string line_and_quote(const Sources& sources, Span where, std::string_view text, std::size_t width) {
  const std::string line = line_of(sources, where);
  return fmt::format("{}{}`{}`", line, line.empty() ? "" : " ", one_line(text, width));
}

/// The rule that people look for first: what decides the service that the flow's verdict comes from (of flows that need all services
/// and have some, that is none: then the worst one).
const check::DecidedBy* decider(const check::FlowResult& flow) {
  const check::ServiceResult* found = nullptr;
  const auto rank = [&](const check::ServiceResult& service) { return std::pair(service.verdict == flow.verdict, service.verdict); };
  for (const check::ServiceResult& service : flow.services)
    if (!service.decided_by.empty() && (!found || rank(service) > rank(*found))) found = &service;
  return found ? &found->decided_by.front() : nullptr;
}

std::string header(const Style& style, const check::FileResult& result, const check::SiteResult& site) {
  std::string about;
  const auto add = [&](std::string_view part) { about += (about.empty() ? "" : ", ") + std::string(part); };
  if (!result.format.empty()) add(result.format);
  if (!site.group.empty()) {
    const std::string name = site.group_name.empty() ? "" : " (" + printable(site.group_name) + ")";
    add("group " + printable(site.group) + name);
  }
  if (!site.flows.empty()) add(fmt::format("{} at {} ({})", printable(site.site.role), to_string(site.site.position), site.site.chosen_by));
  if (result.status != check::Status::analysed) add(result.status == check::Status::failed ? "NOT ANALYSED" : "ONLY PARTLY ANALYSED");
  return paint(style, Ink::bold, printable(result.path)) + (about.empty() ? "" : "  " + about) + "\n";
}

std::string flow_table(const Style& style, const check::FileResult& result, const check::SiteResult& site) {
  std::size_t traffic_width = std::string_view("traffic").size();
  for (const check::FlowResult& flow : site.flows) traffic_width = std::max(traffic_width, display_width(one_line(flow.traffic, 30)));
  constexpr std::size_t number_width = 3, direction_width = 9, verdict_width = 16;
  const std::size_t before_rule = number_width + traffic_width + direction_width + verdict_width + 9;
  const std::size_t rule_width = std::max<std::size_t>(style.width, before_rule + 20) - before_rule;

  std::string out = paint(style, Ink::dim, fmt::format(" {:>{}}  {}  {}  {}  {}", "#", number_width, padded("traffic", traffic_width),
                                                       padded("direction", direction_width), padded("verdict", verdict_width), "decided by"));
  out += "\n";
  for (const check::FlowResult& flow : site.flows) {
    const Look look = look_of(flow.verdict);
    const std::string direction =
        flow.direction == policy::FlowDirection::not_applicable ? "-" : std::string(policy::to_string(flow.direction));
    const std::string verdict = fmt::format("{} {}", style.unicode ? look.unicode : look.ascii, check::to_string(flow.verdict));
    std::string rule;
    if (const check::DecidedBy* by = decider(flow)) rule = line_and_text(result.sources, by->where, by->text, rule_width);
    else rule = one_line(flow.note, rule_width);
    std::string line = fmt::format(" {:>{}}  {}  {}  {}  {}", flow.number, number_width, padded(one_line(flow.traffic, 30), traffic_width),
                                   padded(direction, direction_width), paint(style, look.ink, padded(verdict, verdict_width)), rule);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

/// "   = name: words" below a snippet.
std::string fact(const Style& style, std::string_view name, std::string_view words) {
  return fmt::format("     {} {} {}\n", paint(style, Ink::blue, "="), paint(style, Ink::bold, fmt::format("{}:", name)), words);
}

/// A fact an element.
template <class List, class Say>
std::string facts(const Style& style, std::string_view name, const List& list, Say say) {
  std::string out;
  const std::size_t shown = style.verbose ? list.size() : std::min(list.size(), evidence_shown);
  for (std::size_t i = 0; i < shown; ++i) out += fact(style, name, say(list[i]));
  if (shown < list.size()) out += fact(style, name, fmt::format("and {} more (--verbose shows all)", list.size() - shown));
  return out;
}

std::string_view packets_of_leg(std::string_view leg) {
  if (leg == "onward") return "later";
  return leg == "reply" ? "reply" : "first";
}

std::string legs(const check::ServiceResult& service) {
  if (!service.has_onward_and_reply) return fmt::format("first packet {}, never answered", check::to_string(service.open));
  return fmt::format("first packet {}, later packets {}, replies {}", check::to_string(service.open), check::to_string(service.onward),
                     check::to_string(service.reply));
}

/// Everything that proves one service's verdict.
std::string evidence(const Style& style, const Sources& sources, const check::ServiceResult& service) {
  const std::size_t width = std::max<std::size_t>(style.width, 60) - 20;
  const auto rule = [&](const check::DecidedBy& by) {
    const std::string origin = by.origin.empty() ? "" : " (" + printable(by.origin) + ")";
    const std::string list = by.list.empty() || by.is_default ? "" : " in " + printable(by.list);
    const std::string packets = by.packets.empty() ? "" : " " + printable(by.packets);
    return fmt::format("{}{}{}: {}{}", line_and_quote(sources, by.where, by.text, width), list, origin, printable(by.effect), packets);
  };
  const auto plain = [](const std::string& region) { return printable(region); };
  const std::string ports = service.ports.empty() ? "" : "/" + service.ports;
  std::string out = fact(style, "service", fmt::format("{} ({}{}) is {}: {}", printable(service.name), printable(service.protocol),
                                                       printable(ports), check::to_string(service.verdict), legs(service)));
  std::string leg;
  for (const check::DecidedBy& by : service.decided_by) leg = leg.empty() || leg == by.leg ? by.leg : "several";
  out += facts(style, "decides", service.decided_by, [&](const check::DecidedBy& by) {
    return rule(by) + (leg == "several" ? fmt::format(" ({} packets)", packets_of_leg(by.leg)) : "");
  });
  out += facts(style, "wrong way", service.wrong_way, rule);
  out += facts(style, "passes", service.passes, plain);
  out += facts(style, "fails", service.fails, plain);
  if (service.witness) {
    const std::string shows = service.witness->shows.empty() ? "" : ": " + printable(service.witness->shows);
    out += fact(style, "packet", ir::to_string(service.witness->packet) + shows);
  }
  out += facts(style, "assumes", service.assumptions, [&](const check::Assumption& assumption) {
    return line_and_quote(sources, assumption.where, assumption.text, width) + ": " + printable(assumption.why);
  });
  return out;
}

/// The lines that a diff puts in and takes away, with their signs.
std::vector<std::string> changed_lines(std::string_view diff) {
  std::vector<std::string> lines;
  bool body = false;
  while (!diff.empty()) {
    const std::size_t end = std::min(diff.find('\n'), diff.size());
    const std::string_view line = diff.substr(0, end);
    diff.remove_prefix(std::min(end + 1, diff.size()));
    body |= line.starts_with("@@");
    if (body && (line.starts_with('+') || line.starts_with('-'))) lines.push_back(fmt::format("{} {}", line.front(), line.substr(1)));
  }
  return lines;
}

/// Is the place one of those that the flow's evidence names?
bool says(const check::FlowResult& flow, Span where) {
  return std::ranges::any_of(flow.services, [&](const check::ServiceResult& service) {
    const auto here = [&](const check::DecidedBy& by) { return by.where == where; };
    return std::ranges::any_of(service.decided_by, here) || std::ranges::any_of(service.wrong_way, here);
  });
}

/// What to do about it: each fix with its lines and its proof, or why there is none.
std::string fixes(const Style& style, const check::FileResult& result, const check::Finding& finding) {
  std::string out;
  for (const check::Fix& fix : finding.fixes) {
    const bool first = &fix == &finding.fixes.front();
    const std::string then = fix.after == FlowVerdict::permitted || !first ? "" : fmt::format(" (then {})", check::to_string(fix.after));
    out += fact(style, first ? "fix" : "besides", printable(fix.title) + then);
    std::vector<std::string> lines;
    if (!fix.edits.empty() && fix.edits.front().where.file < result.sources.size())
      lines = changed_lines(unified_diff("", result.sources[fix.edits.front().where.file]->bytes(), fix.edits));
    out += facts(style, "line", lines, [](const std::string& line) { return printable(line); });  // whole: it will be copied
    out += fact(style, "changes", printable(fix.changes));
    if (!fix.opens.empty()) out += fact(style, "opens", printable(fix.opens));
    for (const std::string& command : fix.commands) out += fact(style, "command", printable(command));
    if (!fix.address.empty()) out += fact(style, "resource", printable(fix.address));
    if (style.verbose && !fix.explanation.empty()) out += fact(style, "why", printable(fix.explanation));
  }
  const bool is_wanted = finding.diagnostic.severity == Severity::error || style.verbose;  // what may be meant so needs none
  if (!finding.no_fix.empty() && is_wanted) out += fact(style, "no fix", printable(finding.no_fix));
  return out;
}

std::string finding_text(const Style& style, const check::FileResult& result, const check::SiteResult& site, const check::Finding& finding) {
  const Diagnostic& diagnostic = finding.diagnostic;
  const Ink ink = ink_of(diagnostic.severity);
  std::string out = fmt::format("{} {}\n", paint(style, ink, fmt::format("{}[{}]:", to_string(diagnostic.severity), diagnostic.code)),
                                paint(style, Ink::bold, diagnostic.message));
  const auto location = locate(result.sources, diagnostic.where);
  const std::string place = location ? fmt::format("{}:{}:{}", printable(location->path), location->begin.line, location->begin.column)
                                     : printable(result.path);
  out += fmt::format("    {} {}\n", paint(style, Ink::blue, "-->"), place);
  out += snippet(style, ink, result.sources, diagnostic.where);
  if (!diagnostic.expected.empty()) out += fact(style, "expected", printable(diagnostic.expected));
  const auto flow = std::ranges::find(site.flows, finding.flow, &check::FlowResult::id);
  const bool proved = !finding.flow.empty() && flow != site.flows.end() && check::code_of(flow->verdict) == diagnostic.code;
  for (const Label& label : diagnostic.related) {
    if (proved && says(*flow, label.where)) continue;
    const std::string line = line_of(result.sources, label.where);
    out += fact(style, "see", line.empty() ? printable(label.text) : line + ": " + printable(label.text));
  }
  if (proved)
    for (const check::ServiceResult& service : flow->services)
      if (service.verdict != FlowVerdict::permitted || flow->services.size() == 1) out += evidence(style, result.sources, service);
  out += fixes(style, result, finding);
  if (!finding.suppressed_by.empty()) out += fact(style, "suppressed", printable(finding.suppressed_by));
  return out;
}

std::string passing_flows(const Style& style, const check::FileResult& result, const check::SiteResult& site) {
  std::string out;
  for (const check::FlowResult& flow : site.flows) {
    if (flow.verdict != FlowVerdict::permitted) continue;
    out += fmt::format("\n{} flow {} \"{}\" is permitted\n", paint(style, Ink::green, "proof:"), flow.number, printable(flow.traffic));
    for (const check::ServiceResult& service : flow.services) out += evidence(style, result.sources, service);
  }
  return out;
}

/// The last line: what to do now.
std::string next_step(const Context& context, const Summary& summary) {
  if (!summary.worst_code.empty()) return fmt::format("Next: `wallcheck explain {}` says what it means and what to do.", summary.worst_code);
  if (context.command == "audit")
    return summary.suppressed > 0 ? "What was found is suppressed with a reason: --verbose shows it." : "Nothing is open that audit looks for; rules that are never reached are not looked for.";
  const std::uint32_t permitted = summary.count(FlowVerdict::permitted);
  const std::uint32_t applicable = summary.flows - summary.count(FlowVerdict::not_applicable);
  if (applicable == 0) return "No documented flow applies here, for the reasons above: is it the right role (--role) and policy (--policy)?";
  if (permitted < applicable) return "What is not permitted is suppressed with a reason: --verbose shows it.";
  return "Every documented flow that starts or ends here is permitted: nothing to do.";
}

std::string counted(std::uint32_t count, std::string_view word) { return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s"); }

}  // namespace

std::string begin(const Context&) { return {}; }

std::string file(const Context& context, const check::FileResult& result, bool first) {
  const Style& style = context.style;
  std::string out;
  for (const check::SiteResult& site : result.sites) {
    if (!style.quiet) {
      if (!first || &site != &result.sites.front()) out += "\n";
      out += header(style, result, site);
      if (!site.flows.empty()) out += "\n" + flow_table(style, result, site);
    }
    for (const check::Finding& finding : site.findings)
      if (finding.suppressed_by.empty() || style.verbose) out += (style.quiet ? "" : "\n") + finding_text(style, result, site, finding);
    if (style.verbose && !style.quiet) out += passing_flows(style, result, site);
  }
  return out;
}

std::string end(const Context& context, const Summary& summary) {
  const Style& style = context.style;
  if (style.quiet) return {};
  std::string out = "\n" + counted(summary.files, "file");
  if (context.command == "audit") {
    out += ", " + counted(summary.findings[0] + summary.findings[1] + summary.findings[2], "finding");
  } else {
    std::string verdicts;
    for (std::size_t i = 0; i < summary.verdicts.size(); ++i)
      if (summary.verdicts[i] > 0)
        verdicts += fmt::format("{}{} {}", verdicts.empty() ? ": " : ", ", summary.verdicts[i], check::to_string(static_cast<FlowVerdict>(i)));
    out += ", " + counted(summary.flows, "flow") + verdicts;
  }
  out += "\n";
  std::string findings;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note})
    if (const std::uint32_t count = summary.count(severity))
      findings += (findings.empty() ? "" : ", ") + paint(style, ink_of(severity), counted(count, to_string(severity)));
  if (summary.suppressed > 0) findings += fmt::format("{}{} suppressed", findings.empty() ? "" : ", ", summary.suppressed);
  if (!findings.empty()) out += findings + "\n";
  if (summary.incomplete_files > 0)
    out += fmt::format("{} could not be analysed to the end: what is not listed is not proved\n", counted(summary.incomplete_files, "file"));
  out += next_step(context, summary) + "\n";
  return out;
}

}  // namespace wallcheck::report::text
