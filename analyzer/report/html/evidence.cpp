#include "report/html/evidence.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/html/markup.h"
#include "report/html/source.h"
#include "report/places.h"

namespace wallcheck::report::html {

namespace {

using check::FlowVerdict;

constexpr std::size_t rule_width = 240;             // columns of a rule outside its excerpt
constexpr std::size_t first_steps = 40, last_steps = 20;  // of a long walk

std::string list_of(std::string_view title, const std::vector<std::string>& regions) {
  if (regions.empty()) return {};
  std::string items;
  for (const std::string& region : regions) items += fmt::format("{}<code>{}</code>", items.empty() ? "" : "<br>", escaped(region));
  return fact(title, items);
}

std::string_view packets_of(std::string_view leg) {
  if (leg == "onward") return "later packets";
  return leg == "reply" ? "replies" : "first packets";
}

/// "rejects udp any > any:123 (filter OUTPUT)"; of several legs also whose packets.
std::string ruling(const check::DecidedBy& by, std::string_view lead, bool name_leg) {
  std::string out = fmt::format("{}<strong>{}</strong>", lead, escaped(by.effect));
  if (name_leg && !by.leg.empty()) out += fmt::format(" {}:", packets_of(by.leg));
  if (!by.packets.empty()) out += fmt::format(" <code>{}</code>", escaped(by.packets));
  std::string about = by.is_default ? escaped(by.text) : by.list.empty() ? "" : "in " + escaped(by.list);
  if (!by.origin.empty()) about += (about.empty() ? "" : ", ") + escaped(by.origin);
  return out + (about.empty() ? "" : " <small>" + about + "</small>");
}

/// The rules that decide, in their lines; those without a line in words.
std::string rules(const Sources& sources, const check::ServiceResult& service) {
  std::vector<Remark> remarks;
  std::string placeless;
  std::string_view leg = service.decided_by.empty() ? "" : std::string_view(service.decided_by.front().leg);
  const bool several = std::ranges::any_of(service.decided_by, [&](const check::DecidedBy& by) { return by.leg != leg; });
  const auto say = [&](Span where, std::string note) {
    if (locate(sources, where)) remarks.push_back({where, std::move(note)});
    else placeless += "<li>" + note + "</li>";
  };
  for (const check::DecidedBy& by : service.decided_by) say(by.where, ruling(by, "", several));
  for (const check::DecidedBy& by : service.wrong_way) say(by.where, ruling(by, "the wrong way: ", false));
  for (const check::Assumption& assumption : service.assumptions)
    say(assumption.where, fmt::format("depends on <code>{}</code>: {}", clipped_line(assumption.text, rule_width), escaped(assumption.why)));
  return (placeless.empty() ? "" : "<ul class=\"notes\">" + placeless + "</ul>\n") + excerpt(sources, std::move(remarks));
}

std::string step_text(const Sources& sources, const check::TraceStep& step) {
  std::string about = step.list.empty() ? "" : "\u203a " + escaped(step.list);
  if (const std::string place = place_of(sources, step.where); !place.empty()) about += (about.empty() ? "" : ", ") + place;
  std::string out = fmt::format("<li><b>{}</b>{}", escaped(step.stage), about.empty() ? "" : " <small>" + about + "</small>");
  if (step.is_default) return out + fmt::format(" {}</li>\n", escaped(step.text));
  return out + fmt::format(" <code>{}</code> \u2192 <b>{}</b></li>\n", clipped_line(step.text, rule_width), escaped(step.effect));
}

/// The packet's way: hook and table, chain, rule, what it does; at the end the verdict.
std::string way(const Sources& sources, const check::Witness& witness) {
  std::string out = fmt::format("<h5>A packet that shows it</h5>\n<ol class=\"way\"><li class=\"packet\"><code>{}</code></li>\n",
                                escaped(ir::to_string(witness.packet)));
  const std::size_t count = witness.steps.size();
  const bool cut = count > first_steps + last_steps;
  for (std::size_t i = 0; i < count; ++i) {
    if (cut && i == first_steps) {
      i = count - last_steps;
      out += fmt::format("<li>{} more steps</li>\n", i - first_steps);
    }
    out += step_text(sources, witness.steps[i]);
  }
  if (count == 0) out += "<li class=\"aside\">decided by what its connection's first packet left behind, or by no rule at all</li>\n";
  const bool passes = witness.shows == "accept" || witness.shows == "diverted";
  return out + fmt::format("<li class=\"end {}\">{}</li></ol>\n", passes ? "passes" : witness.shows == "undecided" ? "open" : "stops", escaped(witness.shows));
}

std::string service_part(const Sources& sources, const check::ServiceResult& service) {
  const std::string ports = service.ports.empty() ? "" : "/" + service.ports;
  std::string out = fmt::format("<section class=\"service\"><h4 class=\"v-{}\">{} <small>{}{}</small> <span class=\"is\">{}</span></h4>\n<dl class=\"legs\">",
                                check::to_string(service.verdict), escaped(service.name), escaped(service.protocol), escaped(ports), mark_of(service.verdict));
  const auto leg = [](std::string_view name, FlowVerdict verdict) { return fact(name, check::to_string(verdict)); };
  out += leg("first packet", service.open);
  if (service.has_onward_and_reply) out += leg("later packets", service.onward) + leg("replies", service.reply);
  else out += fact("replies", "never answered");
  out += "</dl>\n" + rules(sources, service);
  const std::string regions = list_of("passes", service.passes) + list_of("does not pass", service.fails);
  if (!regions.empty()) out += "<dl class=\"regions\">" + regions + "</dl>\n";
  if (service.witness) out += way(sources, *service.witness);
  return out + "</section>\n";
}

std::string fix_part(const Sources& sources, const check::Fix& fix, bool first) {
  std::string out = fmt::format("<section class=\"fix\"><h4>{} {}</h4>\n", first ? "Fix:" : "Besides:", escaped(fix.title));
  if (!fix.edits.empty() && fix.edits.front().where.file < sources.size()) out += diff(*sources[fix.edits.front().where.file], fix.edits);
  for (const std::string& command : fix.commands) out += copied(command);
  if (!fix.snippet.empty()) out += (fix.address.empty() ? "" : fmt::format("<p>In <code>{}</code>:</p>\n", escaped(fix.address))) + copied(fix.snippet);
  else if (!fix.address.empty()) out += fmt::format("<p>Resource <code>{}</code></p>\n", escaped(fix.address));
  out += "<dl class=\"proof\">" + fact("changes", escaped(fix.changes));
  if (first && fix.after != FlowVerdict::permitted) out += fact("then", check::to_string(fix.after));
  if (!fix.opens.empty()) out += fact("opens", escaped(fix.opens));
  out += fact("proof", "applied to a copy; the copy was read and evaluated again");
  return out + "</dl>\n</section>\n";
}

std::string fixes(const Sources& sources, const check::Finding& finding) {
  std::string out;
  for (const check::Fix& fix : finding.fixes) out += fix_part(sources, fix, finding.no_fix.empty() && &fix == &finding.fixes.front());
  if (!finding.no_fix.empty()) out += fmt::format("<p class=\"nofix\"><strong>No fix:</strong> {}</p>\n", escaped(finding.no_fix));
  return out;
}

/// Is the place one of those that the flow's evidence shows?
bool shows(const check::FlowResult& flow, Span where) {
  return std::ranges::any_of(flow.services, [&](const check::ServiceResult& service) {
    const auto here = [&](const check::DecidedBy& by) { return by.where == where; };
    return std::ranges::any_of(service.decided_by, here) || std::ranges::any_of(service.wrong_way, here);
  });
}

/// The evidence of a finding that a flow's does not show already: related places, what a parser expected.
std::string related(const Sources& sources, const check::Finding& finding, const check::FlowResult* flow) {
  std::vector<Remark> remarks;
  std::string words;
  const Diagnostic& diagnostic = finding.diagnostic;
  if (!flow) remarks.push_back({diagnostic.where, diagnostic.expected.empty() ? "" : "expected: " + escaped(diagnostic.expected)});
  for (const Label& label : diagnostic.related) {
    if (flow && shows(*flow, label.where)) continue;
    if (locate(sources, label.where)) remarks.push_back({label.where, escaped(label.text)});
    else words += fmt::format("<li>{}</li>", escaped(label.text));
  }
  return excerpt(sources, std::move(remarks)) + (words.empty() ? "" : "<ul class=\"notes\">" + words + "</ul>\n");
}

std::string suppressed(const check::Finding& finding) {
  return finding.suppressed_by.empty() ? "" : fmt::format("<p class=\"aside\">Accepted by the file's owner: {}</p>\n", escaped(finding.suppressed_by));
}

std::string sentence(const check::FlowResult& flow, const check::Finding* finding) {
  if (finding) return escaped(finding->diagnostic.message);
  if (!flow.note.empty()) return escaped(flow.note);
  return std::string(look_of(flow.verdict).meaning);
}

}  // namespace

const check::Finding* finding_of(const check::SiteResult& site, const check::FlowResult& flow) {
  const auto found = std::ranges::find_if(site.findings, [&](const check::Finding& finding) {
    return !finding.flow.empty() && finding.flow == flow.id && finding.diagnostic.code == check::code_of(flow.verdict);
  });
  return found == site.findings.end() ? nullptr : &*found;
}

std::string flow_part(const check::FileResult& file, const check::SiteResult& site, const check::FlowResult& flow) {
  const check::Finding* finding = finding_of(site, flow);
  const std::string code = finding ? fmt::format(" <code class=\"wc\">{}</code>", finding->diagnostic.code) : "";
  std::string out = fmt::format(
      "<details class=\"flow v-{0}\"><summary><span class=\"is\">{1}</span> <strong>{2}. {3}</strong>{4} <span class=\"says\">{5}</span></summary>\n"
      "<div class=\"proof\" id=\"{6}={7}\" tabindex=\"-1\">\n",
      check::to_string(flow.verdict), mark_of(flow.verdict), flow.number, escaped(flow.traffic), code, sentence(flow, finding), anchor(file, site),
      anchor(flow.id));
  if (finding) out += suppressed(*finding);
  for (const check::ServiceResult& service : flow.services) out += service_part(file.sources, service);
  if (flow.services.empty()) out += fmt::format("<p>{}</p>\n", sentence(flow, finding));
  if (finding) out += related(file.sources, *finding, &flow) + fixes(file.sources, *finding);
  return out + "</div></details>\n";
}

std::string finding_part(const check::FileResult& file, const check::Finding& finding) {
  const Diagnostic& diagnostic = finding.diagnostic;
  const std::string place = place_of(file.sources, diagnostic.where);
  return fmt::format("<section class=\"finding s-{0}{1}\"><h4><span class=\"is\">{2}</span> <code class=\"wc\">{3}</code> {4}{5}</h4>\n",
                     to_string(diagnostic.severity), finding.suppressed_by.empty() ? "" : " accepted", mark_of(diagnostic.severity), diagnostic.code,
                     escaped(diagnostic.message), place.empty() ? "" : " <small>" + place + "</small>") +
         suppressed(finding) + related(file.sources, finding, nullptr) + fixes(file.sources, finding) + "</section>\n";
}

}  // namespace wallcheck::report::html
