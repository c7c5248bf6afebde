#pragma once
// An earlier version of a file, from git.

#include <string>

#include "base/result.h"

namespace wallcheck::cli {

/// The bytes of `path` as `git show REV:./NAME` gives them, asked in the file's own directory. git is run without a shell and without its
/// pager; at most `limit` bytes are taken. The error is a sentence: a revision that begins with "-", no git, what git said.
Result<std::string, std::string> git_show(const std::string& revision, const std::string& path, std::size_t limit);

}  // namespace wallcheck::cli
