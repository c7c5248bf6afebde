#include "frontend/diagnostics.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck::frontend {

std::vector<Diagnostic> Diagnostics::take() {
  std::ranges::stable_sort(list_, before);
  if (dropped_ > 0)
    list_.push_back({"WC904", Severity::error, fmt::format("{} more problems are not shown {}", dropped_, limit_words("diagnostics")), {}});
  return std::move(list_);
}

}  // namespace wallcheck::frontend
