#include "base/limits.h"

#include <fmt/format.h>

namespace wallcheck {

std::string limit_words(std::string_view budget) { return fmt::format("(limit {0}; --limit {0}=N raises it)", budget); }

std::string stop_words(const Stop& stop) {
  if (stop.why() == Stop::Why::interrupted) return "interrupted";
  return "no time is left " + limit_words("wall_time");
}

}  // namespace wallcheck
