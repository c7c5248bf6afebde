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
        "  wallcheck audit web.rules\n"
        "  wallcheck audit --position gateway --inside em1 --outside em0 pf.conf\n"
        "  wallcheck audit --select WC2 --fail-on warning firewalls/\n"
        "\n"
        "WC2xx: what the world can open, by sets of packets and not rule by rule. --outside says which interfaces face it.\n",
    .run = [](const Arguments& arguments) { return run_files(arguments, "audit", check::audit_rules); },
};

}  // namespace wallcheck::cli
