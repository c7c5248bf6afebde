#pragma once
// report: findings in, bytes out. One file a format, one row of the table a format. Pure functions: no clock, no terminal,
// no file is touched here, and the same results give the same bytes. Knows no front-end and no evaluator, only results.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/verdict.h"

namespace wallcheck::report {

/// What a report may assume of the place where it will be read. The command line decides (terminal, NO_COLOR, --color).
struct Style {
  bool color = false;    ///< SGR escapes may be written; nothing is said by colour alone
  bool unicode = false;  ///< verdict symbols may be more than ASCII
  unsigned width = 120;  ///< columns; rule texts and source lines are clipped to it, messages never are
  bool quiet = false;    ///< findings only: no table, no last line
  bool verbose = false;  ///< the evidence of passing flows too
  bool suppressed = false;  ///< findings that somebody accepted are listed too, with the reason
};

/// A flow of the policies in use, for reports that lay out all of them before the first file comes.
struct FlowTitle {
  std::string id;
  int number = 0;
  std::string traffic;
};

/// A page about a finding code, as `wallcheck explain` shows it. Its first line is "# NAME: TITLE".
struct Page {
  std::string_view name;   ///< "WC101"
  std::string_view title;
  std::string_view text;   ///< the whole page, Markdown
};

/// What all files of one run have in common.
struct Context {
  std::string_view tool_version;
  std::string_view policy_id;
  std::string_view policy_version;
  std::string_view command = "check";  ///< whose results these are: only `check` speaks of flows
  std::string_view date = {};          ///< "2026-11-26", of the report; who calls knows it, and whether it matters
  std::vector<const policy::Pack*> packs = {};  ///< in use, with the addresses in force; one of several settings may come again
  Style style;
  std::span<const FlowTitle> flows = {};  ///< of all policies in use, in their order; empty where no flow is asked about
  std::span<const Page> pages = {};      ///< of all finding codes, sorted by name
  std::optional<Severity> fail_on = Severity::error;  ///< the least severity that fails the run, for this file; nullopt: none does
};

/// Totals of a run, kept while files go by, so that no report has to hold more than one file.
/// Suppressed findings are counted as such and nowhere else.
struct Summary {
  std::uint32_t files = 0;
  std::uint32_t incomplete_files = 0;          ///< partly analysed or failed: exit status 3
  std::uint32_t flows = 0;
  std::array<std::uint32_t, 9> verdicts{};     ///< flows by check::FlowVerdict
  std::array<std::uint32_t, 3> findings{};     ///< by Severity
  std::uint32_t suppressed = 0;
  std::size_t unfinished = 0;                  ///< files that an interrupt left out or cut short; known at the end
  int exit_status = 0;                         ///< of the program; known at the end
  ir::CoverageCounts coverage;
  std::string worst_code;                      ///< code of the first finding of the worst severity: what to explain next
  Severity worst = Severity::note;             ///< meaningless while worst_code is empty

  void add(const check::FileResult& file);
  std::uint32_t count(check::FlowVerdict verdict) const { return verdicts[static_cast<std::size_t>(verdict)]; }
  std::uint32_t count(Severity severity) const { return findings[static_cast<std::size_t>(severity)]; }
};

/// How far a report is: what a format may know of the files that it was handed before.
struct SoFar {
  const Summary& totals;
  std::size_t written = 0;  ///< bytes of `begin` and of every `file`
  std::size_t kept = 0;     ///< bytes of every `after`
  bool first() const { return totals.files == 0; }
};

/// One report format. A report is `begin`, then `file` for each input in order, then what `after` said of each, then `end`.
/// All but `after` is written as soon as it is known, so ten thousand files need no more memory than the largest few: what stands
/// behind the last file is short, or ends at a size that the format sets itself.
struct Format {
  std::string_view name;         ///< as in `--format NAME`
  std::string_view description;  ///< one line of help
  std::string (*begin)(const Context&);
  std::string (*file)(const Context&, const check::FileResult&, const SoFar& before);
  std::string (*end)(const Context&, const SoFar& all);
  bool wants_fixes = true;       ///< shows Finding::fixes: looking for them costs more than finding what is wrong
  std::string (*after)(const Context&, const check::FileResult&, const SoFar& before) = nullptr;
  bool wants_steps = false;      ///< shows Witness::steps
};

/// A whole report at once, where all its files are at hand.
std::string whole(const Format& format, const Context& context, std::span<const check::FileResult> files);

/// The table of formats, in the order of the help text.
std::span<const Format> formats();
/// A row by name; nullptr if there is none.
const Format* format(std::string_view name);

}  // namespace wallcheck::report
