#include "cli/input_options.h"

#include <array>

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/limit_option.h"
#include "cli/read_input.h"

namespace wallcheck::cli {

namespace {

constexpr std::array all_formats{ir::Format::iptables,  ir::Format::ip6tables, ir::Format::pf,    ir::Format::aws, ir::Format::nacl,
                                 ir::Format::cloudformation, ir::Format::terraform, ir::Format::openstack, ir::Format::azure, ir::Format::gcp};

Result<std::optional<ir::Format>, std::string> format_named(std::string_view name) {
  if (name == "auto") return std::optional<ir::Format>{};
  for (const ir::Format format : all_formats)
    if (ir::to_string(format) == name) return std::optional(format);
  const auto names = input_format_names();
  return Unexpected{fmt::format("--input-format: \"{}\" is not a format{}; formats are {}", printable(name), suggestion(name, names),
                                fmt::join(names, ", "))};
}

}  // namespace

std::vector<std::string> input_format_names() {
  std::vector<std::string> names{"auto"};
  for (const ir::Format format : all_formats) names.emplace_back(ir::to_string(format));
  return names;
}

Result<frontend::SideFile, std::string> read_side_file(std::string_view option, const std::string& path, std::string name, const Limits& limits,
                                                       const std::string& within) {
  auto bytes = read_input_within(within, path, limits.input_bytes);
  if (!bytes) return Unexpected{fmt::format("--{}: {} {}", option, printable(path), bytes.error().why)};
  return frontend::SideFile{std::move(name), std::make_shared<const SourceFile>(path, std::move(*bytes))};
}

Result<std::vector<frontend::SideFile>, std::string> read_side_files(std::string_view option, const std::vector<std::string>& paths, const Limits& limits,
                                                                     const std::string& within) {
  std::vector<frontend::SideFile> files;
  for (const std::string& path : paths) {
    auto file = read_side_file(option, path, path, limits, within);
    if (!file) return Unexpected{file.error()};
    files.push_back(std::move(*file));
  }
  return files;
}

Result<frontend::Options, std::string> input_options(const Arguments& arguments) {
  frontend::Options options;
  for (const std::string& assignment : arguments.values("limit"))
    if (const auto trouble = set_limit(options.limits, assignment)) return Unexpected{*trouble};
  auto format = format_named(arguments.value("input-format", "auto"));
  if (!format) return Unexpected{format.error()};
  options.format = *format;
  for (const auto& [option, files] : {std::pair{"ipset", &options.ipsets}, {"attachments", &options.attachments}}) {
    auto read = read_side_files(option, arguments.values(option), options.limits);
    if (!read) return Unexpected{read.error()};
    *files = std::move(*read);
  }
  for (const std::string& assignment : arguments.values("address-set")) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) return Unexpected{fmt::format("--address-set: \"{}\" is not NAME=FILE", printable(assignment))};
    auto set = read_side_file("address-set", assignment.substr(equals + 1), assignment.substr(0, equals), options.limits);
    if (!set) return Unexpected{set.error()};
    options.address_sets.push_back(std::move(*set));
  }
  if (arguments.has("nacl")) {
    const std::string path(arguments.value("nacl"));
    auto acl = read_side_file("nacl", path, path, options.limits);
    if (!acl) return Unexpected{acl.error()};
    options.network_acl = std::move(*acl);
  }
  options.groups = arguments.words("group");
  options.allow_outside = arguments.has("allow-outside");
  options.read_file = [most = options.limits.input_bytes](const std::string& path, const std::string& within) -> Result<std::string, std::string> {
    auto bytes = read_input_within(within, path == "-" ? "./-" : path, most);  // a file of that name, not standard input
    if (!bytes) return Unexpected{bytes.error().why};
    return std::move(*bytes);
  };
  return options;
}

}  // namespace wallcheck::cli
