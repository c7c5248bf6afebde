#pragma once
// The pages of fixtures/codes/, compiled in: what `wallcheck explain` shows, and which codes exist.

#include <span>
#include <string_view>

namespace wallcheck::cli {

/// One page: fixtures/codes/NAME.md, whose first line is "# NAME: TITLE".
struct Page {
  std::string_view name;   ///< "WC101", "permitted"
  std::string_view title;
  std::string_view text;   ///< the whole file, Markdown
};

/// Sorted by name: codes first, then the verdicts that are no findings.
std::span<const Page> pages();
/// nullptr if there is none of that name.
const Page* find_page(std::string_view name);

}  // namespace wallcheck::cli
