#include "frontend/names.h"

#include <algorithm>
#include <tuple>

namespace wallcheck::frontend {
namespace {

struct Protocol {
  std::string_view name;
  std::uint8_t number;
};
struct Service {
  std::string_view name;
  std::uint8_t protocol;
  std::uint16_t port;
};

#include "frontend/names_data.inc"

}  // namespace

std::optional<std::uint8_t> protocol_number(std::string_view name) {
  const auto* found = std::ranges::lower_bound(protocols, name, {}, &Protocol::name);
  if (found == std::end(protocols) || found->name != name) return std::nullopt;
  return found->number;
}

std::string_view protocol_name(std::uint8_t number) {
  const auto* found = std::ranges::lower_bound(protocol_names, number, {}, &Protocol::number);
  return found != std::end(protocol_names) && found->number == number ? found->name : std::string_view();
}

std::optional<std::uint16_t> service_port(std::string_view name, std::uint8_t protocol) {
  const auto key = [](const Service& s) { return std::tuple(s.name, s.protocol); };
  const auto* found = std::ranges::lower_bound(services, std::tuple(name, protocol), {}, key);
  if (found == std::end(services) || found->name != name || found->protocol != protocol) return std::nullopt;
  return found->port;
}

}  // namespace wallcheck::frontend
