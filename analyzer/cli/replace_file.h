#pragma once
// Writing a file in place, so that there is no moment at which it is not whole.

#include <optional>
#include <string>
#include <string_view>

namespace wallcheck::cli {

/// Puts `after` in the place of a regular file that holds `before`: a temporary file beside it, flushed to the disk, then renamed over it.
/// Mode and owner stay; of a symbolic link the file that it points to is replaced. `backup`: the old bytes are kept as FILE.orig.
/// nullopt: done. Else a sentence, and the file is as it was: it does not hold `before` any more, or the system refuses.
std::optional<std::string> replace_file(const std::string& path, std::string_view before, std::string_view after, bool backup);

/// Writes a file that does not exist yet, whole or not at all, with the mode that the process gives new files.
std::optional<std::string> create_file(const std::string& path, std::string_view bytes);

}  // namespace wallcheck::cli
