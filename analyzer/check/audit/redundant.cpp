// WC302: rules without which every packet would be treated the same, by the rules behind them or by the policy.
//
// All that are reported can go together: what was found redundant is not there any more when the next rule is asked about. Rules that decide
// come first, then what leads packets elsewhere (RETURN, jump, goto): a call of a chain of which nothing is left is no finding.

#include <algorithm>

#include <fmt/format.h>

#include "check/audit/dead_rules.h"

namespace wallcheck::check::audit {

using ir::ActionKind;
using ir::RuleId;

namespace {

constexpr std::size_t rules_shown = 4;

/// The words of an iptables rule from its target on; empty: it has none. Quoted text is no option.
std::string_view target_words(std::string_view rule) {
  bool quoted = false;
  for (std::size_t i = 0; i + 3 < rule.size(); ++i) {
    if (rule[i] == '\\') ++i;
    else if (rule[i] == '"') quoted = !quoted;
    else if (!quoted && rule[i] == ' ' && (rule.substr(i + 1, 3) == "-j " || rule.substr(i + 1, 7) == "--jump ")) return rule.substr(i + 1);
  }
  return {};
}

bool same_effects(const ir::Firewall& firewall, ir::EffectsId a, ir::EffectsId b) {
  const auto of = [&](const ir::Effect& e) {
    return std::tuple(e.kind, e.keep, e.other, e.flip, e.value, e.addresses, e.ports, e.to_local, e.from_local, e.skips_filter);
  };
  const auto first = firewall.effects_of(a), second = firewall.effects_of(b);
  return std::ranges::equal(first, second, {}, of, of);
}

class Redundant {
 public:
  Redundant(const AuditContext& context, evaluate::Hits& hits, const RuleFates& known)
      : context_(context), firewall_(context.firewall), hits_(hits), known_(known), absent_(firewall_.rules.size(), false),
        targets_(firewall_.rules.size()), iptables_(firewall_.format == ir::Format::iptables || firewall_.format == ir::Format::ip6tables) {}

  /// Of other formats only rules that decide are looked at.
  bool can_be_asked(const WrittenRule& written, bool leads) const {
    return leads ? iptables_ && leads_on(written.rules.front()) && !is_idle(written.rules.front()) : !leads_on(written.rules.front());
  }

  void look_at(const WrittenRule& written) {
    std::vector<RuleId> instead;
    std::size_t gone = 0;
    while (gone < written.rules.size() && !needed(written.rules[gone], instead)) absent_[written.rules[gone++]] = true;
    if (gone == written.rules.size()) return say(written, std::move(instead));
    for (std::size_t i = 0; i < gone; ++i) absent_[written.rules[i]] = false;
  }

 private:
  bool leads_on(RuleId rule) const {
    const ActionKind action = firewall_.rules[rule].action;
    return action == ActionKind::return_ || action == ActionKind::jump || action == ActionKind::go_to;
  }

  /// `-j RETURN` at the end of a chain, and calls of chains that have nothing else: places that other programs fill.
  bool is_idle(RuleId rule) const {
    const ir::Rule& one = firewall_.rules[rule];
    if (one.action == ActionKind::return_) {
      return one.match_count == 0 && std::ranges::all_of(hits_.lists_of(rule), [&](ir::ListId list) { return firewall_.rules_of(firewall_.lists[list]).back() == rule; });
    }
    return one.target != ir::none && std::ranges::all_of(firewall_.rules_of(firewall_.lists[one.target]), [&](RuleId id) {
      return absent_[id] || firewall_.rules[id].action == ActionKind::return_;
    });
  }

  bool needed(RuleId rule, std::vector<RuleId>& instead) {
    if (known_.is_dead(rule)) return true;  // said already, or not to be said
    const auto alike = [this](RuleId a, RuleId b) { return says_the_same(a, b); };
    return hits_.needed(rule, [this](RuleId id) { return absent_[id]; }, alike, instead);
  }

  /// Both have the same action. ACCEPT and DROP have no options; a REJECT may answer differently, a translation lead elsewhere. What only a
  /// dead rule would say does not count: of two rules that say the same, the second one is dead, and the first one is not redundant, too.
  bool says_the_same(RuleId a, RuleId b) {
    if (known_.is_dead(a)) return false;
    const ir::Rule &first = firewall_.rules[a], &second = firewall_.rules[b];
    if (first.manner != second.manner || first.manner == ir::manner_of_its_own) return false;
    if (first.keeps_state != second.keeps_state || !same_effects(firewall_, first.on_decide, second.on_decide)) return false;
    return !iptables_ || target(a) == target(b);
  }

  std::string_view target(RuleId rule) {
    if (!targets_[rule]) targets_[rule] = target_words(text(firewall_.rules[rule]));
    return *targets_[rule];
  }

  std::string_view text(const ir::Rule& rule) const {
    return rule.where.file < context_.sources.size() ? context_.sources[rule.where.file]->text(rule.where) : std::string_view{};
  }

  void say(const WrittenRule& written, std::vector<RuleId> instead) {
    const ir::Rule& one = firewall_.rules[written.rules.front()];
    const bool pf = firewall_.format == ir::Format::pf;
    // The last entry of a network ACL, the default rules of Azure: they are in every dump, and cannot be deleted.
    if (!iptables_ && !pf && instead.empty() && one.action == ActionKind::drop) return;
    std::ranges::sort(instead);
    std::vector<Label> labels;
    for (const RuleId rule : instead) {
      const Span where = firewall_.rules[rule].where;
      const bool known = std::ranges::any_of(labels, [&](const Label& label) { return label.where == where; });
      if (!known && !where.empty() && labels.size() < rules_shown) labels.push_back({where, "decides the same"});
    }
    // Where the last rule decides, it may be one before.
    const char* const one_rule = pf ? "another rule or the policy" : "a later rule or the policy";
    const char* const rules = pf ? "other rules or the policy" : "later rules or the policy";
    const char* const by = instead.empty() ? "the policy" : instead.size() == 1 ? one_rule : rules;
    std::string message = leads_on(written.rules.front())
        ? fmt::format("redundant: without it, every packet that it would {} is treated the same", one.action == ActionKind::return_ ? "return" : "send to " + printable(firewall_.strings[firewall_.lists[one.target].name]))
        : fmt::format("redundant: without it, {} would {} every packet that it decides about", by, does(firewall_, one));
    context_.site.findings.push_back({.diagnostic = {"WC302", Severity::note, std::move(message), written.where, std::move(labels)}});
  }

  const AuditContext& context_;
  const ir::Firewall& firewall_;
  evaluate::Hits& hits_;
  const RuleFates& known_;
  std::vector<bool> absent_;
  std::vector<std::optional<std::string_view>> targets_;  ///< by rule, of those that were asked about
  const bool iptables_;
};

}  // namespace

void say_redundant(const AuditContext& context, evaluate::Hits& hits, const RuleFates& known) {
  Redundant redundant(context, hits, known);
  for (const bool leads : {false, true}) {
    for (const WrittenRule& written : known.written) {
      if (!redundant.can_be_asked(written, leads)) continue;
      try {
        redundant.look_at(written);
      } catch (const packets::BudgetExceeded& error) {
        if (context.request.limits.stopped()) throw;
        say_not_decided(context, written.where, "is the rule needed", error.what());
      }
    }
  }
}

}  // namespace wallcheck::check::audit
