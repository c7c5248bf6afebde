#pragma once
// The terminal, or what stands in its place.

#include <string>
#include <string_view>

#include "cli/options.h"
#include "report/report.h"

namespace wallcheck::cli {

/// Style for standard output: colour by --color, else CLICOLOR_FORCE, NO_COLOR, TERM=dumb, else whether it is a terminal; symbols
/// beyond ASCII and the window's width only on a terminal, so that what goes into a pipe is the same everywhere.
report::Style terminal_style(const Arguments& arguments);

/// A line about wallcheck itself, on standard error: "wallcheck: error: ...". `text` is already printable().
void complain(std::string_view severity, std::string_view text);
/// complain("error", ...) with a pointer to the command's help; gives ExitStatus::usage.
int usage_error(std::string_view text, std::string_view command = {});

/// Writes to standard output and gives ExitStatus::ok, or `incomplete` (after a complaint) if that fails.
int print_out(std::string_view text);
/// Lines with bytes of a file in them, as a terminal may show them: printable(), line by line. For a pipe the bytes are what they are.
std::string for_terminal(std::string_view lines);

}  // namespace wallcheck::cli
