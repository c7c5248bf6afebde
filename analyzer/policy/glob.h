#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wallcheck::policy {

/// A file pattern, as .gitignore users expect it (gitignore(5)), without negation:
/// `*` any characters of one name, `?` one, `[a-z]` and `[!a-z]` one of a class; `\` takes the next character as it is;
/// `**` as a whole name any number of directories, none included. A pattern with a slash before its end is anchored at the
/// config's directory, one without matches at any depth. What matches a directory matches all that is in it; a slash at the
/// end matches directories only. Letters count in their case; `{a,b}` has no special meaning.
///
/// Matching never backtracks by more than one wildcard a level, so no pattern is slow: at most (length of the pattern) x
/// (length of the path) steps for each directory of the path.
class Glob {
 public:
  /// The error is a sentence about the pattern.
  static Result<Glob, std::string> parse(std::string_view pattern);

  /// `path` is relative to the config's directory, with "/" between names and no "." or ".." in it.
  bool matches(std::string_view path) const;

 private:
  std::vector<std::string> names_;   ///< the pattern's names; "**" spans directories
  bool directories_only_ = false;
};

}  // namespace wallcheck::policy
