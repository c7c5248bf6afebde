#include "fix/version.h"

#include <algorithm>

#include <fmt/format.h>

#include "check/legs.h"

namespace wallcheck::fix {

namespace dimension = packets::dimension;
using evaluate::Outcome;
using packets::Set;

namespace {

long double width(const std::vector<ir::Range>& ranges) {
  long double sum = 0;
  for (const ir::Range& range : ranges) sum += static_cast<long double>(range.last - range.first) + 1;
  return sum;
}

bool has_opaque(const ir::Firewall& firewall, const ir::Rule& rule) {
  const std::span<const ir::Match> matches = firewall.matches_of(rule);
  std::vector<ir::Match> open(matches.begin(), matches.end());
  while (!open.empty()) {
    const ir::Match match = open.back();
    open.pop_back();
    if (match.kind == ir::MatchKind::opaque) return true;
    if (match.kind != ir::MatchKind::any_of) continue;
    for (const ir::Conjunction& conjunction : firewall.conjunctions_of(match.value)) {
      const auto inner = firewall.matches_of(conjunction);
      open.insert(open.end(), inner.begin(), inner.end());
    }
  }
  return false;
}

/// The jumps by which a packet came to the list that decides about it, the last one first.
std::vector<std::pair<ir::ListId, ir::RuleId>> jumps_to(const ir::Firewall& firewall, const evaluate::TraceResult& trace, ir::ListId list) {
  std::vector<std::pair<ir::ListId, ir::RuleId>> jumps;
  for (auto step = trace.steps.rbegin(); step != trace.steps.rend(); ++step) {
    if (!step->rule || firewall.rules[*step->rule].target != list) continue;
    jumps.emplace_back(step->list, *step->rule);
    list = step->list;
  }
  return jumps;
}

/// The rule by which a packet left a base list before its end.
std::optional<ir::RuleId> return_of(const ir::Firewall& firewall, const evaluate::TraceResult& trace, ir::ListId list) {
  for (auto step = trace.steps.rbegin(); step != trace.steps.rend(); ++step)
    if (step->list == list && step->rule && firewall.rules[*step->rule].action == ir::ActionKind::return_) return step->rule;
  return std::nullopt;
}

std::size_t errors(const frontend::Loaded& loaded) {
  return static_cast<std::size_t>(std::ranges::count(loaded.diagnostics, Severity::error, &Diagnostic::severity));
}

}  // namespace

Version::Version(const Subject& subject, std::size_t site) : subject_(subject), site_(site), loaded_(&subject.loaded) {
  if (!subject.request.site.inside.empty() || !subject.request.site.outside.empty()) read(subject.loaded.sources[0]);
  ready();
}

/// A change may name the site's interfaces. Every version knows them, so that interfaces have the same numbers in all.
void Version::read(std::shared_ptr<const SourceFile> file) {
  frontend::Options options = subject_.options;
  options.format = subject_.loaded.format;
  own_ = frontend::load(std::move(file), options);
  loaded_ = &*own_;
  for (ir::Firewall& firewall : own_->firewalls)
    for (const auto* names : {&subject_.request.site.inside, &subject_.request.site.outside})
      for (const std::string& name : *names) firewall.matches.push_back(firewall.interface_match(ir::Field::in_interface, name));
}

Version::Version(const Subject& subject, std::size_t site, std::string bytes) : subject_(subject), site_(site) {
  read(std::make_shared<const SourceFile>(subject.loaded.sources[0]->path(), std::move(bytes)));
  const frontend::Loaded& before = subject.loaded;
  if (own_->failed || own_->incomplete > before.incomplete || errors(*own_) > errors(before)) damage_ = "the changed file does not read without complaint";
  else if (!std::ranges::equal(own_->firewalls, before.firewalls, {}, &ir::Firewall::group, &ir::Firewall::group))
    damage_ = "the changed file is read as other firewalls";
  if (damage_.empty()) ready();
}

Version::Version(const Version& same, std::size_t site) : subject_(same.subject_), site_(site), loaded_(same.loaded_), damage_(same.damage_) {
  if (damage_.empty()) ready();
}

void Version::ready() {
  diagrams_ = std::make_unique<packets::Diagrams>(subject_.request.limits);
  symbolic_ = std::make_unique<evaluate::Symbolic>(firewall(), *diagrams_);
}

check::FlowVerdict Version::verdict(const policy::Flow& flow) {
  const check::Request& request = subject_.request;
  check::FlowContext context{firewall(), sources(), *request.pack, request.site, request.environments, request.limits, *symbolic_, *diagrams_, shared_};
  context.verdict_only = true;
  diagrams_->begin_question();
  return check::check_flow(context, flow).verdict;
}

std::vector<check::Conversation> Version::conversations(const policy::Flow& flow, const std::vector<std::size_t>& services) {
  std::vector<check::Conversation> talks;
  const policy::FlowDirection direction = policy::direction_of(flow, subject_.request.site);
  std::string why_not;
  for (const std::size_t service : services)
    if (auto talk = check::conversation(firewall(), *symbolic_, *subject_.request.pack, flow, flow.services[service], subject_.request.site, direction, why_not))
      talks.push_back(std::move(*talk));
  return talks;
}

bool Version::is_stateless(const std::vector<check::Conversation>& talks) {
  if (firewall().tracking == ir::Tracking::by_rules) return false;  // rules can tell answers by state, or by TCP flags
  return std::ranges::any_of(talks, [&](const check::Conversation& talk) {
    evaluate::Question question;
    question.path = talk.path;
    question.box = talk.box(check::Leg::open);
    const evaluate::Partition opened = symbolic_->evaluate(question);
    return std::ranges::any_of(opened.outcomes(), [&](const Outcome& o) {
      return o.verdict == evaluate::Verdict::accept && o.states == 0;
    });
  });
}

std::vector<Refusal> Version::refusals(const policy::Flow& flow, const std::vector<std::size_t>& services) {
  const ir::Firewall& firewall = this->firewall();
  std::vector<Refusal> found;
  std::optional<check::Leg> first;
  diagrams_->begin_question();
  for (const check::Conversation& talk : conversations(flow, services)) {
    for (const check::LegResult& leg : check::ask(firewall, *symbolic_, talk)) {
      const Set missing = leg.asked - leg.sure;
      if (missing.empty()) continue;
      for (std::size_t i = 0; i < leg.answers.size(); ++i) {
        const check::Answer& answer = leg.answers[i];
        const Set connections = missing & leg.about[i];
        const Set against = answer.partition.all() & (leg.leg == check::Leg::reply ? check::turned_round(connections) : connections) &
                            answer.partition.where([](const Outcome& o) { return o.verdict != evaluate::Verdict::accept; });
        for (const std::size_t index : answer.partition.outcomes_in(against)) {
          const Outcome& outcome = answer.partition.outcomes()[index];
          if (outcome.verdict == evaluate::Verdict::accept || !outcome.list) continue;
          if (!first || leg.leg < *first) first = leg.leg;
          auto place = std::ranges::find_if(found, [&](const Refusal& r) { return r.rule == outcome.rule && r.list == *outcome.list; });
          if (place == found.end()) {
            place = found.insert(found.end(), Refusal{outcome.rule, *outcome.list, {}, 0, false, {}});
            const ir::RuleList& list = firewall.lists[*outcome.list];
            place->says = fmt::format("{} {} {}", firewall.strings[list.table], firewall.strings[list.name],
                                      outcome.rule ? sources()[firewall.rules[*outcome.rule].where.file]->text(firewall.rules[*outcome.rule].where) : "");
            place->undecided = outcome.verdict == evaluate::Verdict::undecided || (outcome.rule && has_opaque(firewall, firewall.rules[*outcome.rule]));
          }
          const Set packets = against & answer.partition.of(index);
          place->size += width(packets.values_of(dimension::source)) * width(packets.values_of(dimension::destination));
          const auto same = [&](const Blocked& b) { return b.leg == leg.leg && b.conversation.service == talk.service; };
          if (std::ranges::any_of(place->blocked, same)) continue;
          const packets::Point point = *packets.witness();
          const auto trace = evaluate::trace(firewall, symbolic_->to_packet(answer.path, point), symbolic_->answers(point));
          place->blocked.push_back({talk, leg.leg, outcome.rule, *outcome.list, outcome.rule ? std::nullopt : return_of(firewall, trace, *outcome.list), jumps_to(firewall, trace, *outcome.list)});
        }
      }
    }
  }
  std::erase_if(found, [&](const Refusal& r) { return std::ranges::none_of(r.blocked, [&](const Blocked& b) { return b.leg == *first; }); });
  std::ranges::stable_sort(found, [](const Refusal& a, const Refusal& b) { return a.size > b.size; });
  for (Refusal& refusal : found) {
    for (const Blocked& blocked : refusal.blocked) refusal.says += fmt::format(" {}:{}", blocked.conversation.service->name, to_string(blocked.leg));
    refusal.says += fmt::format(" {}", static_cast<double>(refusal.size));
  }
  return found;
}

}  // namespace wallcheck::fix
