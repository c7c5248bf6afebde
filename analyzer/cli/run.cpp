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

constexpr std::array table{&check_command, &trace_command, &policy_command, &explain_command};

int unknown_command(const std::string& word) {
  std::vector<std::string_view> names{"help"};
  for (const Command* command : commands()) names.push_back(command->name);
  std::string hint = suggestion(word, names);
  std::error_code ignored;
  if (hint.empty() && std::filesystem::exists(word, ignored)) hint = fmt::format("; did you mean `wallcheck check {}`?", printable(word));
  return usage_error(fmt::format("\"{}\" is not a command{}", printable(word), hint));
}

int print_help(std::span<const std::string> words) {
  if (words.empty()) return print(help()) ? ok : incomplete;
  const Command* asked = command(words.front());
  return asked ? (print(help(*asked)) ? ok : incomplete) : unknown_command(words.front());
}

}  // namespace

std::span<const Command* const> commands() { return table; }

int run(const std::vector<std::string>& words) {
  if (words.empty()) return usage_error("nothing to do: no command");
  const std::string& first = words.front();
  const std::span<const std::string> rest = std::span(words).subspan(1);
  if (first == "--version" || first == "-V") return print(fmt::format("wallcheck {}\n", version)) ? ok : incomplete;
  if (first == "--help" || first == "-h" || first == "help") return print_help(rest);
  const Command* chosen = command(first);
  if (!chosen) return unknown_command(first);
  const auto arguments = parse(*chosen, rest);
  if (!arguments) return usage_error(arguments.error(), chosen->name);
  if (arguments->has("help")) return print(help(*chosen)) ? ok : incomplete;
  if (const std::string_view color = arguments->value("color", "auto"); color != "auto" && color != "always" && color != "never")
    return usage_error(fmt::format("--color needs auto, always or never, not \"{}\"", printable(color)), chosen->name);
  return chosen->run(*arguments);
}

}  // namespace wallcheck::cli
