#include "cli/run.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/source_file.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/terminal.h"

namespace wallcheck::cli {

namespace {

constexpr std::array table{&check_command, &fix_command, &audit_command, &diff_command, &trace_command, &policy_command, &explain_command, &completion_command, &man_command};

int unknown_command(const std::string& word) {
  std::vector<std::string_view> names{"help"};
  for (const Command* command : commands()) names.push_back(command->name);
  std::string hint = suggestion(word, names);
  std::error_code ignored;
  if (hint.empty() && std::filesystem::exists(word, ignored)) hint = fmt::format("; did you mean `wallcheck check {}`?", printable(word));
  return usage_error(fmt::format("\"{}\" is not a command{}", printable(word), hint));
}

int print_help(std::span<const std::string> words) {
  if (words.empty()) return print_out(help());
  const Command* asked = command(words.front());
  return asked ? print_out(help(*asked)) : unknown_command(words.front());
}

}  // namespace

std::span<const Command* const> commands() { return table; }

int run(const std::vector<std::string>& words) {
  if (words.empty()) return usage_error("nothing to do: no command");
  const std::string& first = words.front();
  const std::span<const std::string> rest = std::span(words).subspan(1);
  if (first == "--version" || first == "-V") return print_out(fmt::format("wallcheck {}\n", version));
  if (first == "--help" || first == "-h" || first == "help") return print_help(rest);
  const Command* chosen = command(first);
  if (!chosen) return unknown_command(first);
  const auto arguments = parse(*chosen, rest);
  if (!arguments) return usage_error(arguments.error(), chosen->name);
  if (arguments->has("help")) return print_out(help(*chosen));
  return chosen->run(*arguments);
}

}  // namespace wallcheck::cli
