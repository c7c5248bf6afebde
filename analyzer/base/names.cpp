#include "base/names.h"

#include <algorithm>

namespace wallcheck {
namespace {

struct ProtocolRow {
  std::string_view name;
  std::uint8_t number;
};

struct ServiceRow {
  std::string_view name;
  std::uint8_t protocol;
  std::uint16_t port;
};

#include "base/names_table.inc"

constexpr std::uint8_t ddp = 37;  // AppleTalk: not a protocol with ports of IP

static_assert(std::ranges::is_sorted(protocols_by_name, {}, &ProtocolRow::name));
static_assert(std::ranges::is_sorted(protocols_by_number, {}, &ProtocolRow::number));
static_assert(std::ranges::is_sorted(services, {}, &ServiceRow::name));

// The rows of a name stand together. (No std::ranges::equal_range: clang 14 cannot compile subranges.)
auto first_service(std::string_view name) { return std::ranges::lower_bound(services, name, {}, &ServiceRow::name); }

}  // namespace

std::optional<std::uint8_t> protocol_number(std::string_view name) {
  const auto row = std::ranges::lower_bound(protocols_by_name, name, {}, &ProtocolRow::name);
  if (row == std::end(protocols_by_name) || row->name != name) return std::nullopt;
  return row->number;
}

std::string_view protocol_name(std::uint8_t number) {
  const auto row = std::ranges::lower_bound(protocols_by_number, number, {}, &ProtocolRow::number);
  return row == std::end(protocols_by_number) || row->number != number ? std::string_view{} : row->name;
}

std::optional<std::uint16_t> service_port(std::string_view name, std::uint8_t protocol) {
  for (auto row = first_service(name); row != std::end(services) && row->name == name; ++row)
    if (row->protocol == protocol) return row->port;
  return std::nullopt;
}

std::optional<std::uint16_t> service_port(std::string_view name) {
  for (auto row = first_service(name); row != std::end(services) && row->name == name; ++row)
    if (row->protocol != ddp) return row->port;
  return std::nullopt;
}

}  // namespace wallcheck
