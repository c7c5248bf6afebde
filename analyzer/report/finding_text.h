#pragma once
// One finding in plain text: its place with the source line, what proves it, what to do. The text report is made of these; reports
// that have a place for prose beside their own fields (JUnit, Markdown) show the same. Everything from a file is printable().

#include <string>

#include "report/terminal_text.h"

namespace wallcheck::report {

/// "1 file", "2 files".
std::string counted(std::uint32_t count, std::string_view word);

Ink ink_of(Severity severity);

/// "line 9", "extra.conf line 3", or nothing where a span has no place.
std::string line_of(const Sources& sources, Span where);

/// Everything that proves one service's verdict, a fact a line.
std::string service_text(const Style& style, const Sources& sources, const check::ServiceResult& service);

/// Where it is, with the source line, and what proves it.
std::string proof_text(const Style& style, const check::FileResult& result, const check::SiteResult& site, const check::Finding& finding);
/// What to do about it: each fix with its lines and its proof, or why there is none; and the reason of a suppression.
std::string remedy_text(const Style& style, const check::FileResult& result, const check::Finding& finding);
/// Severity, code and message, then both.
std::string finding_text(const Style& style, const check::FileResult& result, const check::SiteResult& site, const check::Finding& finding);

}  // namespace wallcheck::report
