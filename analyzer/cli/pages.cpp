#include "cli/pages.h"

#include <algorithm>
#include <array>

namespace wallcheck::cli {

namespace {

consteval Page embedded(std::string_view file, std::string_view text, std::string_view) {
  const std::string_view name = file.substr(0, file.rfind(".md"));
  const std::size_t title = name.size() + 4;  // "# NAME: "
  if (!text.starts_with("# ") || text.substr(2, name.size()) != name || text.substr(2 + name.size(), 2) != ": ")
    throw "the first line of a page is `# NAME: TITLE`";
  return {name, text.substr(title, text.find('\n') - title), text};
}

constexpr std::array table = std::to_array<Page>({
#include "pages.inc"
});

static_assert(std::ranges::is_sorted(table, {}, &Page::name));

}  // namespace

std::span<const Page> pages() { return table; }

std::span<const Page> code_pages() {
  const auto end = std::ranges::find_if(table, [](const Page& page) { return !page.name.starts_with("WC"); });
  return {table.begin(), end};
}

const Page* find_page(std::string_view name) {
  const auto row = std::ranges::find(table, name, &Page::name);
  return row == table.end() ? nullptr : &*row;
}

}  // namespace wallcheck::cli
