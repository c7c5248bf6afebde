#pragma once
// Results made by hand, as the check room would make them, for reports to render.

#include "check/verdict.h"
#include "report/report.h"

namespace wallcheck::sample {

/// A small iptables file with one flow of each kind and its findings.
check::FileResult web_rules();
/// A file whose bytes attack the reader: terminal escapes, Latin-1, bidirectional controls, in a very long line.
check::FileResult hostile();
/// A file that could not be read at all.
check::FileResult unreadable();

report::Context context(report::Style style = {});

/// The whole report over these files.
std::string render(std::string_view format, const report::Context& context, const std::vector<check::FileResult>& files);

}  // namespace wallcheck::sample
