#include "cli/run_files.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/in_order.h"
#include "cli/baseline.h"
#include "cli/check_file.h"
#include "cli/commands.h"
#include "cli/outputs.h"
#include "cli/pages.h"
#include "cli/progress.h"
#include "cli/suppressions.h"
#include "cli/terminal.h"
#include "cli/watch.h"

namespace wallcheck::cli {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Totals {
  std::uint64_t bytes = 0;
  std::size_t passed_over = 0;

  void add(const check::FileResult& result) {
    for (const auto& source : result.sources) bytes += source->bytes().size();
  }
};

void show_stats(const Totals& totals, const report::Summary& summary, Clock::duration time) {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  const auto& c = summary.coverage;
  const std::string text = fmt::format(
      "files {}, passed over {}, bytes {}\nrules {}: modelled {}, opaque {}, unrecognised {}\ntime {:.3f} s, peak memory {} MB\n", summary.files,
      totals.passed_over, totals.bytes, c.rules, c.modelled, c.opaque, c.unrecognised, std::chrono::duration<double>(time).count(),
      usage.ru_maxrss / 1024);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

bool reaches(const check::FileResult& result, std::optional<Severity> least) {
  if (!least) return false;
  for (const check::SiteResult& site : result.sites)
    for (const check::Finding& finding : site.findings)
      if (finding.suppressed_by.empty() && finding.diagnostic.severity >= *least) return true;
  return false;
}

/// The least severity that fails the run; nullopt: none does.
std::optional<Severity> fail_on(const CheckOptions& options, const Setting& setting) {
  const policy::FailOn otherwise = setting.config && setting.config->fail_on ? *setting.config->fail_on : policy::FailOn::error;
  switch (options.fail_on.value_or(otherwise)) {
    case policy::FailOn::error: return Severity::error;
    case policy::FailOn::warning: return Severity::warning;
    case policy::FailOn::note: return Severity::note;
    case policy::FailOn::never: return std::nullopt;
  }
  return Severity::error;
}

/// Was everything below the config's directory walked?
bool covers(const std::vector<std::string>& operands, const Setting& setting) {
  std::error_code error;
  const fs::path directory = fs::weakly_canonical(setting.config->directory, error);
  return std::ranges::any_of(operands, [&](const std::string& operand) {
    if (!fs::is_directory(operand, error)) return false;
    const fs::path walked = fs::weakly_canonical(operand, error);
    return std::mismatch(walked.begin(), walked.end(), directory.begin(), directory.end()).first == walked.end();
  });
}

/// Ids and versions of all packs in use; nearly always there is one.
std::pair<std::string, std::string> policies_of(const Settings& settings) {
  std::vector<std::string> ids, versions;
  for (const auto& setting : settings.all())
    if (std::ranges::find(ids, setting->pack.id) == ids.end()) ids.push_back(setting->pack.id), versions.push_back(setting->pack.version);
  return {fmt::format("{}", fmt::join(ids, ", ")), fmt::format("{}", fmt::join(versions, ", "))};
}

/// The flows of all packs in use, each id once.
std::vector<report::FlowTitle> flows_of(const Settings& settings) {
  std::vector<report::FlowTitle> flows;
  for (const auto& setting : settings.all())
    for (const policy::Flow& flow : setting->pack.flows)
      if (std::ranges::find(flows, flow.id, &report::FlowTitle::id) == flows.end()) flows.push_back({flow.id, flow.number, flow.traffic});
  return flows;
}

/// The packs of all settings, with the addresses that count there.
std::vector<const policy::Pack*> packs_of(const Settings& settings) {
  std::vector<const policy::Pack*> packs;
  for (const auto& setting : settings.all()) packs.push_back(&setting->pack);
  return packs;
}

/// The date that a report bears: --report-date, or SOURCE_DATE_EPOCH (of reproducible builds, in seconds), or today's in UTC.
Result<std::string, std::string> report_date(const Arguments& arguments) {
  if (arguments.has("report-date")) {
    const auto date = policy::parse_date(arguments.value("report-date"));
    if (!date) return Unexpected{"--report-date: " + date.error()};
    return policy::to_string(*date);
  }
  auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());  // in nanoseconds, 64 bits end in 2262
  if (const char* const epoch = std::getenv("SOURCE_DATE_EPOCH"); epoch && *epoch) {
    std::int64_t seconds = 0;
    const std::string_view text = epoch;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > 253'402'300'799)  // the end of 9999
      return Unexpected{"SOURCE_DATE_EPOCH is no number of seconds: " + printable(text)};
    now = std::chrono::sys_seconds(std::chrono::seconds(seconds));
  }
  return policy::to_string(std::chrono::floor<std::chrono::days>(now));
}

/// One run, after everything that could be bad usage: analyse, report, conclude.
class Run {
 public:
  Run(const Arguments& arguments, const CheckOptions& options, SiteTask task, const FileTask& then, Baseline* baseline, const std::vector<Input>& inputs,
      Outputs& outputs)
      : arguments_(arguments),
        options_(options),
        baseline_(baseline),
        inputs_(inputs),
        outputs_(outputs),
        progress_(inputs.size(), arguments.value("progress", "auto") == "auto" && !arguments.has("quiet")),
        work_{.options = options,
              .task = task,
              .then = then,
              .today = today_,
              .baseline = baseline,
              .progress = &progress_,
              .threads = std::max(1u, options.jobs / static_cast<unsigned>(std::clamp<std::size_t>(inputs.size(), 1, options.jobs))),
              .cut_short = &cut_short_} {}

  void analyse(const std::vector<Setting*>& setting_of) {
    in_order<std::optional<check::FileResult>>(
        inputs_.size(), static_cast<unsigned>(std::min<std::size_t>(options_.jobs, inputs_.size())),
        [&](std::size_t i) { return check_file(inputs_[i], *setting_of[i], work_); },
        [&](std::size_t i, std::optional<check::FileResult> result) {
          if (result && baseline_) baseline_->note(*result);
          if (result) report(*result, fail_on(options_, *setting_of[i]));
          else pass_over(inputs_[i]);
          progress_.done(++done_);
        },
        interrupted);
    progress_.clear();
  }

  /// Suppressions in configs that are of no use any more; known only after all files.
  void judge_ignores(const Settings& settings) {
    if (interrupted()) return;
    for (const auto& setting : settings.all())
      if (setting->config && covers(arguments_.operands, *setting))
        if (const auto unused = unused_ignores(*setting, options_, today_)) report(*unused, fail_on(options_, *setting));
  }

  /// Entries of the baseline that are of no use any more, or the new baseline.
  void judge_baseline(const Settings& settings) {
    if (!baseline_ || interrupted()) return;
    if (!baseline_->writes()) {
      const auto stale = baseline_->stale(options_);
      if (stale && !settings.all().empty()) report(*stale, fail_on(options_, *settings.all().front()));  // one baseline: that of the first file
      return;
    }
    std::string summary;
    const auto trouble = baseline_->write(options_, summary);
    complain(trouble ? "error" : "note", trouble ? *trouble : summary);
    baseline_failed_ = trouble.has_value();
  }

  int conclude() {
    const report::Summary& summary = outputs_.summary();
    const std::size_t finished = done_ - cut_short_;
    const bool written = outputs_.end(status(), inputs_.size() - finished);
    if (arguments_.has("stats")) show_stats(totals_, summary, Clock::now() - start_);
    if (interrupted()) {
      complain("error", fmt::format("interrupted: {} of {} files were done", finished, inputs_.size()));
      return incomplete;
    }
    if (summary.files == 0) {
      complain("error", fmt::format("no firewall file found in {}", printable(fmt::format("{}", fmt::join(arguments_.operands, ", ")))));
      return incomplete;
    }
    return written ? status() : incomplete;
  }

 private:
  int status() const {
    if (interrupted()) return incomplete;
    const report::Summary& summary = outputs_.summary();
    if (summary.files == 0 || summary.incomplete_files > 0 || baseline_failed_) return incomplete;  // an empty run is no proof of anything
    return failing_ ? findings : ok;
  }
  void report(const check::FileResult& result, std::optional<Severity> least) {
    if (outputs_.to_terminal()) progress_.clear();
    outputs_.file(result, least);
    totals_.add(result);
    failing_ = failing_ || reaches(result, least);
  }

  void pass_over(const Input& input) {
    ++totals_.passed_over;
    if (!options_.verbose) return;
    progress_.clear();
    complain("note", fmt::format("{} is no firewall file: passed over", printable(input.name)));
  }

  const Arguments& arguments_;
  const CheckOptions& options_;
  Baseline* const baseline_;
  const std::vector<Input>& inputs_;
  Outputs& outputs_;
  Totals totals_;
  std::size_t done_ = 0;
  std::atomic<std::size_t> cut_short_ = 0;
  bool failing_ = false;
  bool baseline_failed_ = false;
  const Clock::time_point start_ = Clock::now();
  const policy::Date today_ = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  Progress progress_;
  const Work work_;
};

}  // namespace

int run_files(const Arguments& arguments, std::string_view command, SiteTask task, const FileTask& then) {
  if (arguments.operands.empty()) return usage_error(fmt::format("nothing to {}: name files or directories, or - for standard input", command), command);
  auto options = check_options(arguments, command);
  if (!options) return usage_error(options.error(), command);
  const auto baseline = Baseline::open(arguments, options->input.limits);
  if (!baseline) return baseline.error().empty() ? usage : usage_error(baseline.error(), command);
  std::vector<Input> inputs = collect(arguments.operands, std::string(arguments.value("stdin-filename", "-")));
  if (command == "audit") pair_families(inputs);
  Settings settings(*options);
  const auto setting_of = settings.of(inputs);
  if (!setting_of) return usage;
  const auto date = report_date(arguments);
  if (!date) return usage_error(date.error(), command);
  auto outputs = Outputs::open(arguments);
  if (!outputs) return usage_error(outputs.error(), command);
  options->steps = outputs->want_steps();

  const auto [policy_ids, policy_versions] = policies_of(settings);
  const auto flows = command == "check" ? flows_of(settings) : std::vector<report::FlowTitle>{};
  outputs->begin({.tool_version = version, .policy_id = policy_ids, .policy_version = policy_versions, .command = command,
                  .date = *date, .packs = packs_of(settings), .style = {}, .flows = flows, .pages = code_pages()});
  end_on_signals();
  Run run(arguments, *options, task, outputs->want_fixes() ? then : FileTask{}, baseline->get(), inputs, *outputs);
  run.analyse(*setting_of);
  run.judge_ignores(settings);
  run.judge_baseline(settings);
  return run.conclude();
}

}  // namespace wallcheck::cli
