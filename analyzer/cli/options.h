#pragma once
// The command line as a table. Parsing, `--help` of each command and what else lists options are made from it, so that an
// option exists in one place.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wallcheck::cli {

/// Exit status (CONTRACT: "Exit status"). `incomplete` wins over `findings`.
enum ExitStatus : int { ok = 0, findings = 1, usage = 2, incomplete = 3 };

/// Sets of commands, for the rows of the option table.
enum CommandSet : unsigned {
  on_check = 1,
  on_trace = 2,
  on_explain = 4,
  on_policy = 8,
  on_audit = 16,
  on_fix = 32,
  on_diff = 64,
  on_completion = 128,
  on_man = 256,
  on_files = on_check | on_audit,             ///< run_files: files in, reports out
  on_sites = on_files | on_fix,               ///< asks about a policy's flows or a file's rules at a site
  on_input = on_files | on_trace | on_fix | on_diff,
  on_reading = on_input | on_explain | on_policy,  ///< prints for people
  on_all = on_reading | on_completion | on_man,
};

/// One option.
struct Option {
  std::string_view name;      ///< long name, without "--"
  char letter;                ///< short name, 0 if it has none
  std::string_view argument;  ///< what its argument is called in the help; "one|two": one of these words; empty: a switch
  std::string_view help;
  unsigned commands;          ///< CommandSet: where it exists
  bool repeatable;            ///< each value counts; else the last one wins
};
std::span<const Option> options();
/// The words that may stand for an argument written "one|two"; none if it is not.
std::vector<std::string_view> choices(const Option& option);

/// What an exit status says.
struct ExitStatusRow {
  ExitStatus status;
  std::string_view meaning;
};
std::span<const ExitStatusRow> exit_status_rows();

class Arguments;

/// One command. `run` gets its parsed arguments and gives the exit status.
struct Command {
  std::string_view name;
  CommandSet bit;
  std::string_view operands;  ///< for the usage line: "[FILE|DIR|-]..."
  std::string_view summary;   ///< one line
  std::string_view text;      ///< what a reader of `COMMAND --help` should know: a paragraph, then examples
  int (*run)(const Arguments&);
};
std::span<const Command* const> commands();
/// nullptr if there is none of that name.
const Command* command(std::string_view name);

/// What a user typed, sorted out.
class Arguments {
 public:
  bool has(std::string_view option) const { return values_.contains(option); }
  /// The last value given.
  std::string_view value(std::string_view option, std::string_view otherwise = {}) const;
  /// Every value given, in order.
  const std::vector<std::string>& values(std::string_view option) const;
  /// Every value, each split at its commas; empty words vanish.
  std::vector<std::string> words(std::string_view option) const;

  std::vector<std::string> operands;

 private:
  friend Result<Arguments, std::string> parse(const Command&, std::span<const std::string>);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// Sorts out what follows the command's name. `--` ends the options, `-` is an operand. Words that stand for a choice are
/// checked. The error is a sentence.
Result<Arguments, std::string> parse(const Command& command, std::span<const std::string> words);

/// What `wallcheck --help` and `wallcheck COMMAND --help` print.
std::string help();
std::string help(const Command& command);

}  // namespace wallcheck::cli
