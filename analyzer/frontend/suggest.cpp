#include "frontend/suggest.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/source_file.h"

namespace wallcheck::frontend {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Optimal string alignment distance, in halves: a letter in the other case costs one, everything else two.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = 2 * j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = 2 * i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = a[i - 1] == b[j - 1] ? 0 : lower(a[i - 1]) == lower(b[j - 1]) ? 1 : 2;
      row[j] = std::min({last[j] + 2, row[j - 1] + 2, last[j - 1] + replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 2);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

void Suggestion::consider(std::string_view candidate) {
  const std::size_t difference = 2 * (word_.size() > candidate.size() ? word_.size() - candidate.size() : candidate.size() - word_.size());
  if (word_.size() > 64 || candidate.size() > 64 || difference >= best_distance_) return;
  if (const std::size_t d = distance(word_, candidate); d < best_distance_) {
    best_distance_ = d;
    best_ = candidate;
  }
}

std::string Suggestion::text(std::string_view before) const {
  if (best_.empty()) return {};
  return "; did you mean \"" + std::string(before) + printable(best_) + "\"?";
}

}  // namespace wallcheck::frontend
