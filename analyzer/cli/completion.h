#pragma once
// Completion scripts for shells, and the manual page: made from the option table, so that they know what the program knows.

#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"

namespace wallcheck::cli {

/// What may stand for an argument, as far as the table tells.
struct Values {
  std::vector<std::string> words = {};  ///< these
  bool files = false;              ///< names of files
  bool policies = false;           ///< ids that `wallcheck policy list` prints when it is asked
  bool list = false;               ///< several, with commas between them
};
Values values_of(const Option& option);
Values operands_of(const Command& command);

/// The scripts, ready to be sourced or installed.
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

/// wallcheck(1), in man(7) macros.
std::string man_page();

}  // namespace wallcheck::cli
