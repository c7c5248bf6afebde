#include "check/findings.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::check {

namespace {

/// File text for a sentence: printable, quoted, not longer than a reader takes in.
std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 100;
  return '"' + printable(text.substr(0, longest)) + (text.size() > longest ? "...\"" : "\"");
}

std::string by(const DecidedBy& decided, const Sources& sources) {
  if (decided.is_default) return decided.text;
  if (decided.where.file >= sources.size()) return in_quotes(decided.text);
  return fmt::format("{} (line {})", in_quotes(decided.text), sources[decided.where.file]->place(decided.where.begin).line);
}

std::string past(const DecidedBy& decided) {
  if (decided.effect == "drop") return "dropped";
  if (decided.effect == "reject") return "rejected";
  return "not let through";
}

/// The service that the flow's verdict is about: the worst one, or under `any` the best one.
const ServiceResult& deciding_service(const FlowResult& result, const policy::Flow& flow) {
  const auto by_verdict = [](const ServiceResult& a, const ServiceResult& b) { return a.verdict < b.verdict; };
  return flow.require == policy::Require::any ? *std::ranges::min_element(result.services, by_verdict)
                                              : *std::ranges::max_element(result.services, by_verdict);
}

std::string sentence(const FlowResult& result, const ServiceResult& service, const Sources& sources) {
  const auto first = service.decided_by.begin();
  const bool decided = first != service.decided_by.end();
  const std::string rule = decided ? by(*first, sources) : "the file";
  switch (service.verdict) {
    case FlowVerdict::blocked: return fmt::format("is blocked: {} by {}", decided ? past(*first) : "not let through", rule);
    case FlowVerdict::reversed: {
      const bool egress = result.direction == policy::FlowDirection::egress;
      return fmt::format("is open the wrong way round: {} accepts it {}, while {} it is {} by {}", by(service.wrong_way.front(), sources),
                         egress ? "inbound" : "outbound", egress ? "outbound" : "inbound", decided ? past(*first) : "not let through", rule);
    }
    case FlowVerdict::partial:
      return fmt::format("passes only in part: {} {}", service.fails.empty() ? "some of it" : service.fails.front(), decided ? "fails at " + rule : "fails");
    case FlowVerdict::reply_blocked:
      return fmt::format("can be opened, but its {} packets are {} by {}", decided && first->leg == "onward" ? "later" : "reply",
                         decided ? past(*first) : "not let through", rule);
    case FlowVerdict::diverted: return fmt::format("is accepted, but {} sends it to another destination", rule);
    case FlowVerdict::conditional: {
      if (service.assumptions.empty()) return "turns on conditions that the file does not decide";
      const Assumption& a = service.assumptions.front();
      const std::string more = service.assumptions.size() > 1 ? fmt::format(", and {} more", service.assumptions.size() - 1) : "";
      return fmt::format("turns on what the file does not decide: {} ({}){}", in_quotes(a.text), printable(a.why), more);
    }
    case FlowVerdict::restricted: {
      if (service.passes.empty()) return "is permitted only for some packets";
      const std::string more = service.passes.size() > 1 ? ", and others that the report lists" : "";
      return fmt::format("is permitted only for {}{}", service.passes.front(), more);
    }
    case FlowVerdict::permitted:
    case FlowVerdict::not_applicable: break;
  }
  return "";
}

Span place_of(const ServiceResult& service) {
  if (!service.wrong_way.empty()) return service.wrong_way.front().where;
  if (service.verdict == FlowVerdict::conditional && !service.assumptions.empty()) return service.assumptions.front().where;
  // A place in the file is better than none. What lets packets through is shown where that is the news, else what stops them.
  const bool passes = service.verdict == FlowVerdict::restricted || service.verdict == FlowVerdict::diverted;
  for (const bool refusing : {!passes, passes})
    for (const DecidedBy& decided : service.decided_by)
      if (!decided.where.empty() && (decided.effect == "accept") != refusing) return decided.where;
  return {};
}

/// What hosts offer to others, whoever asks: a rule about these ports is more likely about the host's own service than about the flow.
bool is_commonly_offered(const ServiceResult& service) {
  constexpr std::string_view ports[] = {"22", "53", "80", "443"};
  return std::ranges::find(ports, service.ports) != std::end(ports);
}

/// A service that a rule opens the wrong way, and how many flows have it.
struct AlsoOpen {
  const FlowResult* flow;
  const ServiceResult* service;
  std::size_t flows = 1;
};

}  // namespace

std::vector<Finding> also_open(const std::vector<FlowResult>& flows, const Sources& sources) {
  std::vector<AlsoOpen> found;
  for (const FlowResult& flow : flows)
    for (const ServiceResult& service : flow.services) {
      if (service.also_open.empty()) continue;
      const auto same = std::ranges::find_if(found, [&](const AlsoOpen& known) {
        return known.service->also_open.front().where == service.also_open.front().where && known.service->ports == service.ports && known.service->protocol == service.protocol;
      });
      if (same == found.end()) found.push_back({&flow, &service});
      else ++same->flows;
    }
  std::vector<Finding> findings;
  for (const auto& [flow, service, count] : found) {
    const bool egress = flow->direction == policy::FlowDirection::egress;
    const std::string ports = service->ports.empty() ? "" : "/" + service->ports;
    Finding finding;
    finding.flow = flow->id;
    finding.diagnostic = {"WC110", is_commonly_offered(*service) ? Severity::note : Severity::warning,
                          fmt::format("{} is documented {} only, but {} also accepts it {} ({}{}; no documented flow asks for that)",
                                      printable(fmt::format("{} {}{}", service->name, service->protocol, ports)), egress ? "outbound" : "inbound",
                                      by(service->also_open.front(), sources), egress ? "inbound" : "outbound", printable(flow->traffic),
                                      count == 1 ? "" : fmt::format(" and {} more {}", count - 1, count == 2 ? "flow" : "flows")),
                          service->also_open.front().where};
    for (const DecidedBy& other : service->also_open)
      if (!other.where.empty() && other.where != finding.diagnostic.where) finding.diagnostic.related.push_back({other.where, "accepts it, too"});
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::optional<Finding> finding_of(const FlowResult& result, const policy::Flow& flow, const Sources& sources) {
  const auto severity = severity_of(result.verdict);
  if (!severity || result.services.empty()) return std::nullopt;
  const ServiceResult& service = deciding_service(result, flow);
  const std::string ports = service.ports.empty() ? "" : "/" + service.ports;
  Finding finding;
  finding.flow = result.id;
  Diagnostic& diagnostic = finding.diagnostic;
  diagnostic.code = code_of(result.verdict);
  diagnostic.severity = *severity;
  diagnostic.message = printable(fmt::format("{} ({} {}{}, {} to {}) ", flow.traffic, service.name, service.protocol, ports, flow.from, flow.to)) +
                       sentence(result, service, sources);
  diagnostic.where = place_of(service);
  for (const DecidedBy& decided : service.decided_by)
    if (!decided.where.empty() && decided.where != diagnostic.where) diagnostic.related.push_back({decided.where, decided.effect});
  for (const Assumption& assumption : service.assumptions)
    if (!assumption.where.empty() && assumption.where != diagnostic.where) diagnostic.related.push_back({assumption.where, "undecided"});
  return finding;
}

}  // namespace wallcheck::check
