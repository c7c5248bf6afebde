#include "cli/replace_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/source_file.h"
#include "cli/read_input.h"

namespace wallcheck::cli {

namespace {

std::string failure(std::string_view what, const std::string& path) {
  return fmt::format("cannot {} {}: {}", what, printable(path), std::strerror(errno));
}

/// A file that is gone again unless it was renamed.
class Temporary {
 public:
  explicit Temporary(const std::string& beside) : path_(beside + ".wallcheck-XXXXXX"), number_(mkostemp(path_.data(), O_CLOEXEC)) {}
  ~Temporary() {
    if (number_ < 0) return;
    close(number_);
    if (!renamed_) unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  /// The bytes, safely on the disk, with the mode and owner of `like`. Else why not.
  std::optional<std::string> fill(std::string_view bytes, const struct stat& like) {
    if (number_ < 0) return failure("write beside", path_);
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t count = write(number_, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failure("write", path_);
      done += static_cast<std::size_t>(count);
    }
    struct stat mine {};
    if (fstat(number_, &mine) != 0) return failure("read", path_);
    if ((mine.st_uid != like.st_uid || mine.st_gid != like.st_gid) && fchown(number_, like.st_uid, like.st_gid) != 0)
      return failure("keep the owner of", path_);
    if (fchmod(number_, like.st_mode & 07777) != 0) return failure("keep the mode of", path_);
    if (fsync(number_) != 0) return failure("write", path_);
    return std::nullopt;
  }

  std::optional<std::string> rename_to(const std::string& path) {
    if (rename(path_.c_str(), path.c_str()) != 0) return failure("replace", path);
    renamed_ = true;
    return std::nullopt;
  }

 private:
  std::string path_;
  int number_;
  bool renamed_ = false;
};

bool same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

void flush_directory(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().native();
  const int number = open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (number < 0) return;
  fsync(number);
  close(number);
}

}  // namespace

std::optional<std::string> create_file(const std::string& path, std::string_view bytes) {
  Temporary next(path);
  struct stat like {};
  like.st_uid = geteuid();
  like.st_gid = getegid();
  const mode_t mask = umask(0);  // can only be read by setting it
  umask(mask);
  like.st_mode = 0664 & ~mask;  // never for all the world to write
  if (auto trouble = next.fill(bytes, like)) return trouble;
  if (auto trouble = next.rename_to(path)) return trouble;
  flush_directory(path);
  return std::nullopt;
}

std::optional<std::string> replace_file(const std::string& path, std::string_view before, std::string_view after, bool backup) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  if (!real) return failure("find", path);
  const std::string target = real.get();
  struct stat was {};
  if (stat(target.c_str(), &was) != 0) return failure("read", path);
  if (!S_ISREG(was.st_mode)) return fmt::format("{} is not a regular file: not written", printable(path));
  const std::string changed = fmt::format("{} was changed meanwhile: not written", printable(path));
  const auto bytes = read_input(target, before.size() + 1);
  if (!bytes || *bytes != before) return changed;

  Temporary next(target);
  if (auto trouble = next.fill(after, was)) return trouble;
  if (backup) {
    Temporary old(target);
    if (auto trouble = old.fill(before, was)) return trouble;
    if (auto trouble = old.rename_to(target + ".orig")) return trouble;
  }
  struct stat is {};
  if (stat(target.c_str(), &is) != 0 || !same(was, is)) return changed;
  if (auto trouble = next.rename_to(target)) return trouble;
  flush_directory(target);
  return std::nullopt;
}

}  // namespace wallcheck::cli
