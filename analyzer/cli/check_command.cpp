#include <fmt/format.h>

#include "check/check.h"
#include "cli/commands.h"
#include "cli/run_files.h"

namespace wallcheck::cli {

namespace {

constexpr std::size_t most_rules = 20'000;  // of a file whose fixes are looked for on the way

/// A fix beside each finding about a flow.
void find_fixes(const fix::Subject& subject, check::FileResult& file) {
  for (std::size_t site = 0; site < subject.loaded.firewalls.size() && site < file.sites.size(); ++site) {
    if (const std::size_t rules = subject.loaded.firewalls[site].rules.size(); rules > most_rules) {
      for (check::Finding& finding : file.sites[site].findings)
        if (!finding.flow.empty()) finding.no_fix = fmt::format("not looked for: the file has {} rules, ask `wallcheck fix`", rules);
      continue;
    }
    fix::find_fixes(subject, site, file.sites[site]);
  }
}

}  // namespace

const Command check_command{
    .name = "check",
    .bit = on_check,
    .operands = "FILE|DIR|-...",
    .summary = "The main job: is each documented flow permitted, in the right direction?",
    .text =
        "Each flow of the policy gets a verdict: permitted, restricted, conditional, diverted, reply-blocked, partial, reversed,\n"
        "blocked or not-applicable (`wallcheck explain VERDICT`). In a directory every firewall file is checked, recognised by its\n"
        "content; hidden directories are left out. What a file protects is said by the command line, a comment in the file\n"
        "(`# wallcheck: role=cloud position=gateway`), or the nearest .wallcheck.json above it, in this order.\n"
        "\n"
        "Examples:\n"
        "  wallcheck check web.rules\n"
        "  wallcheck check --policy rightscale-networks --fail-on warning firewalls/\n"
        "  wallcheck check --position gateway --inside eth1 --outside eth0 edge.rules\n"
        "  wallcheck check --ipset sets.save --format concise --format json=report.json *.rules\n"
        "  ssh web1 iptables-save | wallcheck check --stdin-filename web1 -\n",
    .run = [](const Arguments& arguments) { return run_files(arguments, "check", check::check_flows, find_fixes); },
};

}  // namespace wallcheck::cli
