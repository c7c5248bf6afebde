#include "report/html/summary.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "report/finding_text.h"
#include "report/html/markup.h"
#include "report/policy.h"

namespace wallcheck::report::html {

namespace {

using check::FlowVerdict;

constexpr std::array worst_first{FlowVerdict::blocked,  FlowVerdict::reversed,    FlowVerdict::partial,    FlowVerdict::reply_blocked, FlowVerdict::diverted,
                                 FlowVerdict::conditional, FlowVerdict::restricted, FlowVerdict::permitted, FlowVerdict::not_applicable};
constexpr std::array severities{Severity::error, Severity::warning, Severity::note};

std::string entry(std::string_view name, std::string_view value) { return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, value); }

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : std::string(between)) + escaped(word);
  return out;
}

std::string flow_row(const policy::Flow& flow) {
  std::vector<std::string> services;
  for (const policy::Service& service : flow.services) services.push_back(service_text(service));
  const std::string only = flow.environments.empty() ? "" : "only in " + joined(flow.environments, ", ") + ". ";
  return fmt::format("<tr><td>{}</td><th scope=\"row\">{}</th><td>{} to {}</td><td>{}</td><td>{}{}</td></tr>\n", flow.number, escaped(flow.traffic),
                     escaped(flow.from), escaped(flow.to), joined(services, flow.require == policy::Require::any ? " or " : " and "), only,
                     escaped(flow.description));
}

std::string roles(const policy::Pack& pack) {
  std::string out = "<dl class=\"roles\">";
  for (const policy::Role& role : pack.roles)
    out += entry(escaped(role.title.empty() ? role.id : role.title),
                "<code>" + escaped(role.id) + "</code>: " + (role.addresses ? joined(addresses_of(role), ", ") : "addresses not specified, any"));
  return out + "</dl>\n";
}

std::string policy_part(const policy::Pack& pack, bool same_roles) {
  std::string out = fmt::format("<details class=\"policy\"><summary>Policy <strong>{}</strong>: {}</summary>\n<div>", escaped(pack.id),
                                counted(static_cast<std::uint32_t>(pack.flows.size()), "flow"));
  out += fmt::format("<p>{}, version {}. Source: {}</p>\n", escaped(pack.title), escaped(pack.version), escaped(pack.source));
  for (const std::string& note : pack.notes) out += fmt::format("<p class=\"aside\">{}</p>\n", escaped(note));
  out += same_roles ? roles(pack) : "<p>The addresses of its roles differ between files, as their configuration says.</p>\n";
  out += "<table class=\"flows\"><thead><tr><th scope=\"col\">No.</th><th scope=\"col\">Traffic</th><th scope=\"col\">Direction</th>"
         "<th scope=\"col\">Services</th><th scope=\"col\">Description</th></tr></thead>\n<tbody>";
  for (const policy::Flow& flow : pack.flows) out += flow_row(flow);
  return out + "</tbody></table></div></details>\n";
}

/// Flows at whose sites they have an end.
std::uint32_t applicable(const Summary& summary) { return summary.flows - summary.count(FlowVerdict::not_applicable); }

std::string conclusion(const Context& context, const Summary& summary) {
  std::string unread;
  if (summary.incomplete_files > 0)
    unread = fmt::format(" {} could not be analysed to the end: what is not listed there is not proved.", counted(summary.incomplete_files, "file"));
  if (summary.unfinished > 0) unread += fmt::format(" The run was interrupted: {} not done.", counted(static_cast<std::uint32_t>(summary.unfinished), "file"));
  const std::uint32_t all = applicable(summary);
  if (context.command != "check" || all == 0)
    return fmt::format("{} in {}.{}", counted(std::accumulate(summary.findings.begin(), summary.findings.end(), 0u), "finding"), counted(summary.files, "file"), unread);
  const std::uint32_t failing = summary.count(FlowVerdict::reply_blocked) + summary.count(FlowVerdict::partial) + summary.count(FlowVerdict::reversed) +
                                summary.count(FlowVerdict::blocked);
  const std::uint32_t passing = summary.count(FlowVerdict::permitted);
  if (failing > 0) return fmt::format("{} of {} applicable flows do not pass as documented.{}", failing, all, unread);
  if (passing == all) return fmt::format("All {} applicable flows are permitted as documented.{}", all, unread);
  return fmt::format("No applicable flow is blocked; {} of {} pass only in part of the cases or under conditions.{}", all - passing, all, unread);
}

/// How the flows divide, worst first: a bar for the eye, whose numbers stand beside it.
std::string bar(const Summary& summary) {
  std::string out = "<svg class=\"bar\" viewBox=\"0 0 1000 14\" preserveAspectRatio=\"none\" aria-hidden=\"true\">";
  double at = 0;
  for (const FlowVerdict verdict : worst_first) {
    const double width = summary.flows == 0 ? 0 : 1000.0 * summary.count(verdict) / summary.flows;
    if (width > 0) out += fmt::format("<rect class=\"v-{}\" x=\"{:.1f}\" width=\"{:.1f}\" height=\"14\"/>", check::to_string(verdict), at, width);
    at += width;
  }
  return out + "</svg>\n";
}

}  // namespace

std::string title(const Context& context) {
  std::string names;
  for (const policy::Pack* pack : context.packs)
    if (const std::string name = escaped(pack->title); !pack->title.empty() && names.find(name) == std::string::npos) names += (names.empty() ? "" : ", ") + name;
  const bool is_check = context.command == "check";
  std::string out = fmt::format("<header class=\"head\"><p class=\"by\">wallcheck</p>\n<h1>{}</h1>\n", is_check ? "Firewall policy report" : "Firewall rule audit");
  if (!names.empty()) out += fmt::format("<p class=\"sub\">{}</p>\n", names);
  out += "<dl class=\"facts\">\n" + entry("Policy", escaped(context.policy_id)) + entry("Policy version", escaped(context.policy_version));
  if (!context.date.empty()) out += entry("Date", fmt::format("<time datetime=\"{0}\">{0}</time>", escaped(context.date)));
  return out + entry("Made by", fmt::format("wallcheck {} ({})", escaped(context.tool_version), escaped(context.command))) + "</dl>\n</header>\n";
}

std::string policies(const Context& context) {
  std::string out = "<section class=\"reference\" aria-label=\"Policy and verdicts\">\n";
  std::vector<std::string_view> said;
  for (const policy::Pack* pack : context.packs) {
    if (std::ranges::find(said, pack->id) != said.end()) continue;
    said.push_back(pack->id);
    out += policy_part(*pack, std::ranges::count(context.packs, pack->id, [](const policy::Pack* p) { return std::string_view(p->id); }) == 1);
  }
  if (context.command == "check") {
    out += "<details><summary>What the verdicts mean</summary><div><p>Each verdict is a statement about all packets of the flow, in its legs: "
           "the first packet, later packets, replies. Where a packet is shown with its way, a second, independent evaluator followed it through the rules and found the same.</p>\n<dl class=\"legend\">";
    for (const FlowVerdict verdict : worst_first)
      out += fmt::format("<div><dt class=\"v-{}\">{}</dt><dd>{}</dd></div>\n", check::to_string(verdict), mark_of(verdict), look_of(verdict).meaning);
    out += "</dl></div></details>\n";
  }
  return out + "</section>\n";
}

std::string totals(const Context& context, const Summary& summary) {
  std::string out = fmt::format("<section id=\"summary\" aria-labelledby=\"summary-title\"><h2 id=\"summary-title\">Summary</h2>\n<p class=\"conclusion\">{}</p>\n",
                                conclusion(context, summary));
  if (summary.flows > 0) {
    out += bar(summary) + "<ul class=\"counts\">\n";
    for (const FlowVerdict verdict : worst_first)
      if (const std::uint32_t count = summary.count(verdict))
        out += fmt::format("<li class=\"v-{0}\"><b>{1}</b> {2}</li>\n", check::to_string(verdict), count, mark_of(verdict));
    out += "</ul>\n";
  }
  out += "<dl class=\"facts\">\n" + entry("Files", std::to_string(summary.files));
  if (summary.incomplete_files > 0) out += entry("Not analysed to the end", fmt::format("<strong>{}</strong>", summary.incomplete_files));
  for (const Severity severity : severities) out += entry(fmt::format("Findings: {}s", to_string(severity)), std::to_string(summary.count(severity)));
  if (summary.suppressed > 0) out += entry("Accepted findings", std::to_string(summary.suppressed));
  if (summary.flows > 0) out += entry("Undecided flows", std::to_string(summary.count(FlowVerdict::conditional)));
  const ir::CoverageCounts& c = summary.coverage;
  return out + entry("Rules", std::to_string(c.rules)) + entry("Rules modelled", std::to_string(c.modelled)) +
         entry("With undecidable conditions", std::to_string(c.opaque)) + entry("Not recognised", std::to_string(c.unrecognised)) + "</dl>\n</section>\n";
}

}  // namespace wallcheck::report::html
