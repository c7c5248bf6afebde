#pragma once
// What the HTML report says of one site below its row: each flow with its proof and its fix, then the other findings.

#include <string>

#include "check/verdict.h"

namespace wallcheck::report::html {

/// The finding that says a flow's verdict; nullptr for flows that pass, and where `--select` left it out.
const check::Finding* finding_of(const check::SiteResult& site, const check::FlowResult& flow);

/// One flow of the site: a line that says it, folded below it all that proves it.
std::string flow_part(const check::FileResult& file, const check::SiteResult& site, const check::FlowResult& flow);
/// A finding that no flow_part says.
std::string finding_part(const check::FileResult& file, const check::Finding& finding);

}  // namespace wallcheck::report::html
