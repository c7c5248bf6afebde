#pragma once
// The commands. Each is one file: its row, with what its help says, and what it does.

#include <string_view>

#include "cli/options.h"

namespace wallcheck::cli {

constexpr std::string_view version = WALLCHECK_VERSION;
constexpr std::string_view release_date = WALLCHECK_RELEASE_DATE;  ///< of the version; the manual page says it, and no clock is asked

extern const Command check_command;
extern const Command audit_command;
extern const Command fix_command;
extern const Command diff_command;
extern const Command trace_command;
extern const Command policy_command;
extern const Command explain_command;
extern const Command completion_command;
extern const Command man_command;

}  // namespace wallcheck::cli
