#pragma once
// The commands. Each is one file: its row, with what its help says, and what it does.

#include <string_view>

#include "cli/options.h"

namespace wallcheck::cli {

constexpr std::string_view version = WALLCHECK_VERSION;

extern const Command check_command;
extern const Command audit_command;
extern const Command fix_command;
extern const Command diff_command;
extern const Command trace_command;
extern const Command policy_command;
extern const Command explain_command;

}  // namespace wallcheck::cli
