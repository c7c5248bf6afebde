#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report/finding_text.h"
#include "report/formats.h"
#include "report/matrix_text.h"

namespace wallcheck::report::text {

namespace {

using check::FlowVerdict;

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

/// "line 9: -A OUTPUT -j DROP"
std::string line_and_text(const Sources& sources, Span where, std::string_view text, std::size_t width) {
  const std::string line = line_of(sources, where);
  const std::string lead = line.empty() ? "" : line + ": ";
  return lead + one_line(text, width - std::min(width - 20, lead.size()));
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
  std::vector<std::string> traffic;
  std::size_t traffic_width = std::string_view("traffic").size();
  for (const check::FlowResult& flow : site.flows) traffic_width = std::max(traffic_width, display_width(traffic.emplace_back(one_line(flow.traffic, 30))));
  constexpr std::size_t number_width = 3, direction_width = 9, verdict_width = 16;
  const std::size_t before_rule = number_width + traffic_width + direction_width + verdict_width + 9;
  const std::size_t rule_width = std::max<std::size_t>(style.width, before_rule + 20) - before_rule;

  std::string out = paint(style, Ink::dim, fmt::format(" {:>{}}  {}  {}  {}  {}", "#", number_width, padded("traffic", traffic_width),
                                                       padded("direction", direction_width), padded("verdict", verdict_width), "decided by"));
  out += "\n";
  for (std::size_t i = 0; i < site.flows.size(); ++i) {
    const check::FlowResult& flow = site.flows[i];
    const Look look = look_of(flow.verdict);
    const std::string direction =
        flow.direction == policy::FlowDirection::not_applicable ? "-" : std::string(policy::to_string(flow.direction));
    const std::string verdict = std::string(style.unicode ? look.unicode : look.ascii).append(" ").append(check::to_string(flow.verdict));
    std::string rule;
    if (const check::DecidedBy* by = decider(flow)) rule = line_and_text(result.sources, by->where, by->text, rule_width);
    else rule = one_line(flow.note, rule_width);
    const std::string number = std::to_string(flow.number);
    out.append(1 + number_width - std::min(number.size(), number_width), ' ').append(number);
    out.append("  ").append(padded(traffic[i], traffic_width));
    out.append("  ").append(padded(direction, direction_width));
    out.append("  ").append(paint(style, look.ink, padded(verdict, verdict_width)));
    out.append("  ").append(rule);
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out;
}

std::string passing_flows(const Style& style, const check::FileResult& result, const check::SiteResult& site) {
  std::string out;
  for (const check::FlowResult& flow : site.flows) {
    if (flow.verdict != FlowVerdict::permitted) continue;
    out += fmt::format("\n{} flow {} \"{}\" is permitted\n", paint(style, Ink::green, "proof:"), flow.number, printable(flow.traffic));
    for (const check::ServiceResult& service : flow.services) out += service_text(style, result.sources, service);
  }
  return out;
}

/// The last line: what to do now.
std::string next_step(const Context& context, const Summary& summary) {
  if (!summary.worst_code.empty()) return fmt::format("Next: `wallcheck explain {}` says what it means and what to do.", summary.worst_code);
  if (context.command == "audit")
    return summary.suppressed > 0 ? "What was found is suppressed with a reason: --show-suppressed shows it." : "Nothing is open that audit looks for, and no rule was found that does nothing.";
  const std::uint32_t permitted = summary.count(FlowVerdict::permitted);
  const std::uint32_t applicable = summary.flows - summary.count(FlowVerdict::not_applicable);
  if (applicable == 0) return "No documented flow applies here, for the reasons above: is it the right role (--role) and policy (--policy)?";
  if (permitted < applicable) return "What is not permitted is suppressed with a reason: --show-suppressed shows it.";
  return "Every documented flow that starts or ends here is permitted: nothing to do.";
}

}  // namespace

std::string begin(const Context&) { return {}; }

std::string file(const Context& context, const check::FileResult& result, const SoFar& before) {
  const Style& style = context.style;
  const bool first = before.first();
  std::string out;
  for (const check::SiteResult& site : result.sites) {
    // Of many groups it is megabytes: room for the rest, if it is like the first ones.
    constexpr std::size_t first_ones = 16;
    if (result.sites.size() > first_ones && &site == &result.sites[first_ones]) out.reserve(out.size() / first_ones * (result.sites.size() + result.sites.size() / 8));
    if (!style.quiet) {
      if (!first || &site != &result.sites.front()) out += "\n";
      out += header(style, result, site);
      if (!site.flows.empty()) out += "\n" + flow_table(style, result, site);
      if (site.matrix) out += matrix_text(style, result, *site.matrix);
    }
    for (const check::Finding& finding : site.findings)
      if (finding.suppressed_by.empty() || style.suppressed) out += (style.quiet ? "" : "\n") + finding_text(style, result, site, finding);
    if (style.verbose && !style.quiet) out += passing_flows(style, result, site);
  }
  return out;
}

std::string end(const Context& context, const SoFar& all) {
  const Summary& summary = all.totals;
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
  if (summary.unfinished > 0) out += fmt::format("interrupted: {} not done\n", counted(static_cast<std::uint32_t>(summary.unfinished), "file"));
  out += next_step(context, summary) + "\n";
  return out;
}

}  // namespace wallcheck::report::text
