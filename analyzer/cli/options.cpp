#include "cli/options.h"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "base/source_file.h"
#include "base/suggest.h"

namespace wallcheck::cli {

namespace po = boost::program_options;

namespace {

constexpr std::array table = std::to_array<Option>({
    {"policy", 0, "ID|FILE", "policy pack to check against (default: rightscale, or the config's)", on_sites, false},
    {"role", 0, "ROLE", "what the file protects, a role of the policy (default: cloud)", on_sites, false},
    {"position", 0, "host|gateway", "where the file stands: on that host or on a gateway before it (default: host)", on_sites, false},
    {"inside", 0, "IFACE", "gateway: an interface towards the role's hosts", on_sites, true},
    {"outside", 0, "IFACE", "gateway: an interface towards the rest of the world", on_sites, true},
    {"role-address", 0, "ROLE=CIDR[,CIDR]", "addresses of a role that the policy leaves open", on_sites, true},
    {"environment", 0, "NAME", "check the flows of this environment only: aws, openstack, cloudstack, vsphere, azure, gcp", on_sites, true},
    {"input-format", 0, "FORMAT", "auto, or the format if detection by content should not decide", on_input, false},
    {"stdin-filename", 0, "NAME", "the name to report for `-`", on_input, false},
    {"ipset", 0, "FILE", "output of `ipset save`: the members of the sets that rules name", on_input, true},
    {"address-set", 0, "NAME=FILE", "who is in a named set, pf table, interface (em0, em0:network) or behind a host name: networks, or a provider's JSON", on_input, true},
    {"group", 0, "ID", "security groups that are attached together: one site, their union (GCP: target tags)", on_input, true},
    {"nacl", 0, "FILE", "the AWS network ACL in front of the security groups", on_input, false},
    {"attachments", 0, "FILE", "output of describe-network-interfaces or describe-instances: what is attached together", on_input, true},
    {"allow-outside", 0, "", "read included files and tables also outside the file's own directory tree", on_input, false},
    {"config", 0, "FILE", "read this config instead of the nearest .wallcheck.json", on_sites, false},
    {"closed", 0, "", "what no documented flow explains is a finding too (WC120), as if the policy said \"closed\": true", on_check | on_audit, false},
    {"matrix", 0, "", "also a table of roles and services: who may open what, in both directions", on_audit, false},
    {"isolated", 0, "", "read no config (trace never reads one)", on_sites | on_trace, false},
    {"packet", 0, "PACKET", "a packet in words, e.g. 'udp 10.0.0.5:40000 > 54.225.248.130:3011 out eth0 new'", on_trace, true},
    {"packets", 0, "FILE|-", "a JSON array of packets", on_trace, false},
    {"expand", 0, "", "pf.conf: print the rules after macros and lists are expanded, as pfctl -sr would", on_trace, false},
    {"format", 'f', "FORMAT[=PATH]", "how to report, see below; with =PATH into a file", on_files, true},
    {"format", 'f', "text|json|markdown", "how to print (default: text)", on_diff, false},
    {"base", 0, "REV", "the old version is FILE as git has it in this revision", on_diff, false},
    {"format", 'f', "text|json", "how to print (default: text)", on_trace | on_policy | on_explain, false},
    {"report-date", 0, "YYYY-MM-DD", "the date that an html report bears (default: SOURCE_DATE_EPOCH, else today)", on_files, false},
    {"select", 0, "CODES", "only findings whose code begins so, e.g. WC1,WC201; WC9xx (input) always stay", on_files, true},
    {"ignore", 0, "CODES", "without findings whose code begins so; WC9xx (input) always stay", on_files, true},
    {"fail-on", 0, "error|warning|note|never", "the least severity that makes the exit status 1 (default: error)", on_files, false},
    {"baseline", 0, "FILE", "findings that are in this file do not count; what is in it and no longer found is a finding (WC913)", on_files, false},
    {"write-baseline", 0, "", "write what is found now to the --baseline FILE; reasons given there stay", on_files, false},
    {"show-suppressed", 0, "", "also list what is accepted, by comment, config or baseline, with its reason (json always does)", on_files, false},
    {"limit", 0, "NAME=VALUE", "raise or lower a budget, see below", on_input, true},
    {"flow", 0, "ID", "fix this flow of the policy only", on_fix, true},
    {"verdict", 0, "VERDICT", "fix flows with this verdict only: reply-blocked, partial, reversed, blocked, conditional...", on_fix, true},
    {"write", 'w', "", "change the file itself: whole or not at all, mode and owner kept", on_fix, false},
    {"backup", 0, "", "with --write: keep the old file as FILE.orig", on_fix, false},
    {"interactive", 'i', "", "show each fix and ask before it counts", on_fix, false},
    {"explain", 0, "", "say in sentences what is blocked, by which rule, what the change is and what it opens", on_fix, false},
    {"jobs", 'j', "N", "threads: files analysed at the same time, parts of a long one audited (default: one a core)", on_files, false},
    {"color", 0, "auto|always|never", "colour (default: auto, which respects NO_COLOR and CLICOLOR_FORCE)", on_reading, false},
    {"quiet", 'q', "", "findings only: no table of flows, no totals", on_files, false},
    {"verbose", 'v', "", "also the proof of what is permitted, what is suppressed, and which files were passed over", on_files, false},
    {"progress", 0, "auto|never", "after a second, show on a terminal how far it is (default: auto)", on_files, false},
    {"stats", 0, "", "totals of rules, time and memory, on standard error", on_files, false},
    {"help", 'h', "", "this text", on_all, false},
});

po::options_description described(const Command& command) {
  po::options_description description;
  for (const Option& option : table) {
    if (!(option.commands & command.bit)) continue;
    const std::string name = option.letter ? fmt::format("{},{}", option.name, option.letter) : std::string(option.name);
    if (option.argument.empty()) description.add_options()(name.c_str(), "");
    else description.add_options()(name.c_str(), po::value<std::vector<std::string>>()->composing(), "");
  }
  return description;
}

/// The option that a message is about, as its user typed it: "--polcy".
std::string typed(const po::error_with_option_name& error) {
  const std::string name = error.get_option_name();
  return printable(name.substr(0, name.find('=')));
}

std::optional<std::string> wrong_choice(const Command& command, const std::string& name, const std::vector<std::string>& values) {
  const auto row = std::ranges::find_if(table, [&](const Option& option) { return (option.commands & command.bit) && option.name == name; });
  const auto words = choices(*row);
  for (const std::string& value : values)
    if (!words.empty() && std::ranges::find(words, value) == words.end())
      return fmt::format("--{} needs one of {}, not \"{}\"{}", name, fmt::join(words, ", "), printable(value), suggestion(value, words));
  return std::nullopt;
}

std::string unknown_option(const Command& command, const std::string& word) {
  std::vector<std::string_view> names;
  for (const Option& option : table)
    if (option.commands & command.bit) names.push_back(option.name);
  const std::string meant = did_you_mean(std::string_view(word).substr(std::min(word.find_first_not_of('-'), word.size())), names);
  return fmt::format("{} is not an option of `wallcheck {}`{}", word, command.name,
                     meant.empty() ? "" : "; did you mean --" + meant + "?");
}

}  // namespace

std::span<const Option> options() { return table; }

std::vector<std::string_view> choices(const Option& option) {
  std::vector<std::string_view> words;
  if (option.argument.find_first_not_of("abcdefghijklmnopqrstuvwxyz|") != std::string_view::npos) return words;
  for (std::size_t at = 0; at < option.argument.size();) {
    const std::size_t bar = std::min(option.argument.find('|', at), option.argument.size());
    words.push_back(option.argument.substr(at, bar - at));
    at = bar + 1;
  }
  return words;
}

const Command* command(std::string_view name) {
  const auto row = std::ranges::find(commands(), name, &Command::name);
  return row == commands().end() ? nullptr : *row;
}

std::string_view Arguments::value(std::string_view option, std::string_view otherwise) const {
  const auto found = values_.find(option);
  return found == values_.end() || found->second.empty() ? otherwise : std::string_view(found->second.back());
}

const std::vector<std::string>& Arguments::values(std::string_view option) const {
  static const std::vector<std::string> no_values;
  const auto found = values_.find(option);
  return found == values_.end() ? no_values : found->second;
}

std::vector<std::string> Arguments::words(std::string_view option) const {
  std::vector<std::string> out;
  for (const std::string& value : values(option))
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t comma = std::min(value.find(',', at), value.size());
      if (comma > at) out.push_back(value.substr(at, comma - at));
      at = comma + 1;
    }
  return out;
}

Result<Arguments, std::string> parse(const Command& command, std::span<const std::string> words) {
  using enum po::command_line_style::style_t;
  constexpr int style = allow_long | allow_short | allow_dash_for_short | long_allow_next | long_allow_adjacent | short_allow_next |
                        short_allow_adjacent | allow_sticky;  // all of unix_style but abbreviated names
  Arguments arguments;
  try {
    const po::options_description description = described(command);
    const po::positional_options_description operands = po::positional_options_description().add("operand", -1);
    const auto parsed = po::command_line_parser({words.begin(), words.end()}).options(description).positional(operands).style(style).run();
    for (const auto& option : parsed.options) {
      if (option.position_key >= 0) {
        arguments.operands.insert(arguments.operands.end(), option.value.begin(), option.value.end());
        continue;
      }
      if (const auto wrong = wrong_choice(command, option.string_key, option.value)) return Unexpected{*wrong};
      auto& values = arguments.values_[option.string_key];
      values.insert(values.end(), option.value.begin(), option.value.end());
    }
  } catch (const po::unknown_option& error) {
    return Unexpected{unknown_option(command, typed(error))};
  } catch (const po::error& error) {
    return Unexpected{printable(error.what())};
  }
  return arguments;
}

}  // namespace wallcheck::cli
