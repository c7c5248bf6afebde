#include <fmt/format.h>

#include "base/source_file.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/terminal.h"

namespace wallcheck::cli {

namespace {

int run_completion(const Arguments& arguments) {
  if (arguments.operands.size() != 1) return usage_error("completion needs one of bash, zsh, fish", "completion");
  const std::string& shell = arguments.operands.front();
  if (shell == "bash") return print_out(bash_completion());
  if (shell == "zsh") return print_out(zsh_completion());
  if (shell == "fish") return print_out(fish_completion());
  return usage_error(fmt::format("there is no completion for \"{}\"{}", printable(shell), suggestion(shell, {"bash", "zsh", "fish"})), "completion");
}

int run_man(const Arguments& arguments) {
  if (!arguments.operands.empty()) return usage_error("man takes no operand", "man");
  return print_out(man_page());
}

}  // namespace

const Command completion_command{
    .name = "completion",
    .bit = on_completion,
    .operands = "bash|zsh|fish",
    .summary = "The completion script of a shell.",
    .text =
        "Packages install it. Else:\n"
        "  source <(wallcheck completion bash)\n"
        "  wallcheck completion zsh >~/.zfunc/_wallcheck     # ~/.zfunc has to be in $fpath\n"
        "  wallcheck completion fish >~/.config/fish/completions/wallcheck.fish\n",
    .run = run_completion,
};

const Command man_command{
    .name = "man",
    .bit = on_man,
    .operands = "",
    .summary = "The manual page, as man(1) reads it.",
    .text =
        "Packages install it. Else:\n"
        "  wallcheck man | man -l -\n",
    .run = run_man,
};

}  // namespace wallcheck::cli
