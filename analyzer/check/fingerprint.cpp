#include "check/fingerprint.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

namespace wallcheck::check {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// "[12:3456]": the counters that iptables-save -c puts before a rule, and always after a chain's policy.
bool is_counters(std::string_view word) {
  if (word.size() < 5 || word.front() != '[' || word.back() != ']') return false;
  const std::string_view inside = word.substr(1, word.size() - 2);
  return inside.find_first_not_of("0123456789:") == std::string_view::npos && std::ranges::count(inside, ':') == 1;
}

/// Words with one blank between them, without counters.
std::string normalised(std::string_view text) {
  std::string out;
  for (std::size_t at = text.find_first_not_of(blanks); at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
    if (const std::string_view word = text.substr(at, end - at); !is_counters(word)) out.append(out.empty() ? "" : " ").append(word);
    at = text.find_first_not_of(blanks, end);
  }
  return out;
}

std::string digest(std::string_view key) {
  static const boost::uuids::name_generator_sha1 make(boost::uuids::ns::url());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : make(std::string("wallcheck:finding:").append(key))) out.append({digits[byte >> 4], digits[byte & 15]});
  return out;
}

}  // namespace

std::string rule_text(const Sources& sources, Span where) {
  const bool whole_file = where.empty() && where.begin == 0;
  if (whole_file || where.file >= sources.size() || !sources[where.file]) return {};
  const SourceFile& source = *sources[where.file];
  const std::string_view line = source.line_at(where.begin);
  const std::string_view text = source.text(where);
  // Its whole line, since a span may be one word of a rule. What spans several lines (a rule in JSON), or stands on a line that
  // holds a whole document, is itself.
  constexpr std::size_t longest_line = 1000;
  return normalised(line.size() <= longest_line && text.find('\n') == std::string_view::npos ? line : text);
}

std::vector<std::vector<std::string>> fingerprints(const FileResult& result, std::string_view path) {
  std::map<std::string, unsigned> seen;
  std::vector<std::vector<std::string>> all;
  for (const SiteResult& site : result.sites) {
    std::vector<std::string>& prints = all.emplace_back();
    for (const Finding& finding : site.findings) {
      const Span where = finding.diagnostic.where;
      const bool included = where.file != 0 && where.file < result.sources.size() && result.sources[where.file];
      std::string key;  // NUL stands in no path, code, flow or line of a readable file: parts cannot run into each other
      for (const std::string& part : {std::string(path), site.group, finding.diagnostic.code, finding.flow,
                                      included ? result.sources[where.file]->path() : std::string{}, rule_text(result.sources, where)})
        key.append(part).push_back('\0');
      const unsigned number = ++seen[key];
      prints.push_back(digest(key + std::to_string(number)));
    }
  }
  return all;
}

void set_fingerprints(FileResult& result) {
  const auto all = fingerprints(result, std::filesystem::path(result.path).lexically_normal().generic_string());
  for (std::size_t site = 0; site < all.size(); ++site)
    for (std::size_t i = 0; i < all[site].size(); ++i) result.sites[site].findings[i].fingerprint = all[site][i];
}

}  // namespace wallcheck::check
