#include "report/markdown_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/finding_text.h"
#include "report/formats.h"
#include "report/places.h"

namespace wallcheck::report::markdown {

namespace {

using check::FlowVerdict;

// GitHub takes 65,536 characters a comment. A row or a finding is begun only below these sizes, and is itself of bounded size.
constexpr std::size_t table_size = 16'000, details_size = 32'000, block_size = 4'000, diffs_shown = 2;
constexpr std::size_t most_columns = 16;
constexpr std::size_t longest_text = 300;  // of a path or a message

std::string_view symbol(std::optional<Severity> severity) {
  if (!severity) return "✅";
  return *severity == Severity::error ? "❌" : *severity == Severity::warning ? "⚠️" : "ℹ️";
}

std::string verdict_cell(const check::FileResult& result, const check::SiteResult& site, std::string_view flow_id) {
  const auto flow = std::ranges::find(site.flows, flow_id, &check::FlowResult::id);
  if (flow == site.flows.end()) return result.status == check::Status::failed ? "❓ unknown" : "&ndash;";
  if (flow->verdict == FlowVerdict::not_applicable) return "&ndash; n/a";
  return fmt::format("{} {}", symbol(check::severity_of(flow->verdict)), check::to_string(flow->verdict));
}

/// Many flows do not fit side by side: how many have which verdict.
std::string verdicts_cell(const check::SiteResult& site) {
  std::array<std::uint32_t, 9> counts{};
  for (const check::FlowResult& flow : site.flows) ++counts[static_cast<std::size_t>(flow.verdict)];
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const auto verdict = static_cast<FlowVerdict>(i);
    const std::string_view sign = verdict == FlowVerdict::not_applicable ? "&ndash;" : symbol(check::severity_of(verdict));
    out += fmt::format("{}{} {} {}", out.empty() ? "" : "<br>", sign, counts[i], check::to_string(verdict));
  }
  return out.empty() ? "❓ unknown" : out;
}

std::string findings_cell(const check::SiteResult& site) {
  std::string out;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const auto is_of = [&](const check::Finding& finding) { return finding.suppressed_by.empty() && finding.diagnostic.severity == severity; };
    if (const auto count = static_cast<std::uint32_t>(std::ranges::count_if(site.findings, is_of)))
      out += fmt::format("{}{} {}", out.empty() ? "" : "<br>", symbol(severity), counted(count, to_string(severity)));
  }
  return out.empty() ? "✅ none" : out;
}

std::string row(const Context& context, const check::FileResult& result, const check::SiteResult& site) {
  std::string out = "| " + code(one_line(result.path, longest_text));
  if (!site.group.empty()) out += "<br>group " + code(one_line(site.group, longest_text));
  if (result.status == check::Status::failed) out += "<br>❌ **not analysed**";
  if (result.status == check::Status::partly_analysed) out += "<br>❌ **only partly analysed**";
  if (context.flows.size() > most_columns) out += " | " + verdicts_cell(site);
  else
    for (const FlowTitle& flow : context.flows) out += " | " + verdict_cell(result, site, flow.id);
  return out + " | " + findings_cell(site) + " |\n";
}

/// At most `block_size` bytes, whole lines.
std::string cut(std::string_view lines) {
  if (lines.size() <= block_size) return std::string(lines);
  return std::string(lines.substr(0, lines.rfind('\n', block_size) + 1)) + "... (cut here)\n";
}

std::string fix_block(const check::FileResult& result, const check::Fix& fix) {
  std::string out = prose(one_line(fix.title, longest_text));
  if (!fix.changes.empty()) out += " (changes " + code(one_line(fix.changes, longest_text)) + ")";
  out += ":\n\n";
  if (!fix.edits.empty() && fix.edits.front().where.file < result.sources.size()) {
    const SourceFile& source = *result.sources[fix.edits.front().where.file];
    out += fenced("diff", cut(unified_diff(source.path(), source.bytes(), fix.edits))) + "\n";
  }
  if (!fix.snippet.empty()) out += "To write in the configuration, as " + code(one_line(fix.address, longest_text)) + ":\n\n" + fenced("hcl", cut(fix.snippet)) + "\n";
  if (!fix.opens.empty()) out += "It opens " + prose(one_line(fix.opens, longest_text)) + ".\n\n";
  std::string commands;
  for (const std::string& command : fix.commands) commands += printable(command) + "\n";
  if (!commands.empty()) out += fenced("sh", cut(commands)) + "\n";
  return out;
}

std::string details(const check::FileResult& result, const check::SiteResult& site, const check::Finding& finding) {
  const Diagnostic& diagnostic = finding.diagnostic;
  const auto location = locate(result.sources, diagnostic.where);
  const std::string path = one_line(location ? location->path : result.path, longest_text);
  const std::string place = location ? fmt::format("{}:{}", path, location->begin.line) : path;
  std::string out = fmt::format("<details><summary>{} <b>{}</b> {}: {}</summary>\n\n", symbol(diagnostic.severity), diagnostic.code, code(place),
                                prose(one_line(diagnostic.message, longest_text)));
  out += fenced("", cut(proof_text({}, result, site, finding))) + "\n";
  for (std::size_t i = 0; i < finding.fixes.size(); ++i) {
    if (i < diffs_shown) out += (i == 0 ? "**Fix:** " : "**Besides:** ") + fix_block(result, finding.fixes[i]);
    else if (i == diffs_shown) out += fmt::format("{} more.\n\n", counted(static_cast<std::uint32_t>(finding.fixes.size() - i), "change"));
  }
  if (!finding.no_fix.empty() && diagnostic.severity == Severity::error)
    out += "**No fix:** " + prose(one_line(finding.no_fix, longest_text)) + "\n\n";
  return out + "</details>\n";
}

}  // namespace

std::string begin(const Context& context) {
  // The mark lets a bot find the comment again that it wrote for the last push.
  std::string out = fmt::format("<!-- wallcheck {} -->\n### wallcheck {}\n\n| file", context.command, context.command);
  std::string rule = "|---";
  const auto column = [&](std::string_view title) { out += fmt::format(" | {}", title), rule += "|---"; };
  if (context.flows.size() > most_columns) column("flows");
  else
    for (const FlowTitle& flow : context.flows) column(fmt::format("{}. {}", flow.number, prose(one_line(flow.traffic, 60))));
  column("findings");
  return out + " |\n" + rule + "|\n";
}

std::string file(const Context& context, const check::FileResult& result, const SoFar& before) {
  std::string out;
  for (const check::SiteResult& site : result.sites)
    if (before.written + out.size() < table_size) out += row(context, result, site);
  return out;
}

std::string after(const Context&, const check::FileResult& result, const SoFar& before) {
  std::string out;
  for (const check::SiteResult& site : result.sites)
    for (const check::Finding& finding : site.findings) {
      if (!finding.suppressed_by.empty() || before.kept + out.size() >= details_size) continue;
      out += (before.kept + out.size() == 0 ? "\n" : "") + details(result, site, finding);
    }
  return out;
}

std::string end(const Context&, const SoFar& all) {
  const Summary& totals = all.totals;
  std::string out = "\n";
  if (all.written >= table_size) out += "The table ends here: more files may follow, see the other reports of this run.\n\n";
  if (all.kept >= details_size) out += "The findings end here: more may follow, see the other reports of this run.\n\n";
  out += fmt::format("**{}, {}, {}** in {}", counted(totals.count(Severity::error), "error"), counted(totals.count(Severity::warning), "warning"),
                     counted(totals.count(Severity::note), "note"), counted(totals.files, "file"));
  if (totals.suppressed > 0) out += fmt::format("; {} suppressed with a reason", totals.suppressed);
  out += ".";
  if (totals.incomplete_files > 0)
    out += fmt::format(" **{} could not be analysed to the end:** what is not listed is not proved.", counted(totals.incomplete_files, "file"));
  if (totals.unfinished > 0) out += fmt::format(" **Interrupted:** {} not done.", counted(static_cast<std::uint32_t>(totals.unfinished), "file"));
  return out + "\n";
}

}  // namespace wallcheck::report::markdown
