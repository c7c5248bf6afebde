#pragma once
// Inputs for tests that feed front-ends with what nobody would write: lines of the fixtures with some damage.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace wallcheck::tests {

namespace fs = std::filesystem;

inline std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The bytes of every file under fixtures/, in the order of their names.
inline std::vector<std::string> fixtures() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(WALLCHECK_SOURCE_DIR) / "fixtures"))
    if (entry.is_regular_file()) paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::string> files;
  for (const fs::path& path : paths) files.push_back(read(path));
  return files;
}

/// A few lines of a fixture with some damage.
class Damage {
 public:
  Damage(const std::vector<std::string>& files, std::uint64_t seed) : random_(seed) {
    for (const std::string& file : files)
      for (std::size_t begin = 0; begin < file.size();) {
        const std::size_t end = std::min(file.find('\n', begin), file.size() - 1) + 1;
        if (end - begin < 400) lines_.push_back(file.substr(begin, end - begin));
        begin = end;
      }
  }

  std::string next() {
    static const std::vector<std::string> pieces = {"\"", "\\",  "!",  "\n", "\r",  "\r\n", std::string(1, '\0'), "*",  ":", "#", "[1:2]", "[", " ",
                                                    "\t", "-A ", "-F", "-X", "COMMIT", "COMMIT\n", "\n\n", "\xe9", "--", "\"a b\" ", "\n-A"};
    std::string text;
    for (std::size_t n = 1 + below(4); n > 0; --n) text += lines_[below(lines_.size())];
    for (std::size_t n = below(6); n > 0; --n) {
      const std::size_t at = below(text.size() + 1);
      switch (below(5)) {
        case 0: text.insert(at, pieces[below(pieces.size())]); break;
        case 1: text.erase(at, 1 + below(8)); break;
        case 2: text.insert(at, 1, static_cast<char>(below(256))); break;
        case 3: if (at < text.size()) text[at] = static_cast<char>(below(256)); break;
        default: text.resize(at);
      }
    }
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  std::mt19937_64 random_;
  std::vector<std::string> lines_;
};

}  // namespace wallcheck::tests
