#include "check/audit.h"
#include "cli/commands.h"
#include "cli/run_files.h"

namespace wallcheck::cli {

const Command audit_command{
    .name = "audit",
    .bit = on_audit,
    .operands = "FILE|DIR|-...",
    .summary = "What the rules leave open to the world, what no documented flow explains, and which rules do nothing",
    .text =
        "Examples:\n"
        "  wallcheck audit web.rules\n"
        "  wallcheck audit --position gateway --inside em1 --outside em0 pf.conf\n"
        "  wallcheck audit --matrix --role-address rightscale=54.225.248.128/27 web.rules\n"
        "  wallcheck audit --select WC2 --fail-on warning firewalls/\n"
        "\n"
        "WC2xx: what the world can open, by sets of packets and not rule by rule. --outside says which interfaces face it.\n"
        "WC120 (--closed): what is permitted and no documented flow explains.\n"
        "WC3xx: rules that others shadow (WC301), that could go (WC302), that never match (WC304), proved for every packet that could come;\n"
        "chains that nothing reaches (WC303) or that do nothing (WC308), copies (WC309), rules that can be one (WC310), what is not used (WC311).\n"
        "Files of one host for IPv4 and IPv6 (rules.v4 and rules.v6) in one run: what is open by IPv6 only (WC208).\n",
    .run = [](const Arguments& arguments) { return run_files(arguments, "audit", check::audit_rules); },
};

}  // namespace wallcheck::cli
