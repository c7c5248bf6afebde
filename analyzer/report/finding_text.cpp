#include "report/finding_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/places.h"

namespace wallcheck::report {

namespace {

constexpr std::size_t evidence_shown = 5;  // lines of one kind a finding; --verbose shows all

/// "line 9 `-A OUTPUT -j DROP`", inside a sentence.
std::string line_and_quote(const Sources& sources, Span where, std::string_view text, std::size_t width) {
  const std::string line = line_of(sources, where);
  return line + (line.empty() ? "`" : " `") + one_line(text, width) + "`";
}

/// "   = name: words" below a snippet.
std::string fact(const Style& style, std::string_view name, std::string_view words) {
  return std::string("     ").append(paint(style, Ink::blue, "=")).append(" ").append(paint(style, Ink::bold, std::string(name) + ":")).append(" ").append(words).append("\n");
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

}  // namespace

std::string counted(std::uint32_t count, std::string_view word) { return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s"); }

Ink ink_of(Severity severity) {
  switch (severity) {
    case Severity::note: return Ink::cyan;
    case Severity::warning: return Ink::yellow;
    case Severity::error: return Ink::red;
  }
  return Ink::red;
}

std::string line_of(const Sources& sources, Span where) {
  const auto location = locate(sources, where);
  if (!location) return {};
  const std::string line = "line " + std::to_string(location->begin.line);
  return location->in_other_file ? printable(location->path) + " " + line : line;
}

std::string service_text(const Style& style, const Sources& sources, const check::ServiceResult& service) {
  const std::size_t width = std::max<std::size_t>(style.width, 60) - 20;
  const auto rule = [&](const check::DecidedBy& by) {
    const std::string origin = by.origin.empty() ? "" : " (" + printable(by.origin) + ")";
    const std::string list = by.list.empty() || by.is_default ? "" : " in " + printable(by.list);
    const std::string packets = by.packets.empty() ? "" : " " + printable(by.packets);
    return line_and_quote(sources, by.where, by.text, width) + list + origin + ": " + printable(by.effect) + packets;
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

std::string proof_text(const Style& style, const check::FileResult& result, const check::SiteResult& site, const check::Finding& finding) {
  const Diagnostic& diagnostic = finding.diagnostic;
  const Ink ink = ink_of(diagnostic.severity);
  const auto location = locate(result.sources, diagnostic.where);
  const std::string place = location ? fmt::format("{}:{}:{}", printable(location->path), location->begin.line, location->begin.column)
                                     : printable(result.path);
  std::string out = fmt::format("    {} {}\n", paint(style, Ink::blue, "-->"), place);
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
      if (service.verdict != check::FlowVerdict::permitted || flow->services.size() == 1) out += service_text(style, result.sources, service);
  return out;
}

std::string remedy_text(const Style& style, const check::FileResult& result, const check::Finding& finding) {
  std::string out;
  for (const check::Fix& fix : finding.fixes) {
    const bool first = &fix == &finding.fixes.front();
    const std::string then = fix.after == check::FlowVerdict::permitted || !first ? "" : fmt::format(" (then {})", check::to_string(fix.after));
    out += fact(style, first ? "fix" : "besides", printable(fix.title) + then);
    std::vector<std::string> lines;
    if (!fix.edits.empty() && fix.edits.front().where.file < result.sources.size())
      lines = changed_lines(unified_diff("", result.sources[fix.edits.front().where.file]->bytes(), fix.edits));
    out += facts(style, "line", lines, [](const std::string& line) { return printable(line); });  // whole: it will be copied
    for (std::size_t at = 0; at < fix.snippet.size();) {  // all of it, or it is no block
      const std::size_t end = std::min(fix.snippet.find('\n', at), fix.snippet.size());
      out += fact(style, "write", printable(fix.snippet.substr(at, end - at)));
      at = end + 1;
    }
    out += fact(style, "changes", printable(fix.changes));
    if (!fix.opens.empty()) out += fact(style, "opens", printable(fix.opens));
    for (const std::string& command : fix.commands) out += fact(style, "command", printable(command));
    if (!fix.address.empty()) out += fact(style, "resource", printable(fix.address));
    if (style.verbose && !fix.explanation.empty()) out += fact(style, "why", printable(fix.explanation));
  }
  const bool is_wanted = finding.diagnostic.severity == Severity::error || style.verbose;  // what may be meant so needs none
  if (!finding.no_fix.empty() && is_wanted) out += fact(style, "no fix", printable(finding.no_fix));
  if (!finding.suppressed_by.empty()) out += fact(style, "suppressed", printable(finding.suppressed_by));
  return out;
}

std::string finding_text(const Style& style, const check::FileResult& result, const check::SiteResult& site, const check::Finding& finding) {
  const Diagnostic& diagnostic = finding.diagnostic;
  const std::string code = fmt::format("{}[{}]:", to_string(diagnostic.severity), diagnostic.code);
  return fmt::format("{} {}\n", paint(style, ink_of(diagnostic.severity), code), paint(style, Ink::bold, diagnostic.message)) +
         proof_text(style, result, site, finding) + remedy_text(style, result, finding);
}

}  // namespace wallcheck::report
