#include "cli/completion.h"

#include <algorithm>

#include <fmt/format.h>

#include "check/verdict.h"
#include "cli/input_options.h"
#include "cli/pages.h"
#include "policy/policy.h"
#include "report/report.h"

namespace wallcheck::cli {

namespace {

std::vector<std::string> verdicts() {
  std::vector<std::string> words;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(check::FlowVerdict::not_applicable); ++i)
    words.emplace_back(check::to_string(static_cast<check::FlowVerdict>(i)));
  return words;
}

std::vector<std::string> codes() {
  std::vector<std::string> words;
  for (const Page& page : pages())
    if (page.name.starts_with("WC")) words.emplace_back(page.name);
  return words;
}

std::vector<const Option*> options_of(const Command& command) {
  std::vector<const Option*> rows;
  for (const Option& option : options())
    if (option.commands & command.bit) rows.push_back(&option);
  return rows;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names{"help"};
  for (const Command* command : commands()) names.emplace_back(command->name);
  return names;
}

/// Every occurrence of one of `special` gets a backslash.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// A word of sh: in single quotes, where only the single quote is special.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// ---- bash: no helper package is needed, so that sourcing the file is enough.

constexpr std::string_view bash_head = R"sh(# bash completion for wallcheck
_wallcheck_policies() { "$1" policy list 2>/dev/null | { read -r _; while read -r id _; do echo "$id"; done; }; }

_wallcheck() {
  local cur=${COMP_WORDS[COMP_CWORD]} option='' command='' words='' files='' policies='' lead=''
  COMPREPLY=()
  # bash cuts words at "=": --option=value is three of them.
  if [[ $cur == = ]]; then
    option=${COMP_WORDS[COMP_CWORD-1]} cur=''
  elif [[ ${COMP_WORDS[COMP_CWORD-1]} == = ]]; then
    option=${COMP_WORDS[COMP_CWORD-2]}
  else
    option=${COMP_WORDS[COMP_CWORD-1]}
  fi
  if ((COMP_CWORD > 1)); then command=${COMP_WORDS[1]}; fi
  case "$command $option" in
)sh";

constexpr std::string_view bash_tail = R"sh(  esac
  if [[ -n $policies ]]; then words+=" $(_wallcheck_policies "$1")"; fi
  if [[ -n $lead && $cur == *,* ]]; then lead=${cur%,*}, cur=${cur##*,}; else lead=''; fi
  mapfile -t COMPREPLY < <(compgen -P "$lead" -W "$words" -- "$cur")
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$cur")
  fi
}
complete -F _wallcheck wallcheck
)sh";

std::string bash_values(const Values& values) {
  std::string out;
  if (!values.words.empty()) out += fmt::format(" words={}", in_quotes(fmt::format("{}", fmt::join(values.words, " "))));
  if (values.files) out += " files=1";
  if (values.policies) out += " policies=1";
  if (values.list) out += " lead=1";
  return out.empty() ? " :" : out;
}

// ---- zsh

/// "'--policy=[help]:ID|FILE:action'", ready to stand on a line of its own.
std::string zsh_spec(const Option& option) {
  std::string action;
  if (!option.argument.empty()) {
    const Values values = values_of(option);
    std::string how;
    if (!values.words.empty()) how = fmt::format("({})", fmt::join(values.words, " "));
    if (values.list) how = fmt::format("_sequence compadd - {}", fmt::join(values.words, " "));
    if (values.files) how = "_files";
    if (values.policies) how = "_wallcheck_policies";
    action = fmt::format(":{}:{}", escaped(option.argument, ":[]"), how);
  }
  const std::string text = fmt::format("[{}]{}", escaped(option.help, ":[]"), action);
  const std::string equals = option.argument.empty() ? "" : "=";
  const std::string many = option.repeatable ? "*" : "";
  std::string out;
  if (option.letter) out += fmt::format("      {} \\\n", in_quotes(fmt::format("{}-{}{}{}", many, option.letter, equals.empty() ? "" : "+", text)));
  return out + fmt::format("      {} \\\n", in_quotes(fmt::format("{}--{}{}{}", many, option.name, equals, text)));
}

std::string zsh_operands(const Values& values) {
  if (values.policies) return "'*:operand:_wallcheck_packs'";
  if (values.files) return "'*:file:_files'";
  return values.words.empty() ? "" : in_quotes(fmt::format("1:word:({})", fmt::join(values.words, " ")));
}

}  // namespace

Values values_of(const Option& option) {
  if (const auto words = choices(option); !words.empty()) return {.words = {words.begin(), words.end()}};
  if (option.name == "policy") return {.files = true, .policies = true};
  if (option.name == "environment") return {.words = {policy::known_environments().begin(), policy::known_environments().end()}};
  if (option.argument == "CODES") return {.words = codes(), .list = true};
  if (option.argument == "VERDICT") return {.words = verdicts()};
  if (option.name == "input-format") return {.words = input_format_names()};
  if (option.argument == "FORMAT[=PATH]") {
    Values values;
    for (const report::Format& format : report::formats()) values.words.emplace_back(format.name);
    return values;
  }
  return {.files = option.argument.find("FILE") != std::string_view::npos};
}

Values operands_of(const Command& command) {
  if (command.bit & on_input) return {.files = true};
  if (command.bit == on_policy) return {.words = {"list", "show", "check"}, .files = true, .policies = true};
  if (command.bit == on_completion) return {.words = {"bash", "zsh", "fish"}};
  if (command.bit != on_explain) return {};
  Values values{.words = codes()};
  values.words.insert(values.words.end(), {"formats", "budgets"});
  std::ranges::move(verdicts(), std::back_inserter(values.words));
  return values;
}

std::string bash_completion() {
  std::string out(bash_head);
  for (const Command* command : commands())
    for (const Option* option : options_of(*command)) {
      if (option->argument.empty()) continue;
      const std::string letter = option->letter ? fmt::format("|'{} -{}'", command->name, option->letter) : "";
      out += fmt::format("    '{} --{}'{}){};;\n", command->name, option->name, letter, bash_values(values_of(*option)));
    }
  out += fmt::format("    ' '*) words='{} --help --version';;\n    'help '*) words='{}';;\n", fmt::join(command_names(), " "), fmt::join(command_names(), " "));
  for (const Command* command : commands()) {
    std::vector<std::string> words;
    for (const Option* option : options_of(*command)) words.push_back(fmt::format("--{}", option->name));
    out += fmt::format("    '{} '*)\n      if [[ $cur == -* ]]; then words='{}'; else{}; fi;;\n", command->name, fmt::join(words, " "),
                       bash_values(operands_of(*command)));
  }
  return out + std::string(bash_tail);
}

std::string zsh_completion() {
  std::string out =
      "#compdef wallcheck\n"
      "# zsh completion for wallcheck\n"
      "_wallcheck_policies() {\n"
      "  local -a ids=(${${(f)\"$(${words[1]} policy list 2>/dev/null)\"}[2,-1]%% *})\n"
      "  _alternative 'policies:policy pack:compadd -a ids' 'files:file:_files'\n"
      "}\n"
      "_wallcheck_packs() {\n"
      "  if ((CURRENT == 2)); then compadd list show check; else words[1]=wallcheck _wallcheck_policies; fi\n"
      "}\n"
      "_wallcheck() {\n"
      "  local curcontext=$curcontext state line\n"
      "  local -a commands=(\n";
  for (const Command* command : commands()) out += fmt::format("    {}\n", in_quotes(fmt::format("{}:{}", command->name, escaped(command->summary, ":"))));
  out += "    'help:what a command does'\n  )\n"
         "  _arguments -C '(- *)'{-h,--help}'[help]' '(- *)'{-V,--version}'[the version]' '1:command:->command' '*::argument:->argument'\n"
         "  case $state in\n"
         "  command) _describe command commands ;;\n"
         "  argument)\n"
         "    case $words[1] in\n"
         "    help) _describe command commands ;;\n";
  for (const Command* command : commands()) {
    out += fmt::format("    {})\n      _arguments -s \\\n", command->name);
    for (const Option* option : options_of(*command)) out += zsh_spec(*option);
    const std::string operands = zsh_operands(operands_of(*command));
    if (operands.empty()) out.replace(out.size() - 3, 3, "\n");
    else out += "      " + operands + "\n";
    out += "      ;;\n";
  }
  return out +
         "    esac\n"
         "    ;;\n"
         "  esac\n"
         "}\n"
         "if [[ $funcstack[1] == _wallcheck ]]; then _wallcheck \"$@\"; else compdef _wallcheck wallcheck; fi\n";
}

std::string fish_completion() {
  std::string out =
      "# fish completion for wallcheck\n"
      "function __wallcheck_policies\n"
      "    wallcheck policy list 2>/dev/null | tail -n +2 | string replace -r ' .*' ''\n"
      "end\n"
      "complete -c wallcheck -f\n"
      "complete -c wallcheck -n __fish_use_subcommand -s V -l version -d 'the version'\n"
      "complete -c wallcheck -n __fish_use_subcommand -a help -d 'what a command does'\n";
  const auto sentence = [](std::string_view text) { return "'" + escaped(text, "\\'") + "'"; };
  for (const Command* command : commands()) {
    out += fmt::format("complete -c wallcheck -n __fish_use_subcommand -a {} -d {}\n", command->name, sentence(command->summary));
    const std::string when = fmt::format("complete -c wallcheck -n '__fish_seen_subcommand_from {}'", command->name);
    for (const Option* option : options_of(*command)) {
      const Values values = values_of(*option);
      out += when + fmt::format(" -l {}", option->name);
      if (option->letter) out += fmt::format(" -s {}", option->letter);
      if (!option->argument.empty()) out += values.files ? " -r -F" : " -x";
      std::vector<std::string> words = values.words;
      if (values.policies) words.push_back("(__wallcheck_policies)");
      if (!words.empty()) out += fmt::format(" -a \"{}\"", fmt::join(words, " "));
      out += fmt::format(" -d {}\n", sentence(option->help));
    }
    const Values operands = operands_of(*command);
    if (operands.files) out += when + " -F\n";
    std::vector<std::string> words = operands.words;
    if (operands.policies) words.push_back("(__wallcheck_policies)");
    if (!words.empty()) out += when + fmt::format(" -a \"{}\"\n", fmt::join(words, " "));
  }
  return out;
}

}  // namespace wallcheck::cli
