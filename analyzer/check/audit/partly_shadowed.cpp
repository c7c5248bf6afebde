// WC307: an earlier rule takes a part of what a rule matches, and decides otherwise, and neither is an exception from the other.

#include <fmt/format.h>

#include "check/audit/dead_rules.h"
#include "ir/packet_words.h"

namespace wallcheck::check::audit {

using ir::RuleId;

namespace {

constexpr std::size_t findings_kept = 64;
/// Larger files have more of these than anybody reads.
constexpr std::size_t most_rules = 20'000;

}  // namespace

void say_partly_shadowed(const AuditContext& context, evaluate::Hits& hits, const RuleFates& known) {
  const ir::Firewall& firewall = context.firewall;
  if (firewall.rules.size() > most_rules) return;
  std::size_t told = 0, more = 0;
  for (const WrittenRule& written : known.written) {
    const RuleId rule = written.rules.front();
    if (known.is_dead(rule)) continue;
    const auto crossing = hits.crossing(rule);
    if (!crossing || firewall.rules[crossing->earlier].where.empty()) continue;
    if (told == findings_kept) {
      ++more;
      continue;
    }
    // The packet has come to the rule's own table; what other tables do to it on the way there only the plain evaluator knows.
    const evaluate::TraceResult traced = evaluate::trace(firewall, crossing->packet);
    if (traced.rule != crossing->earlier) continue;
    ++told;
    std::string message = fmt::format("partly shadowed: an earlier rule takes some of the packets that it matches, and decides otherwise; for example `{}`", ir::to_string(crossing->packet));
    Label label{firewall.rules[crossing->earlier].where, fmt::format("takes it: {}", does(firewall, firewall.rules[crossing->earlier]))};
    context.site.findings.push_back({.diagnostic = {"WC307", Severity::note, std::move(message), written.where, {std::move(label)}}});
  }
  if (more > 0) context.site.findings.push_back({.diagnostic = {"WC307", Severity::note, fmt::format("partly shadowed: {} more rules, which are not listed", more), {}}});
}

}  // namespace wallcheck::check::audit
