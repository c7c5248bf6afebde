#include "policy/directive.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"
#include "policy/json.h"

namespace wallcheck::policy {

namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(separators); at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(separators, end);
  }
  return words;
}

/// One directive being read.
class Reader {
 public:
  Reader(std::string_view text, std::string_view comment, Span where) : text_(text), where_(where), offset_(comment.find(text)) {}

  DirectiveMeaning read() {
    const auto words = split(text_, blanks);
    if (words.empty()) error(text_, "nothing follows \"wallcheck:\"");
    else if (words.front() == "ignore") ignore(words);
    else if (const auto late = std::ranges::find(words, "ignore"); late != words.end()) error(*late, "\"ignore\" needs a comment of its own");
    else
      for (const std::string_view word : words) setting(word);
    return std::move(meaning_);
  }

 private:
  /// `word` is a part of text_.
  void error(std::string_view word, std::string message) {
    Span where = where_;
    if (offset_ != std::string_view::npos && !word.empty()) {
      where.begin += static_cast<std::uint32_t>(offset_ + static_cast<std::size_t>(word.data() - text_.data()));
      where.end = where.begin + static_cast<std::uint32_t>(word.size());
    }
    meaning_.diagnostics.push_back({.code = std::string(code::directive), .message = std::move(message), .where = where});
  }

  void setting(std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string_view key = word.substr(0, equals);
    if (equals == word.npos) return error(word, fmt::format("{} is neither KEY=VALUE nor \"ignore\"{}", in_quotes(word), suggestion(word, {"ignore"})));
    const std::string_view value = word.substr(equals + 1);
    SiteChoice& site = meaning_.site;
    if (key == "role") {
      if (!is_id(value)) return error(word, fmt::format("role={} names no role", printable(value)));
      if (site.role) return error(word, "the role is said twice");
      site.role = value;
    } else if (key == "position") {
      const auto position = parse_position(value);
      if (!position) return error(word, position.error());
      if (site.position) return error(word, "the position is said twice");
      site.position = *position;
    } else if (key == "inside" || key == "outside") {
      auto& interfaces = key == "inside" ? site.inside : site.outside;
      const auto names = split(value, ",");
      if (names.empty()) return error(word, fmt::format("{} names no interface", in_quotes(word)));
      interfaces.insert(interfaces.end(), names.begin(), names.end());
    } else {
      error(word, fmt::format("unknown key {}{}", in_quotes(key), suggestion(key, {"role", "position", "inside", "outside"})));
    }
  }

  void ignore(const std::vector<std::string_view>& words) {
    Suppression suppression{.codes = {}, .reason = "", .until = std::nullopt, .where = where_};
    bool broken = false;
    if (words.size() < 2) return error(words.front(), "\"ignore\" needs a finding's code and a reason");
    for (const std::string_view name : split(words[1], ",")) {
      if (is_code(name)) suppression.codes.emplace_back(name);
      else error(name, fmt::format("{} is not a finding's code such as WC301", in_quotes(name))), broken = true;
    }
    for (std::size_t i = 2; i < words.size(); ++i) {
      if (!words[i].starts_with("until=")) {
        suppression.reason += (suppression.reason.empty() ? "" : " ") + std::string(words[i]);
        continue;
      }
      const auto date = parse_date(words[i].substr(6));
      if (!date) error(words[i], date.error()), broken = true;
      else if (suppression.until) error(words[i], "until is said twice"), broken = true;
      else suppression.until = *date;
    }
    if (suppression.reason.empty() && !broken) error(words[1], fmt::format("ignoring {} needs a reason", printable(words[1]))), broken = true;
    if (!broken && !suppression.codes.empty()) meaning_.suppression = std::move(suppression);
  }

  std::string_view text_;
  Span where_;
  std::size_t offset_;
  DirectiveMeaning meaning_;
};

}  // namespace

void choose(Site& site, const SiteChoice& choice, std::string_view chosen_by) {
  if (choice.role) site.role = *choice.role;
  if (choice.position) site.position = *choice.position;
  if (!choice.inside.empty()) site.inside = choice.inside;
  if (!choice.outside.empty()) site.outside = choice.outside;
  if (choice.says_something()) site.chosen_by = chosen_by;
}

bool Suppression::covers(std::string_view code) const { return std::ranges::find(codes, code) != codes.end(); }

DirectiveMeaning parse_directive(std::string_view text, std::string_view comment, Span where) { return Reader(text, comment, where).read(); }

}  // namespace wallcheck::policy
