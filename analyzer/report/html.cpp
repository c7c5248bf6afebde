#include <algorithm>

#include <fmt/format.h>

#include "report/finding_text.h"
#include "report/formats.h"
#include "report/html/evidence.h"
#include "report/html/markup.h"
#include "report/html/matrix.h"
#include "report/html/summary.h"

namespace wallcheck::report::html {

namespace {

/// A file of html/, compiled in, with the hash by which the page's own rules allow it.
struct Part {
  std::string_view name, text, hash;
};
constexpr Part embedded(std::string_view name, std::string_view text, std::string_view hash) { return {name, text, hash}; }
constexpr std::array parts = std::to_array<Part>({
#include "html_parts.inc"
});
static_assert(parts.size() == 2);
constexpr const Part& style = parts[0];
constexpr const Part& script = parts[1];
static_assert(style.name == "report.css" && script.name == "report.js");

constexpr std::array severities{Severity::error, Severity::warning, Severity::note};

std::string head(const Context& context) {
  // Nothing may be fetched, sent or framed, and no script runs but ours: whatever a file says, this page does not act on it.
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; "
      "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"generator\" content=\"wallcheck {}\">\n<title>{}{}</title>\n<style>{}</style>\n<script>{}</script>\n</head>\n",
      style.hash, script.hash, escaped(context.tool_version), context.command == "check" ? "Firewall policy report" : "Firewall rule audit",
      context.date.empty() ? "" : ", " + escaped(context.date), style.text, script.text);
}

/// What the script makes work; hidden without it.
std::string filters(bool flows) {
  std::string out =
      "<form id=\"filters\" hidden aria-label=\"Filter the table\">\n"
      "<label class=\"word\">File <input type=\"search\" name=\"file\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"part of its name\"></label>\n";
  if (flows) out += "<label class=\"word\">Flow <select name=\"flow\"><option value=\"\">all flows</option></select></label>\n";
  out += "<span class=\"acts\"><button type=\"button\" id=\"unfold\">Unfold all shown</button> <button type=\"button\" id=\"fold\">Fold all</button> "
         "<button type=\"reset\">Clear filters</button></span>\n";
  return out + fmt::format("<fieldset><legend>{}</legend><span id=\"kinds\"></span></fieldset>\n<output id=\"shown\" aria-live=\"polite\"></output>\n</form>\n",
                           flows ? "Verdict" : "Severity");
}

std::string table_head(std::span<const FlowTitle> flows) {
  std::string out = "<thead><tr><th scope=\"col\" class=\"file\">File</th>";
  for (const FlowTitle& flow : flows)
    out += fmt::format("<th scope=\"col\" data-flow=\"{0}\"><span class=\"no\">{1}</span> <span class=\"name\">{2}</span></th>", anchor(flow.id), flow.number,
                       escaped(flow.traffic));
  if (flows.empty())
    for (const Severity severity : severities) out += fmt::format("<th scope=\"col\"><span class=\"name\">{}s</span></th>", to_string(severity));
  return out + "</tr></thead>\n";
}

std::string cell(const check::FileResult& file, const check::SiteResult& site, std::string_view flow_id) {
  const auto flow = std::ranges::find(site.flows, flow_id, &check::FlowResult::id);
  if (flow == site.flows.end()) {
    if (site.flows.empty() && file.status != check::Status::analysed)
      return fmt::format("<td class=\"v-unread\"><a href=\"#{}\"><i aria-hidden=\"true\">!</i> <span>not analysed</span></a></td>", anchor(file, site));
    return fmt::format("<td class=\"v-none\"><span>{}</span></td>", site.flows.empty() ? "no firewall" : "not in this file's policy");
  }
  const check::Finding* finding = finding_of(site, *flow);
  const bool accepted = finding && !finding->suppressed_by.empty();
  return fmt::format("<td class=\"v-{0}{1}\"><a href=\"#{2}={3}\">{4}{5}</a></td>", check::to_string(flow->verdict), accepted ? " accepted" : "", anchor(file, site),
                     anchor(flow->id), mark_of(flow->verdict), accepted ? " <small>accepted</small>" : "");
}

std::string count_cell(const check::FileResult& file, const check::SiteResult& site, Severity severity) {
  const auto count = std::ranges::count_if(site.findings, [&](const check::Finding& finding) {
    return finding.suppressed_by.empty() && finding.diagnostic.severity == severity;
  });
  if (count == 0) return "<td class=\"v-none\">0</td>";
  return fmt::format("<td class=\"s-{0}\"><a href=\"#{1}\"><b>{2}</b> {3}</a></td>", to_string(severity), anchor(file, site), count, mark_of(severity));
}

std::string about(const check::FileResult& file, const check::SiteResult& site) {
  std::string out;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : " \u00b7 ") + part; };
  if (!site.group.empty()) add(escaped(site.group) + (site.group_name.empty() ? "" : " (" + escaped(site.group_name) + ")"));
  if (!file.format.empty()) add(escaped(file.format));
  if (!site.flows.empty()) add(fmt::format("{} at {}", escaped(site.site.role), to_string(site.site.position)));
  std::string text = out.empty() ? "" : fmt::format("<span class=\"about\">{}</span>", out);
  if (file.status != check::Status::analysed)
    text += fmt::format("<strong class=\"unread\">{}</strong>", file.status == check::Status::failed ? "not analysed" : "only partly analysed");
  return text;
}

/// Is it said at its flow?
bool is_said(const check::SiteResult& site, const check::Finding& finding) {
  return std::ranges::any_of(site.flows, [&](const check::FlowResult& flow) { return finding_of(site, flow) == &finding; });
}

/// What is folded below the row.
std::string evidence(const check::FileResult& file, const check::SiteResult& site) {
  std::string flows, findings;
  for (const check::FlowResult& flow : site.flows) flows += flow_part(file, site, flow);
  for (const check::Finding& finding : site.findings)
    if (!is_said(site, finding)) findings += finding_part(file, finding);
  const ir::CoverageCounts& c = site.coverage;
  std::string out = fmt::format("<h3>{}</h3>\n<p class=\"aside\">{} ({} modelled, {} with undecidable conditions, {} not recognised)", escaped(file.path),
                                counted(c.rules, "rule"), c.modelled, c.opaque, c.unrecognised);
  if (!site.flows.empty()) out += fmt::format(". Judged as {} at {}, by {}", escaped(site.site.role), to_string(site.site.position), escaped(site.site.chosen_by));
  if (site.matrix) findings += matrix_part(file.sources, *site.matrix);
  return out + "</p>\n" + flows + findings + (flows.empty() && findings.empty() ? "<p>Nothing was found.</p>\n" : "");
}

std::string row(std::span<const FlowTitle> flows, const check::FileResult& file, const check::SiteResult& site) {
  const std::string id = anchor(file, site);
  std::string out = fmt::format("<tbody class=\"site\"><tr><th scope=\"row\"><a class=\"path\" href=\"#{}\">{}</a>{}</th>\n", id, escaped(file.path), about(file, site));
  for (const FlowTitle& flow : flows) out += cell(file, site, flow.id) + "\n";
  if (flows.empty())
    for (const Severity severity : severities) out += count_cell(file, site, severity) + "\n";
  return out + fmt::format("</tr>\n<tr class=\"more\"><td colspan=\"{}\"><details><summary>Evidence and findings</summary>\n<div class=\"site\" id=\"{}\" tabindex=\"-1\">\n{}",
                           1 + (flows.empty() ? severities.size() : flows.size()), id, evidence(file, site)) +
         "</div></details></td></tr></tbody>\n";
}

}  // namespace

std::string begin(const Context& context) {
  const auto flows = context.flows;
  return head(context) + "<body>\n<a class=\"skip\" href=\"#matrix\">To the table of files</a>\n" + title(context) + "<main>\n" + policies(context) +
         "<section id=\"matrix\" aria-labelledby=\"matrix-title\" tabindex=\"-1\"><h2 id=\"matrix-title\">" + (flows.empty() ? "Files" : "Files and flows") +
         "</h2>\n" + filters(!flows.empty()) + "<table class=\"matrix\">\n<caption>" +
         (flows.empty() ? "Findings by file and severity. What is unfolded is printed" : "The verdict on each documented flow, file by file; each leads to its evidence. What is unfolded is printed") + "</caption>\n" +
         table_head(flows);
}

std::string file(const Context& context, const check::FileResult& result, const SoFar&) {
  const auto flows = context.flows;
  std::string out;
  for (const check::SiteResult& site : result.sites) out += row(flows, result, site);
  return out;
}

std::string end(const Context& context, const SoFar& all) {
  return "</table>\n</section>\n" + totals(context, all.totals) + "</main>\n<footer>Made by wallcheck " + escaped(context.tool_version) +
         ". Verdicts hold for the files as they were read, under the policy named above.</footer>\n</body>\n</html>\n";
}

}  // namespace wallcheck::report::html
