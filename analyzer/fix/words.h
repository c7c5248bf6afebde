#pragma once
// What writers say of a candidate, whatever they write.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fix/proof.h"
#include "fix/writer.h"

namespace wallcheck::fix {

/// "let monitoring (udp 3011) out".
std::string title_of(const Need& need);
/// What is opened besides what the policy names: an end that it leaves open, with how to narrow it, and what the format's rules cannot
/// test. Empty: nothing.
std::string opens_of(const Need& need);
/// ... where rules of one format differ in what they test (Terraform has those of all clouds).
std::string opens_of(const Need& need, const Untested& untested);

/// "take away line 5, which accepts it the wrong way round": of the lines where the rules stand.
std::string removal_title(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules);
/// The edits that take away whole lines of the first source on which the rules begin, as `line_of` cuts them.
std::vector<Edit> without_lines(const ir::Firewall& firewall, std::span<const ir::RuleId> rules, const std::function<Span(Span where)>& line_of);

}  // namespace wallcheck::fix
