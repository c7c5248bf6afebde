#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/limit_option.h"
#include "cli/options.h"
#include "report/report.h"

namespace wallcheck::cli {

namespace {

constexpr std::size_t help_column = 34;
constexpr std::size_t width = 110;

/// Two columns: a name, and its text broken at blanks.
std::string row(std::string_view name, std::string_view text) {
  std::string out = fmt::format("  {:<{}}", name, help_column - 2);
  if (name.size() > help_column - 4) out = fmt::format("  {}\n{}", name, std::string(help_column, ' '));
  std::size_t column = help_column;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (column + (end - at) > width) {
      out.pop_back();  // the blank
      out += "\n" + std::string(help_column, ' ');
      column = help_column;
    }
    out += text.substr(at, end - at);
    out += ' ';
    column += end - at + 1;
    at = end + 1;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

constexpr std::array exit_table = std::to_array<ExitStatusRow>({
    {ok, "nothing at or above --fail-on"},
    {findings, "findings"},
    {usage, "bad usage, config or policy"},
    {incomplete, "some input could not be read, parsed or analysed to the end (the rest is still reported; 3 wins over 1)"},
});

std::string exit_status() {
  std::string out = "Exit status:\n";
  for (const ExitStatusRow& row : exit_table) out += fmt::format("  {}  {}\n", static_cast<int>(row.status), row.meaning);
  return out;
}

}  // namespace

std::span<const ExitStatusRow> exit_status_rows() { return exit_table; }

std::string help() {
  std::string out =
      "wallcheck proves which documented network flows a firewall file permits.\n\n"
      "Usage: wallcheck COMMAND [OPTIONS] [OPERANDS]\n\nCommands:\n";
  for (const Command* command : commands()) out += row(command->name, command->summary);
  out += row("help [COMMAND]", "this text, or that of a command (also: COMMAND --help)");
  out += row("--version", "the version");
  out +=
      "\nExamples:\n"
      "  wallcheck check web.rules                          ten flows, each with the rule that decides\n"
      "  iptables-save | wallcheck check -                  the running firewall\n"
      "  wallcheck check --format json firewalls/           a directory, for a program\n"
      "  wallcheck trace web.rules --packet 'tcp 10.0.0.5:40000 > 54.225.248.130:443 out eth0 new'\n"
      "  wallcheck explain WC102                            what a finding means and what to do\n\n";
  return out + exit_status();
}

std::string help(const Command& command) {
  std::string out = fmt::format("{}\n\nUsage: wallcheck {} [OPTIONS]{}{}\n\n{}\nOptions:\n", command.summary, command.name, command.operands.empty() ? "" : " ", command.operands,
                                command.text);
  for (const Option& option : options()) {
    if (!(option.commands & command.bit)) continue;
    const std::string letter = option.letter ? fmt::format("-{}, ", option.letter) : "";
    const std::string argument = option.argument.empty() ? "" : fmt::format(" {}", option.argument);
    out += row(fmt::format("{}--{}{}", letter, option.name, argument), option.help);
  }
  if (command.bit & on_files) {
    out += "\nFormats (--format NAME, or NAME=PATH to write it to a file; as often as you like):\n";
    for (const report::Format& format : report::formats()) out += row(format.name, format.description);
  }
  if (command.bit & on_input) {
    out += "\nBudgets (--limit NAME=VALUE); what runs out is finding WC904 and exit status 3:\n";
    for (const LimitRow& limit : limit_rows()) out += row(limit.name, fmt::format("{} (default: {})", limit.help, get(Limits{}, limit)));
  }
  if (command.bit == on_check) out += "\n" + exit_status();
  return out;
}

}  // namespace wallcheck::cli
