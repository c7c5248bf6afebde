#pragma once
// Fingerprints: what stays the same about a finding while the file around it changes. Baselines, and the services that follow
// findings from run to run (SARIF, code quality), know a finding again by it.

#include <string>
#include <string_view>
#include <vector>

#include "check/verdict.h"

namespace wallcheck::check {

/// A key of 32 hexadecimal digits for each finding, by site and in their order.
///
/// It is made of the file's name, the security group, the code, the flow and the text of the rule, and of nothing that an
/// unrelated edit changes: no line number, no message (messages name lines), no blanks but single ones, and no packet counters,
/// which differ in every iptables-save. Findings that are alike in all of this are told apart by their number in the file. A finding
/// is a new one if its rule is rewritten or its file is renamed.
///
/// The digest is RFC 4122's name-based UUID (SHA-1) without its dashes: Boost, which we link anyway, has it, and 122 bits need
/// no thought about collisions among the findings of a fleet.
std::vector<std::vector<std::string>> fingerprints(const FileResult& result, std::string_view path);

/// The text of the rule that a finding is about, as fingerprints see it; empty for one about the file as a whole.
std::string rule_text(const Sources& sources, Span where);

/// Writes them into the findings, with the path as the user named it ("./" and the like taken out). Call it once findings are sorted.
void set_fingerprints(FileResult& result);

}  // namespace wallcheck::check
