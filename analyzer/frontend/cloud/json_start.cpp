#include "frontend/cloud/json_start.h"

#include <algorithm>

namespace wallcheck::frontend::cloud {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr int lines_before = 20;
constexpr std::size_t looked_at = 1 << 20;  // bytes that detection looks at

/// `{` before a key or `}`, `[` before a value or `]`. `[0:0] -A INPUT` and `[INFO] ...` are neither.
bool begins_json(std::string_view text) {
  if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
  const bool object = text.front() == '{';
  const std::size_t next = text.find_first_not_of(blanks, 1);
  if (next == std::string_view::npos) return true;
  if (object) return text[next] == '"' || text[next] == '}';
  return text[next] == '{' || text[next] == '[' || text[next] == ']';
}

struct Sign {
  std::string_view word;
  ir::Format format;
};
/// The first one that occurs decides, so what is most particular comes first.
constexpr Sign signs[] = {
    {"\"terraform_version\"", ir::Format::terraform},
    {"\"planned_values\"", ir::Format::terraform},
    {"\"root_module\"", ir::Format::terraform},
    {"\"AWSTemplateFormatVersion\"", ir::Format::cloudformation},
    {"\"AWS::EC2::", ir::Format::cloudformation},
    {"\"IpPermissions", ir::Format::aws},
    {"\"SecurityGroupRules\"", ir::Format::aws},
    {"\"SecurityGroupRuleId\"", ir::Format::aws},
    {"\"SecurityGroups\"", ir::Format::aws},
    {"\"NetworkAclId\"", ir::Format::nacl},
    {"\"NetworkAcls\"", ir::Format::nacl},
    {"\"securityRules\"", ir::Format::azure},
    {"\"defaultSecurityRules\"", ir::Format::azure},
    {"\"destinationPortRange\"", ir::Format::azure},
    {"\"compute#firewall", ir::Format::gcp},
    {"\"IPProtocol\"", ir::Format::gcp},
    {"\"security_group_rules\"", ir::Format::openstack},
    {"\"security_groups\"", ir::Format::openstack},
    {"\"ethertype\"", ir::Format::openstack},
    {"\"Ethertype\"", ir::Format::openstack},
};

}  // namespace

std::optional<JsonStart> json_start(std::string_view bytes) {
  std::size_t at = bytes.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  const std::size_t first = bytes.find_first_not_of(blanks, at);
  if (first == std::string_view::npos) return std::nullopt;
  const char opening = bytes[first];
  at = first;
  for (int line = 0; line < lines_before && at < bytes.size(); ++line) {
    const std::size_t begin = std::min(bytes.find_first_not_of(" \t", at), bytes.size());
    if (begins_json(bytes.substr(begin))) return JsonStart{static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(begin)};
    const std::size_t end = bytes.find('\n', begin);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  // What begins like JSON is told as damaged JSON.
  if (opening == '{' || opening == '[') return JsonStart{static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(first)};
  return std::nullopt;
}

bool begins_with_json(std::string_view bytes) {
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  bytes.remove_prefix(std::min(bytes.find_first_not_of(blanks), bytes.size()));
  return begins_json(bytes);
}

std::optional<ir::Format> detect_cloud(std::string_view bytes) {
  if (!json_start(bytes)) return std::nullopt;
  bytes = bytes.substr(0, looked_at);
  std::size_t best = std::size(signs);
  for (std::size_t quote = bytes.find('"'); quote != std::string_view::npos && best > 0; quote = bytes.find('"', quote + 1)) {
    const std::string_view here = bytes.substr(quote);
    const auto end = std::begin(signs) + static_cast<std::ptrdiff_t>(best);
    const auto found = std::find_if(std::begin(signs), end, [&](const Sign& sign) { return here.starts_with(sign.word); });
    best = static_cast<std::size_t>(found - std::begin(signs));
  }
  return best == std::size(signs) ? std::nullopt : std::optional(signs[best].format);
}

}  // namespace wallcheck::frontend::cloud
