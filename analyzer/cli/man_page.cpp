#include <algorithm>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/limit_option.h"
#include "report/report.h"

namespace wallcheck::cli {

namespace {

/// Text as roff shows it: the backslash, the hyphen that is a minus when copied, and what begins a request are escaped.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else if (c == '\'' || c == '`') out += c == '\'' ? "\\(aq" : "\\(ga";
    else if (c == '^' || c == '~') out += c == '^' ? "\\(ha" : "\\(ti";
    else out += c;
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string tagged(std::string_view tag, std::string_view text) { return fmt::format(".TP\n{}\n{}\n", tag, roff(text)); }

/// The help of a command: paragraphs; lines that are set in are examples and stay as they are.
std::string paragraphs(std::string_view text) {
  std::string out;
  bool example = false, filled = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("  ") != example && !line.empty()) {
      out += example ? ".EE\n.RE\n" : (filled ? "" : ".PP\n") + std::string(".RS\n.EX\n");
      example = !example;
      filled = false;
    }
    if (line.empty()) {
      if (!example) filled = false;
      continue;
    }
    if (!example && !filled) out += ".PP\n", filled = true;
    out += roff(example ? line.substr(2) : line) + "\n";
  }
  return out + (example ? ".EE\n.RE\n" : "");
}

std::string commands_section() {
  std::string out = ".SH COMMANDS\n";
  for (const Command* command : commands()) {
    out += fmt::format(".SS wallcheck {} [OPTIONS]{}{}\n", command->name, command->operands.empty() ? "" : " ", roff(command->operands));
    out += roff(command->summary) + "\n" + paragraphs(command->text);
  }
  return out;
}

/// Each option once, with the commands that have it where not all do.
std::string options_section() {
  std::string out = ".SH OPTIONS\n";
  for (const Option& option : options()) {
    std::vector<std::string_view> names;
    for (const Command* command : commands())
      if (option.commands & command->bit) names.push_back(command->name);
    const std::string letter = option.letter ? fmt::format("\\fB\\-{}\\fR, ", option.letter) : "";
    const std::string argument = option.argument.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(option.argument));
    const std::string where = names.size() == commands().size() ? "" : fmt::format(" ({})", fmt::join(names, ", "));
    out += tagged(fmt::format("{}\\fB{}\\fR{}", letter, roff(fmt::format("--{}", option.name)), argument), std::string(option.help) + where);
  }
  return out;
}

}  // namespace

std::string man_page() {
  std::string out = fmt::format(
      ".TH WALLCHECK 1 \"{}\" \"wallcheck {}\" \"User Commands\"\n"
      ".nh\n.ad l\n"
      ".SH NAME\nwallcheck \\- prove which documented network flows a firewall file permits\n"
      ".SH SYNOPSIS\n.B wallcheck\n.I COMMAND\n.RI [ OPTIONS ]\n.RI [ OPERANDS ]\n"
      ".SH DESCRIPTION\n",
      release_date, version);
  out += paragraphs(
      "wallcheck reads firewall files (iptables-save and iptables-restore, pf.conf, the JSON of cloud firewalls) as the kernel or the\n"
      "provider would, asks for each network flow of a policy whether every packet of it passes in the documented direction, replies\n"
      "included, and answers with the rule that decides and a packet that shows it. Nothing is loaded, no packet is sent and the network\n"
      "is never used; what cannot be decided from the file is said to be so.\n").substr(4);  // no .PP behind a heading
  out += commands_section() + options_section();
  out += ".SH FORMATS\nReports of check and audit:\n";
  for (const report::Format& format : report::formats()) out += tagged(fmt::format("\\fB{}\\fR", roff(format.name)), format.description);
  out += ".SH BUDGETS\nNames for \\fB\\-\\-limit\\fR. What runs out is finding WC904 and exit status 3.\n";
  for (const LimitRow& limit : limit_rows())
    out += tagged(fmt::format("\\fB{}\\fR", roff(limit.name)), fmt::format("{} (default: {})", limit.help, get(Limits{}, limit)));
  out += ".SH EXIT STATUS\n";
  for (const ExitStatusRow& row : exit_status_rows()) out += tagged(fmt::format("\\fB{}\\fR", static_cast<int>(row.status)), row.meaning);
  out += ".SH FILES\n";
  out += tagged("\\fI.wallcheck.json\\fR", "The config: which policy, which addresses, what each file protects, what is accepted. That of the nearest "
                                            "directory above a file counts for it; the command line overrides it.");
  out += tagged("\\fI../share/wallcheck/policies\\fR", "The policy packs, looked up from the directory of the program.");
  out += ".SH ENVIRONMENT\n";
  out += tagged("\\fBWALLCHECK_POLICIES\\fR", "Directories, separated by colons, where policy packs are looked up first.");
  out += tagged("\\fBNO_COLOR\\fR, \\fBCLICOLOR_FORCE\\fR, \\fBTERM\\fR", "Whether there is colour, unless --color says so.");
  return out + ".SH SEE ALSO\n.BR iptables\\-save (8),\n.BR ip6tables\\-save (8),\n.BR ipset (8)\n";
}

}  // namespace wallcheck::cli
