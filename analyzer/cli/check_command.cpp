#include <algorithm>

#include <fmt/format.h>

#include "check/check.h"
#include "cli/commands.h"
#include "cli/run_files.h"

namespace wallcheck::cli {

namespace {

// A file whose fixes are looked for on the way has at most so many rules, and rules and groups times failing flows: it is read once for each of
// these.
constexpr std::size_t most_rules = 20'000, most_work = 500'000;

bool about_a_flow(const check::Finding& finding) { return !finding.flow.empty() && finding.suppressed_by.empty(); }

/// A fix beside each finding about a flow.
void find_fixes(const fix::Subject& subject, check::FileResult& file) {
  std::size_t rules = 0, failing = 0;
  for (const ir::Firewall& firewall : subject.loaded.firewalls) rules += firewall.rules.size();
  for (const check::SiteResult& site : file.sites) failing += static_cast<std::size_t>(std::ranges::count_if(site.findings, about_a_flow));
  if (rules > most_rules || (rules + subject.loaded.firewalls.size()) * failing > most_work) {
    for (check::SiteResult& site : file.sites)
      for (check::Finding& finding : site.findings)
        if (about_a_flow(finding)) finding.no_fix = fmt::format("not looked for: the file has {} rules, ask `wallcheck fix`", rules);
    return;
  }
  for (std::size_t site = 0; site < subject.loaded.firewalls.size() && site < file.sites.size(); ++site) fix::find_fixes(subject, site, file.sites[site]);
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
