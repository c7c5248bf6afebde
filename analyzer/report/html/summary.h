#pragma once
// What the HTML report says of the run as a whole: by whom and by which policy it was judged, and how it came out.

#include <string>

#include "report/report.h"

namespace wallcheck::report::html {

/// Title, policy, versions, date.
std::string title(const Context& context);
/// The flows of the policies, their roles and addresses; what the verdicts mean.
std::string policies(const Context& context);
/// The totals and what follows from them; known at the end.
std::string totals(const Context& context, const Summary& summary);

}  // namespace wallcheck::report::html
