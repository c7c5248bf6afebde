#include "cli/inputs.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include <sys/stat.h>

#include <fmt/format.h>

#include "cli/terminal.h"

namespace wallcheck::cli {

namespace fs = std::filesystem;

namespace {

class Collector {
 public:
  explicit Collector(const std::string& stdin_name) : stdin_name_(stdin_name) {}

  void operand(const std::string& path) {
    std::error_code error;
    if (path == "-") {
      if (!std::exchange(stdin_seen_, true)) inputs_.push_back({path, stdin_name_, false, {}});
    } else if (fs::is_directory(path, error)) {
      walk(path);
    } else if (is_new(path)) {
      inputs_.push_back({path, path, false, {}});
    }
  }

  std::vector<Input> take() {
    if (links_outside_ > 0)
      complain("note", fmt::format("{} symbolic link{} out of the directories that were named: not followed", links_outside_, links_outside_ == 1 ? " leads" : "s lead"));
    return std::move(inputs_);
  }

 private:
  /// Device and inode tell files apart; what cannot be asked is told apart by its name.
  bool is_new(const std::string& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return unknown_.insert(path).second;
    return seen_.emplace(status.st_dev, status.st_ino).second;
  }

  /// Depth first with a stack of our own: the depth is the disk's to choose.
  void walk(const fs::path& root) {
    std::vector<fs::path> pending{root};
    std::error_code ignored;
    const fs::path tree = fs::canonical(root, ignored);
    while (!pending.empty()) {
      const fs::path path = std::move(pending.back());
      pending.pop_back();
      std::error_code error;
      if (path == root || fs::is_directory(fs::symlink_status(path, error))) list(path, pending);
      else if (!stays_within(tree, path)) ++links_outside_;
      else if (fs::is_regular_file(path, error) && is_new(path)) inputs_.push_back({path, path, true, {}});
    }
  }

  /// Not so only for a symbolic link, followed to its end; one that has no end is none that leads out.
  static bool stays_within(const fs::path& tree, const fs::path& path) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return true;
    const fs::path real = fs::canonical(path, error);
    return error || std::mismatch(tree.begin(), tree.end(), real.begin(), real.end()).first == tree.end();
  }

  void list(const fs::path& directory, std::vector<fs::path>& pending) {
    if (!is_new(directory)) return;
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code ignored;
      const bool hidden = entry->path().filename().native().starts_with('.');
      if (!hidden || !entry->is_directory(ignored)) entries.push_back(entry->path());
    }
    if (error) inputs_.push_back({directory, directory, true, "cannot be listed: " + error.message()});
    std::ranges::sort(entries, std::greater{}, &fs::path::native);  // the stack turns it round
    pending.insert(pending.end(), entries.begin(), entries.end());
  }

  std::string stdin_name_;
  std::vector<Input> inputs_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::set<std::string> unknown_;
  bool stdin_seen_ = false;
  std::size_t links_outside_ = 0;
};

}  // namespace

std::vector<Input> collect(const std::vector<std::string>& operands, const std::string& stdin_name) {
  Collector collector(stdin_name);
  for (const std::string& path : operands) collector.operand(path);
  return collector.take();
}

}  // namespace wallcheck::cli
