// WC311: what is defined and used by nothing.

#include <fmt/format.h>

#include "check/audit/structure.h"

namespace wallcheck::check::audit {

namespace {

std::string sentence(ir::Unused::Kind kind, std::string_view name) {
  switch (kind) {
    case ir::Unused::Kind::macro: return fmt::format("macro {} is never used", printable(name));
    case ir::Unused::Kind::table: return fmt::format("no rule looks at table <{}>: its addresses make no difference", printable(name));
    case ir::Unused::Kind::anchor: return fmt::format("no rule evaluates anchor \"{}\": the rules that are loaded into it have no effect", printable(name));
    case ir::Unused::Kind::set: return fmt::format("no rule of this file looks at set {}: its members make no difference here", printable(name));
  }
  return {};
}

}  // namespace

void unused_definitions(const AuditContext& context) {
  for (const ir::Unused& unused : context.firewall.unused) {
    const bool has_rules = unused.kind == ir::Unused::Kind::anchor;  // pf.conf(5): rules that somebody meant to be in force
    Diagnostic diagnostic{has_rules ? "WC303" : "WC311", has_rules ? Severity::warning : Severity::note,
                          sentence(unused.kind, context.firewall.strings[unused.name]), unused.where};
    context.site.findings.push_back({.diagnostic = std::move(diagnostic)});
  }
}

}  // namespace wallcheck::check::audit
