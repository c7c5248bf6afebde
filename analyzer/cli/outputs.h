#pragma once
// Where reports go: `--format FORMAT[=PATH]`, as often as one likes.

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "report/report.h"

namespace wallcheck::cli {

/// Reports being written. Each file's part is written as soon as it is known.
class Outputs {
 public:
  /// Opens the files. The error is a sentence: unknown format, two formats for standard output, a file that cannot be opened.
  static Result<Outputs, std::string> open(const Arguments& arguments);

  void begin(report::Context context);
  /// `fail_on`: the least severity that fails the run for this file.
  void file(const check::FileResult& result, std::optional<Severity> fail_on);
  /// `exit_status`: what the program will end with if all can be written; `unfinished`: files that an interrupt left out or cut short.
  /// False (after a complaint) if not.
  bool end(int exit_status, std::size_t unfinished);

  /// Does some report show fixes?
  bool want_fixes() const;
  /// ... or a witness's way?
  bool want_steps() const;
  const report::Summary& summary() const { return summary_; }
  /// Nothing of a terminal is written to standard output meanwhile.
  bool to_terminal() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdout) std::fclose(file);
    }
  };
  struct Output {
    const report::Format* format = nullptr;
    std::string path;  ///< empty: standard output
    std::unique_ptr<std::FILE, Close> stream;
    bool failed = false;
    std::size_t written = 0;  ///< bytes, also of what could not be written
    std::string kept;         ///< what stands behind all files
    void write(std::string_view text);
    report::SoFar so_far(const report::Summary& totals) const { return {totals, written, kept.size()}; }
  };
  /// Files get no colour and no symbols of a terminal.
  report::Context context_for(const Output& output) const;

  std::vector<Output> outputs_;
  report::Context context_;
  report::Style terminal_;
  report::Summary summary_;
};

}  // namespace wallcheck::cli
