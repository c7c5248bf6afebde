#include "cli/check_file.h"

#include <algorithm>
#include <filesystem>
#include <new>

#include <fmt/format.h>

#include "check/alike.h"
#include "check/audit.h"
#include "check/fingerprint.h"
#include "cli/input_options.h"
#include "cli/read_input.h"
#include "cli/suppressions.h"
#include "cli/watch.h"

namespace wallcheck::cli {

namespace fs = std::filesystem;

namespace {

check::Finding input_finding(std::string code, std::string message) {
  return {.diagnostic = {std::move(code), Severity::error, std::move(message), {}}};
}

check::FileResult failed(const Input& input, const policy::Site& site, std::string code, std::string message) {
  check::FileResult result{.path = input.name, .format = {}, .status = check::Status::failed, .sources = {}, .sites = {{}}};
  result.sites.front().site = site;
  result.sites.front().findings.push_back(input_finding(std::move(code), std::move(message)));
  check::set_fingerprints(result);
  return result;
}

/// The config's entry for the file, and its path as patterns see it.
std::optional<std::string> path_in_config(const Input& input, const Setting& setting) {
  if (!setting.config) return std::nullopt;
  std::error_code error;
  return setting.config->relative(fs::absolute(input.name, error).lexically_normal().native());
}

/// How to read the file: the command line, then the config's entry.
Result<frontend::Options, std::string> reading(const CheckOptions& options, const Limits& limits, const Setting& setting, const policy::FileEntry* entry) {
  frontend::Options out = options.input;
  out.limits = limits;
  if (!entry) return out;
  // What a config names lies beside or below it: configs come with the files that are checked.
  const std::string within = options.input.allow_outside ? "" : setting.config->directory;
  if (!options.format_given) out.format = entry->input_format;
  if (!options.ipsets_given) {
    auto ipsets = read_side_files("ipset", entry->ipsets, out.limits, within);
    if (!ipsets) return Unexpected{ipsets.error()};
    out.ipsets = std::move(*ipsets);
  }
  if (out.groups.empty()) out.groups = entry->groups;
  // Sets of the same name that the command line gives count.
  for (const auto& [name, path] : entry->address_sets) {
    if (std::ranges::find(out.address_sets, name, &frontend::SideFile::name) != out.address_sets.end()) continue;
    auto set = read_side_file("address-set", path, name, out.limits, within);
    if (!set) return Unexpected{set.error()};
    out.address_sets.push_back(std::move(*set));
  }
  return out;
}

/// What the file itself says to wallcheck.
struct Said {
  std::vector<policy::SiteChoice> sites;
  std::vector<LineSuppression> suppressions;
  std::vector<Diagnostic> diagnostics;
};

Said directives(const frontend::Loaded& loaded, const policy::Pack& pack) {
  Said said;
  for (const frontend::Directive& directive : loaded.directives) {
    const SourceFile& source = *loaded.sources[directive.where.file];
    policy::DirectiveMeaning meaning = policy::parse_directive(directive.text, source.text(directive.where), directive.where);
    std::ranges::move(meaning.diagnostics, std::back_inserter(said.diagnostics));
    if (meaning.suppression) said.suppressions.push_back(line_suppression(std::move(*meaning.suppression), source, directive));
    if (meaning.site.role)
      if (const auto unknown = policy::unknown_role(pack, *meaning.site.role)) {
        said.diagnostics.push_back({"WC911", Severity::error, *unknown, directive.where, {}, {}});
        meaning.site.role.reset();
      }
    said.sites.push_back(std::move(meaning.site));
  }
  return said;
}

policy::Site choose_site(const CheckOptions& options, const policy::FileEntry* entry, const std::vector<policy::SiteChoice>& in_file) {
  policy::Site site;
  if (entry) policy::choose(site, entry->site, "config");
  for (const policy::SiteChoice& choice : in_file) policy::choose(site, choice, "comment in the file");
  policy::choose(site, options.site, "command line");
  return site;
}

void sort(std::vector<check::Finding>& findings) {
  std::ranges::stable_sort(findings, [](const check::Finding& a, const check::Finding& b) { return before(a.diagnostic, b.diagnostic); });
  const auto same = [](const check::Finding& a, const check::Finding& b) {
    return !before(a.diagnostic, b.diagnostic) && !before(b.diagnostic, a.diagnostic) && a.flow == b.flow;
  };
  findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());
}

/// The file beside it for IPv4, if it is one.
void audit_beside(const Input& input, const frontend::Loaded& loaded, const frontend::Options& how, const check::Request& request, check::FileResult& result,
                  bool& incomplete) {
  const auto of_one_family = [](const std::vector<ir::Firewall>& firewalls) { return firewalls.size() == 1 && firewalls[0].ipv4 != firewalls[0].ipv6; };
  if (!of_one_family(loaded.firewalls) || !loaded.firewalls[0].ipv6) return;
  auto bytes = read_input(input.ipv4_path, how.limits.input_bytes);
  if (!bytes) return;  // told where the file itself is analysed
  const frontend::Loaded beside = frontend::load(std::make_shared<const SourceFile>(input.ipv4_path, std::move(*bytes)), how);
  if (beside.failed || !of_one_family(beside.firewalls) || !beside.firewalls[0].ipv4) return;
  check::audit_families(loaded.firewalls[0], loaded.sources, {beside.firewalls[0], beside.sources, input.ipv4_path}, request, result.sites.front(), incomplete);
}

/// load, parse, choose the site, check, suppress, sort.
std::optional<check::FileResult> checked(const Input& input, Setting& setting, const Work& work, const Limits& limits) {
  const CheckOptions& options = work.options;
  const auto step = [&](std::string_view what) {
    if (work.progress) work.progress->step(input.name, what);
  };
  const std::optional<std::string> path = path_in_config(input, setting);
  const policy::FileEntry* entry = path ? setting.config->entry_for(*path) : nullptr;
  const policy::Site expected_site = choose_site(options, entry, {});
  if (!input.trouble.empty()) return failed(input, expected_site, "WC905", input.trouble);

  step("reading");
  auto how = reading(options, limits, setting, entry);
  if (!how) return failed(input, expected_site, "WC905", how.error());
  auto bytes = read_input(input.path, limits.input_bytes);
  if (!bytes) return failed(input, expected_site, bytes.error().code, bytes.error().why);
  if (input.from_walk && !how->format && !frontend::detect(*bytes)) return std::nullopt;
  frontend::Loaded loaded = frontend::load(std::make_shared<const SourceFile>(input.name, std::move(*bytes)), *how);
  if (input.from_walk && loaded.no_firewall) return std::nullopt;

  Said said = directives(loaded, setting.pack);
  check::Request request;
  request.pack = &setting.pack;
  request.site = choose_site(options, entry, said.sites);
  request.environments = !options.environments.empty() ? options.environments
                         : entry && entry->environments ? *entry->environments
                         : setting.config               ? setting.config->environments
                                                        : std::vector<std::string>{};
  request.limits = limits;
  request.steps = options.steps;
  request.threads = work.threads;
  request.matrix = options.matrix;
  request.closed = options.closed || setting.pack.closed;
  if (work.progress && work.progress->on()) request.progress = step;

  check::FileResult result{.path = input.name, .format = loaded.format ? std::string(ir::to_string(*loaded.format)) : std::string{},
                           .status = check::Status::analysed, .sources = loaded.sources, .sites = {}};
  bool incomplete = loaded.incomplete;
  check::Alike alike;
  if (loaded.firewalls.size() > 1) request.alike = &alike;
  result.sites.reserve(std::max<std::size_t>(loaded.firewalls.size(), 1));
  // Once work is to stop, groups that were not begun are counted, and nothing more is said of them.
  for (const ir::Firewall& firewall : loaded.firewalls)
    if (result.sites.empty() || !limits.stopped()) result.sites.push_back(work.task(firewall, loaded.sources, request, incomplete));
  const std::size_t not_begun = loaded.firewalls.size() - result.sites.size();
  incomplete |= not_begun > 0;
  // Of groups that the user names it is not known what else they are attached to.
  if (work.task == check::audit_rules && how->groups.empty() && not_begun == 0)
    check::audit_attached(loaded.firewalls, loaded.sources, request, result.sites, incomplete);
  if (!input.ipv4_path.empty()) audit_beside(input, loaded, *how, request, result, incomplete);
  if (result.sites.empty()) result.sites.emplace_back().site = request.site;
  if (loaded.failed || loaded.firewalls.empty()) result.status = check::Status::failed;
  else if (incomplete) result.status = check::Status::partly_analysed;

  std::vector<check::Finding>& about_file = result.sites.front().findings;
  if (not_begun > 0)
    about_file.push_back({.diagnostic = {"WC904", Severity::error, fmt::format("{} of {} groups are not analysed: {}", not_begun, loaded.firewalls.size(), stop_words(*limits.stop)), {}}});
  for (auto* diagnostics : {&loaded.diagnostics, &said.diagnostics})
    for (Diagnostic& diagnostic : *diagnostics) about_file.push_back({.diagnostic = std::move(diagnostic)});
  suppress(result, said.suppressions, options, work.today);
  if (path) suppress(result, *path, setting, work.today);
  for (check::SiteResult& site : result.sites) {
    std::erase_if(site.findings, [&](const check::Finding& finding) { return !is_selected(options, finding.diagnostic.code); });
    sort(site.findings);
  }
  check::set_fingerprints(result);
  if (work.baseline) work.baseline->accept(result);
  if (!work.then || loaded.firewalls.empty()) return result;
  request.alike = nullptr;  // a proof stands for itself
  step("looking for fixes");
  work.then({loaded, *how, request}, result);
  return result;
}

}  // namespace

std::optional<check::FileResult> check_file(const Input& input, Setting& setting, const Work& work) {
  Limits limits = work.options.input.limits;
  const Watched watched(limits);
  try {
    auto result = checked(input, setting, work, limits);
    if (work.cut_short && watched.ended() == Stop::Why::interrupted) ++*work.cut_short;
    return result;
  } catch (const BudgetExceeded& error) {
    return failed(input, {}, "WC904", fmt::format("{}: not analysed", error.what()));
  } catch (const std::bad_alloc&) {
    return failed(input, {}, "WC904", "needs more memory than there is: not analysed");
  } catch (const std::exception& error) {
    return failed(input, {}, "WC900", fmt::format("internal error of wallcheck ({}): not analysed", printable(error.what())));
  }
}

}  // namespace wallcheck::cli
