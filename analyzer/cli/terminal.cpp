#include "cli/terminal.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/source_file.h"

namespace wallcheck::cli {

namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool colored(std::string_view wish, bool terminal) {
  if (wish == "always") return true;
  if (wish == "never" || !environment("NO_COLOR").empty()) return false;
  if (const std::string_view force = environment("CLICOLOR_FORCE"); !force.empty() && force != "0") return true;
  return terminal && environment("TERM") != "dumb";
}

bool utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const std::string_view locale = environment(name); !locale.empty())
      return locale.find("UTF-8") != std::string_view::npos || locale.find("utf8") != std::string_view::npos;
  return false;
}

}  // namespace

report::Style terminal_style(const Arguments& arguments) {
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  report::Style style;
  style.color = colored(arguments.value("color", "auto"), terminal);
  style.unicode = terminal && utf8_locale();
  if (winsize window{}; terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col >= 40) style.width = window.ws_col;
  style.quiet = arguments.has("quiet");
  style.verbose = arguments.has("verbose");
  style.suppressed = style.verbose || arguments.has("show-suppressed");
  return style;
}

void complain(std::string_view severity, std::string_view text) {
  const std::string line = fmt::format("wallcheck: {}: {}\n", severity, text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int usage_error(std::string_view text, std::string_view command) {
  complain("error", text);
  const std::string hint = command.empty() ? "Try `wallcheck --help`.\n" : fmt::format("Try `wallcheck {} --help`.\n", command);
  std::fwrite(hint.data(), 1, hint.size(), stderr);
  return usage;
}

std::string for_terminal(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    out += printable(lines.substr(0, end));
    if (end < lines.size()) out += '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

int print_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return ok;
  complain("error", fmt::format("cannot write to standard output: {}", std::strerror(errno)));
  return incomplete;
}

}  // namespace wallcheck::cli
