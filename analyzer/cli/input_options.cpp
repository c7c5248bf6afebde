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
  std::vector<std::string_view> names{"auto"};
  for (const ir::Format format : all_formats) {
    if (ir::to_string(format) == name) return std::optional(format);
    names.push_back(ir::to_string(format));
  }
  return Unexpected{fmt::format("--input-format: \"{}\" is not a format{}; formats are {}", printable(name), suggestion(name, names),
                                fmt::join(names, ", "))};
}

}  // namespace

Result<std::vector<frontend::SideFile>, std::string> read_ipsets(const std::vector<std::string>& paths, const Limits& limits) {
  std::vector<frontend::SideFile> files;
  for (const std::string& path : paths) {
    auto bytes = read_input(path, limits.input_bytes);
    if (!bytes) return Unexpected{fmt::format("--ipset: {} {}", printable(path), bytes.error().why)};
    files.push_back({path, std::make_shared<const SourceFile>(path, std::move(*bytes))});
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
  auto ipsets = read_ipsets(arguments.values("ipset"), options.limits);
  if (!ipsets) return Unexpected{ipsets.error()};
  options.ipsets = std::move(*ipsets);
  return options;
}

}  // namespace wallcheck::cli
