#include "check/audit/dead_rules.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/in_order.h"
#include "check/audit/rule_parts.h"
#include "check/flow.h"

namespace wallcheck::check::audit {

using evaluate::Fate;
using ir::ActionKind;
using ir::RuleId;

namespace {

/// Nodes that the question about one rule may build: some tenths of a second.
constexpr std::size_t nodes_a_rule = 400'000;
/// Rules that trace may walk along to replay the examples of dead rules.
constexpr std::size_t most_replayed = 2'000'000;

std::vector<WrittenRule> written_rules(const ir::Firewall& firewall) {
  std::map<Span, std::size_t> known;
  std::vector<WrittenRule> result;
  std::set<Span> declarations;
  for (const ir::RuleList& list : firewall.lists) declarations.insert(list.where);
  for (RuleId rule = 0; rule < firewall.rules.size(); ++rule) {
    const Span where = firewall.rules[rule].where;
    if (where.empty() || declarations.contains(where)) continue;  // what the format implies
    const auto [entry, is_new] = known.try_emplace(where, result.size());
    if (is_new) result.push_back({where, {}});
    result[entry->second].rules.push_back(rule);
  }
  return result;
}

/// The plain evaluator must not hit a rule that is said to be dead.
void replay(const AuditContext& context, evaluate::Hits& hits, RuleId rule) {
  const auto example = hits.example(rule);
  if (!example) return;
  const ir::Packet packet = context.symbolic.to_packet(example->path, example->packet);
  const evaluate::TraceResult traced = evaluate::trace(context.firewall, packet, context.symbolic.answers(example->packet));
  if (traced.gave_up) throw packets::BudgetExceeded("a packet that shows it meets too many rules to follow it");
  const bool in_the_end = context.firewall.rules[rule].action != ActionKind::continue_;
  const bool hit = std::ranges::any_of(traced.steps, [&](const evaluate::Step& step) { return step.rule == rule; });
  const bool overruled = in_the_end && traced.rule != rule && !context.firewall.lists.empty() &&
                         std::ranges::any_of(traced.steps, [&](const evaluate::Step& step) {
                           return step.rule == rule && context.firewall.lists[step.list].discipline == ir::Discipline::last_match;
                         });
  if (hit && !overruled) throw Contradiction("a rule that is said to be dead is hit by a packet");
}

/// Nothing leads to the rule but rules that are dead themselves: they are the finding.
bool behind_dead_calls(const evaluate::Hits& hits, RuleId rule, const RuleFates& known) {
  return std::ranges::all_of(hits.lists_of(rule), [&](ir::ListId list) {
    return !hits.is_base(list) && std::ranges::all_of(hits.callers_of(list), [&](RuleId caller) { return known.is_dead(caller); });
  });
}

}  // namespace

void say_not_decided(const AuditContext& context, Span where, std::string_view what, std::string_view why) {
  context.site.findings.push_back({.diagnostic = {"WC904", Severity::error, fmt::format("{}: not decided: {}", what, why), where}});
  context.incomplete = true;
}

bool is_union(const ir::Firewall& firewall, ir::ListId list) {
  switch (firewall.format) {
    case ir::Format::aws:
    case ir::Format::cloudformation:
    case ir::Format::terraform:
    case ir::Format::openstack: break;
    default: return false;
  }
  return std::ranges::all_of(firewall.rules_of(firewall.lists[list]), [&](RuleId rule) { return firewall.rules[rule].action == ActionKind::accept; });
}

std::string does(const ir::Firewall& firewall, const ir::Rule& rule) {
  const auto to = [&](std::string_view how) {
    return rule.target == ir::none ? std::string(how) : fmt::format("{} to {}", how, printable(firewall.strings[firewall.lists[rule.target].name]));
  };
  switch (rule.action) {
    case ActionKind::continue_: return "go on";
    case ActionKind::accept: return rule.on_decide != 0 ? "translate" : "accept";
    case ActionKind::drop: return "drop";
    case ActionKind::reject: return "reject";
    case ActionKind::undecided: return "hand over";
    case ActionKind::return_: return "return";
    case ActionKind::jump: return to("jump");
    case ActionKind::go_to: return to("goto");
  }
  return {};
}

namespace {

/// Of one part: which rules no packet hits, and then which of the others are not needed.
void judge(const AuditContext& context, std::vector<WrittenRule> part) {
  const ir::Firewall& firewall = context.firewall;
  const std::size_t rules = std::max<std::size_t>(firewall.rules.size(), 1);
  evaluate::Hits hits(firewall, context.request.limits.with_nodes(nodes_a_rule));
  RuleFates known{std::move(part), std::vector<evaluate::RuleFate>(firewall.rules.size())};
  std::size_t replayed = 0;
  const Limits& limits = context.request.limits;
  for (const WrittenRule& written : known.written) {
    if (limits.stopped()) break;  // what is known is told; then say_redundant tells that time is up
    for (const RuleId rule : written.rules) {
      try {
        known.fates[rule] = hits.fate(rule);
        if (known.is_dead(rule) && (replayed += rules) <= most_replayed) replay(context, hits, rule);
      } catch (const packets::BudgetExceeded& error) {
        known.fates[rule] = {};  // what no packet shows is not said
        if (limits.stopped()) break;
        say_not_decided(context, written.where, "is the rule ever hit", error.what());
        break;
      }
    }
  }
  for (const WrittenRule& written : known.written) {
    std::vector<RuleId> taken, never;
    for (const RuleId rule : written.rules) {
      if (!known.is_dead(rule) || known.fates[rule].fate == Fate::not_called || behind_dead_calls(hits, rule, known)) continue;
      (known.fates[rule].fate == Fate::taken || known.fates[rule].fate == Fate::held_back ? taken : never).push_back(rule);
    }
    if (!taken.empty()) say_shadowed(context, hits, written, taken, known);
    if (!never.empty()) say_never_matches(context, hits, written, never, known);
  }
  say_redundant(context, hits, known);
  say_partly_shadowed(context, hits, known);
}

/// What was said of a part, and what it threw.
struct Judged {
  SiteResult site;
  bool incomplete = false;
  std::exception_ptr thrown;
};

}  // namespace

void dead_rules(const AuditContext& context) {
  const ir::Firewall& firewall = context.firewall;
  // Security groups that are attached together are attached alone elsewhere, perhaps: what one has the other may need.
  if (firewall.is_attached_together()) return;
  std::vector<std::vector<WrittenRule>> parts = rule_parts(firewall, written_rules(firewall));
  const auto judged = [&](std::size_t i) {
    Judged result;
    try {
      judge({firewall, context.sources, context.request, context.symbolic, context.diagrams, result.site, result.incomplete}, std::move(parts[i]));
    } catch (...) {
      result.thrown = std::current_exception();
    }
    return result;
  };
  std::exception_ptr thrown;
  const auto add = [&](std::size_t, Judged result) {
    std::ranges::move(result.site.findings, std::back_inserter(context.site.findings));
    context.incomplete |= result.incomplete;
    if (!thrown) thrown = result.thrown;
  };
  in_order<Judged>(parts.size(), std::min(context.request.threads, static_cast<unsigned>(parts.size())), judged, add, [] { return false; });
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace wallcheck::check::audit
