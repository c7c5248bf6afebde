#pragma once
// The pages of fixtures/codes/, compiled in: what `wallcheck explain` shows, and which codes exist.

#include <span>
#include <string_view>

#include "report/report.h"

namespace wallcheck::cli {

using report::Page;

/// One a file fixtures/codes/NAME.md, sorted by name: codes first, then the verdicts that are no findings.
std::span<const Page> pages();
/// Those of finding codes.
std::span<const Page> code_pages();
/// nullptr if there is none of that name.
const Page* find_page(std::string_view name);

}  // namespace wallcheck::cli
