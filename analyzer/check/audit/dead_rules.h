#pragma once
// The audits of rules that do nothing: WC301 shadowed, WC302 redundant, WC304 never matches; and WC307, partly shadowed. One walk over the rules
// answers all: first which rules no packet hits, then which of the others decide nothing that would not be decided the same without them.
//
// A rule is what a person wrote: a line with lists stands for many rules of the IR, and is dead if all of them are.

#include <optional>
#include <string>
#include <vector>

#include "check/audit.h"
#include "evaluate/hits.h"

namespace wallcheck::check::audit {

void dead_rules(const AuditContext& context);

/// A rule as written, and the rules of the IR that it stands for.
struct WrittenRule {
  Span where;
  std::vector<ir::RuleId> rules;
};

/// All that is known of the rules so far. `fates` by ir::RuleId.
struct RuleFates {
  std::vector<WrittenRule> written;
  std::vector<evaluate::RuleFate> fates;
  bool is_dead(ir::RuleId rule) const {
    return fates[rule].fate != evaluate::Fate::hit;
  }
};

/// WC301 of a written rule of which `dead` rules are taken by others, or held back by what is before their stage.
void say_shadowed(const AuditContext& context, const evaluate::Hits& hits, const WrittenRule& written, const std::vector<ir::RuleId>& dead,
                  const RuleFates& known);
/// WC304.
void say_never_matches(const AuditContext& context, evaluate::Hits& hits, const WrittenRule& written, const std::vector<ir::RuleId>& dead,
                       const RuleFates& known);
/// WC302, of all rules that some packet hits.
void say_redundant(const AuditContext& context, evaluate::Hits& hits, const RuleFates& known);

/// WC307, likewise.
void say_partly_shadowed(const AuditContext& context, evaluate::Hits& hits, const RuleFates& known);

/// WC904 with the rule's place: what was not decided about it.
void say_not_decided(const AuditContext& context, Span where, std::string_view what, std::string_view why);
/// Does the order of rules mean nothing (security groups: each rule permits, whatever the others say)?
bool is_union(const ir::Firewall& firewall, ir::ListId list);
/// "drop", "return", "jump to web": what a rule does.
std::string does(const ir::Firewall& firewall, const ir::Rule& rule);

}  // namespace wallcheck::check::audit
