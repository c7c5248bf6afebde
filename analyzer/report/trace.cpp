#include "report/trace.h"

#include <algorithm>

#include <fmt/format.h>

#include "ir/packet_words.h"
#include "report/json_values.h"
#include "report/places.h"
#include "report/terminal_text.h"

namespace wallcheck::report {

namespace {

Json to_json(const check::TraceStep& step, const Sources& sources) {
  Json object = Json::object();
  object["stage"] = step.stage;
  if (!step.list.empty()) object["list"] = step.list;
  add_place(object, sources, step.where);
  object["text"] = step.text;
  object["effect"] = step.effect;
  return object;
}

Ink ink_of_trace(std::string_view verdict) {
  if (verdict == "accept") return Ink::green;
  return verdict == "undecided" ? Ink::yellow : Ink::red;
}

std::string line_number(const Sources& sources, Span where) {
  const auto location = locate(sources, where);
  if (!location) return "-";
  return location->in_other_file ? fmt::format("{}:{}", printable(location->path), location->begin.line)
                                 : fmt::format("{}", location->begin.line);
}

}  // namespace

std::string trace_json(const Trace& trace, const Sources& sources) {
  Json object = Json::object();
  object["verdict"] = trace.verdict;
  object["rule"] = trace.decided_by ? to_json(*trace.decided_by, sources) : Json(nullptr);
  object["packet"] = to_json(trace.packet);
  if (trace.leaves_as) object["leaves_as"] = to_json(*trace.leaves_as);
  object["steps"] = Json::array();
  for (const check::TraceStep& step : trace.steps) object["steps"].push_back(to_json(step, sources));
  object["assumptions"] = Json::array();
  for (const check::Assumption& assumption : trace.assumptions) object["assumptions"].push_back(to_json(assumption, sources));
  return object.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string trace_text(const Style& style, const Trace& trace, const Sources& sources) {
  std::string out = fmt::format("{} {}\n", paint(style, ink_of_trace(trace.verdict), trace.verdict + ":"), ir::to_string(trace.packet));
  std::size_t stage_width = 0;
  std::size_t line_width = 0;
  for (const check::TraceStep& step : trace.steps) {
    stage_width = std::max(stage_width, display_width(one_line(step.stage, 30)));
    line_width = std::max(line_width, display_width(line_number(sources, step.where)));
  }
  const std::size_t before_text = stage_width + line_width + 8;
  const std::size_t text_width = std::max<std::size_t>(style.width, before_text + 50) - before_text - 25;
  for (const check::TraceStep& step : trace.steps) {
    const std::string list = step.list.empty() ? "" : printable(step.list) + ": ";
    out += fmt::format("  {}  {}{}  {}{} -> {}\n", padded(one_line(step.stage, 30), stage_width),
                       std::string(line_width - std::min(line_width, display_width(line_number(sources, step.where))), ' '),
                       paint(style, Ink::blue, line_number(sources, step.where)), list, one_line(step.text, text_width),
                       printable(step.effect));
  }
  if (trace.leaves_as) out += "  leaves as " + ir::to_string(*trace.leaves_as) + "\n";
  for (const check::Assumption& assumption : trace.assumptions)
    out += fmt::format("  {} line {}: {} ({})\n", paint(style, Ink::yellow, "depends on"), line_number(sources, assumption.where),
                       one_line(assumption.text, text_width), printable(assumption.why));
  if (trace.verdict == "undecided" && !trace.steps.empty()) out += "  (the steps are one of the ways it can go)\n";
  return out;
}

}  // namespace wallcheck::report
