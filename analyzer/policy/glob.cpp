#include "policy/glob.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "policy/json.h"

namespace wallcheck::policy {

namespace {

constexpr std::string_view any_directories = "**";

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) names.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

/// Length of the class "[...]" at the start of `pattern`, 0 if it has no end. "]" as its first member is a member.
std::size_t class_length(std::string_view pattern) {
  std::size_t at = 1;
  if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
  for (const std::size_t first = at; at < pattern.size(); ++at) {
    if (pattern[at] == ']' && at > first) return at + 1;
    if (pattern[at] == '\\') ++at;
  }
  return 0;
}

bool in_class(std::string_view members, char c) {
  members = members.substr(1, members.size() - 2);
  const bool inverted = members.front() == '!' || members.front() == '^';
  if (inverted) members.remove_prefix(1);
  bool found = false;
  const auto next = [&members] {
    if (members.size() > 1 && members.front() == '\\') members.remove_prefix(1);
    const auto member = static_cast<unsigned char>(members.front());
    members.remove_prefix(1);
    return member;
  };
  const auto byte = static_cast<unsigned char>(c);
  while (!members.empty()) {
    const unsigned char first = next();
    unsigned char last = first;
    if (members.size() > 1 && members.front() == '-') members.remove_prefix(1), last = next();
    found = found || (byte >= first && byte <= last);
  }
  return found != inverted;
}

/// Does the pattern's next element, which is not `*`, take `c`? `length` becomes the element's own length.
bool takes(std::string_view pattern, char c, std::size_t& length) {
  length = 1;
  if (pattern.front() == '?') return true;
  if (pattern.front() == '[') return length = class_length(pattern), in_class(pattern.substr(0, length), c);
  if (pattern.front() == '\\') return length = 2, pattern[1] == c;
  return pattern.front() == c;
}

/// One name against one pattern without slashes. On a mismatch only the last `*` takes one character more: what stood
/// before it has matched as early as it can, which leaves the most to the rest.
bool name_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = pattern.npos, star_name = 0, length = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') star = p++, star_name = n;
    else if (p < pattern.size() && takes(pattern.substr(p), name[n], length)) p += length, ++n;
    else if (star != pattern.npos) p = star + 1, n = ++star_name;
    else return false;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

/// The same one level up: `**` is the star and names are the characters.
bool path_matches(std::span<const std::string> pattern, std::span<const std::string_view> path) {
  std::size_t p = 0, n = 0, star = pattern.size(), star_name = 0;
  bool starred = false;
  while (n < path.size()) {
    if (p < pattern.size() && pattern[p] == any_directories) starred = true, star = p++, star_name = n;
    else if (p < pattern.size() && name_matches(pattern[p], path[n])) ++p, ++n;
    else if (starred) p = star + 1, n = ++star_name;
    else return false;
  }
  return p == pattern.size();  // a `**` at the end stands for something in the directory, not for the directory itself
}

}  // namespace

Result<Glob, std::string> Glob::parse(std::string_view pattern) {
  if (pattern.empty()) return Unexpected{std::string("an empty pattern matches nothing")};
  if (pattern.front() == '!') return Unexpected{fmt::format("{} is negated: the last entry that matches counts, so put exceptions after", in_quotes(pattern))};
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      if (++at == pattern.size()) return Unexpected{fmt::format("{} ends in a \"\\\" that takes no character", in_quotes(pattern))};
      if (pattern[at] == '/') return Unexpected{fmt::format("{} has a \"\\\" before a \"/\", which no name has in it", in_quotes(pattern))};
    } else if (pattern[at] == '[') {
      const std::size_t length = class_length(pattern.substr(at));
      if (length == 0 || pattern.substr(at, length).find('/') != pattern.npos)
        return Unexpected{fmt::format("{} has a \"[\" without its \"]\"", in_quotes(pattern))};
      at += length - 1;
    }
  }
  Glob glob;
  for (const std::string_view name : split(pattern)) {
    if (name == "." || name == "..") return Unexpected{fmt::format("{} has \"{}\" in it: patterns are relative to the config's directory", in_quotes(pattern), name)};
    glob.names_.emplace_back(name);
  }
  if (glob.names_.empty()) return Unexpected{fmt::format("{} names nothing", in_quotes(pattern))};
  glob.directories_only_ = pattern.back() == '/';
  const std::size_t slash = pattern.find('/');
  if (slash == pattern.npos || slash == pattern.size() - 1) glob.names_.emplace(glob.names_.begin(), any_directories);
  return glob;
}

bool Glob::matches(std::string_view path) const {
  const auto names = split(path);
  const std::size_t most = names.size() - (directories_only_ && !names.empty() ? 1 : 0);
  for (std::size_t count = 1; count <= most; ++count)
    if (path_matches(names_, std::span(names).first(count))) return true;
  return false;
}

}  // namespace wallcheck::policy
