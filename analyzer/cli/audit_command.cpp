#include "check/audit.h"
#include "cli/commands.h"
#include "cli/run_files.h"

namespace wallcheck::cli {

const Command audit_command{
    .name = "audit",
    .bit = on_audit,
    .operands = "FILE|DIR|-...",
    .summary = "The rules themselves: shadowed, redundant, unreachable, exposed",
    .text =
        "Examples:\n"
        "  wallcheck audit web.rules\n",
    .run = [](const Arguments& arguments) { return run_files(arguments, "audit", check::audit_rules); },
};

}  // namespace wallcheck::cli
