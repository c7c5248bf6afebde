#pragma once
// Services that are better not offered to everybody: what exposure audits look for, and columns of the matrix besides the policy's own.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/diagnostic.h"

namespace wallcheck::check::audit {

struct Listener {
  std::string_view code;      ///< of the finding if the world can open it
  std::string_view name;
  std::uint8_t protocol;
  std::uint16_t first, last;  ///< ports
  Severity severity;
};

std::span<const Listener> listeners();

}  // namespace wallcheck::check::audit
