#include "cli/inputs.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "cli/read_input.h"

using namespace wallcheck::cli;
namespace fs = std::filesystem;

namespace {

/// A directory that is gone at the end of a test, with the working directory in it meanwhile.
class Playground {
 public:
  Playground() : before_(fs::current_path()) {
    std::string pattern = fs::temp_directory_path() / "wallcheck-XXXXXX";
    path_ = mkdtemp(pattern.data());
    fs::current_path(path_);
  }
  ~Playground() {
    fs::current_path(before_);
    fs::remove_all(path_);
  }
  void file(const fs::path& path, std::string_view bytes = "x") const {
    if (path.has_parent_path()) fs::create_directories(path.parent_path());
    std::ofstream(path) << bytes;
  }

 private:
  fs::path before_, path_;
};

/// Names, those of a walk with "walk " before them.
std::vector<std::string> names(const std::vector<std::string>& operands) {
  std::vector<std::string> out;
  for (const Input& input : collect(operands, "stdin")) out.push_back((input.from_walk ? "walk " : "") + input.name + input.trouble);
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("directories are walked in order, without hidden ones, links to directories and special files") {
  const Playground playground;
  playground.file("d/b");
  playground.file("d/a/deep/z");
  playground.file("d/a/y");
  playground.file("d/c");
  playground.file("d/.hidden/no");
  playground.file("d/.file");
  playground.file("elsewhere/linked");
  fs::create_directory_symlink(fs::absolute("elsewhere"), "d/link-to-directory");
  fs::create_directory_symlink(fs::absolute("d"), "d/loop");
  fs::create_symlink(fs::absolute("elsewhere/linked"), "d/link-out");
  fs::create_symlink(fs::absolute("d/.hidden/no"), "d/link-within");
  fs::create_symlink("nowhere", "d/dangling");
  REQUIRE(mkfifo("d/fifo", 0600) == 0);
  CHECK(names({"d"}) == Names{"walk d/.file", "walk d/a/deep/z", "walk d/a/y", "walk d/b", "walk d/c", "walk d/link-within"});
  CHECK(names({"d/link-out"}) == Names{"d/link-out"});  // named by itself
  CHECK(names({"d/fifo", "d/dangling", "nowhere"}) == Names{"d/fifo", "d/dangling", "nowhere"});
}

TEST_CASE("every file once, by what it is and not by its name") {
  const Playground playground;
  playground.file("d/a");
  playground.file("d/b");
  fs::create_hard_link("d/a", "d/twin");
  CHECK(names({"d/b", "d", "./d/a", "d/../d/b", "-", "d", "-"}) == Names{"d/b", "walk d/a", "stdin"});
  CHECK(names({"gone", "gone"}) == Names{"gone"});
}

TEST_CASE("a directory deeper than any stack") {
  const Playground playground;
  fs::path path = "d";
  for (int i = 0; i < 500; ++i) path /= "n";
  playground.file(path / "file");
  CHECK(names({"d"}).size() == 1);
}

TEST_CASE("what cannot end is not read") {
  const Playground playground;
  playground.file("file", "text");
  playground.file("empty", "");
  REQUIRE(mkfifo("fifo", 0600) == 0);
  CHECK(read_input("file", 100).value() == "text");
  CHECK(read_input("file", 4).value() == "text");
  CHECK(read_input("empty", 4).value().empty());
  struct Row {
    std::string path;
    std::size_t limit;
    std::string_view code, why;
  };
  const Row rows[] = {
      {"fifo", 100, "WC905", "is a FIFO, not a file: not read"},
      {"/dev/zero", 100, "WC905", "is a device, not a file: not read"},
      {".", 100, "WC905", "is a directory, not a file: not read"},
      {"gone", 100, "WC905", "cannot be read: No such file or directory"},
      {"file", 3, "WC904", "has more than 3 bytes (limit input_bytes; --limit input_bytes=N raises it): not read"},
  };
  for (const Row& row : rows) {
    const auto bytes = read_input(row.path, row.limit);
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().code == row.code);
    CHECK(bytes.error().why == row.why);
  }
}
