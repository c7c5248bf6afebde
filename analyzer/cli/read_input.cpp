#include "cli/read_input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/source_file.h"

namespace wallcheck::cli {

namespace fs = std::filesystem;

namespace {

Unexpected<Unreadable> refused(std::string why) { return Unexpected{Unreadable{"WC905", std::move(why)}}; }
Unexpected<Unreadable> refused(int error) { return refused(fmt::format("cannot be read: {}", std::strerror(error))); }

class Descriptor {
 public:
  explicit Descriptor(int number, bool owned) : number_(number), owned_(owned) {}
  ~Descriptor() {
    if (owned_ && number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
  bool owned_;
};

/// What a thing that is neither file nor pipe is called; empty for those.
std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISBLK(mode) || S_ISCHR(mode)) return "a device";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISFIFO(mode)) return "a FIFO";
  return "";
}

}  // namespace

Result<std::string, Unreadable> read_input(const std::string& path, std::size_t limit, std::string_view budget) {
  const bool standard_input = path == "-";
  const bool handed_over = standard_input || path == "/dev/stdin" || path.starts_with("/dev/fd/");
  // Without O_NONBLOCK, opening a FIFO waits for a writer that may never come.
  const Descriptor file(standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC | (handed_over ? 0 : O_NONBLOCK)),
                        !standard_input);
  if (file.number() < 0) return refused(errno);
  struct stat status {};
  if (fstat(file.number(), &status) != 0) return refused(errno);
  const bool regular = S_ISREG(status.st_mode);
  const bool pipe = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || S_ISCHR(status.st_mode);
  if (!regular && !(handed_over && pipe)) return refused(fmt::format("is {}, not a file: not read", kind_of(status.st_mode)));

  std::string bytes;
  // One byte more than the file has, so that its end is seen without growing.
  std::size_t room = regular ? static_cast<std::size_t>(status.st_size) + 1 : 1 << 16;
  for (std::size_t used = 0;;) {
    if (used > limit)
      return Unexpected{Unreadable{"WC904", fmt::format("has more than {} bytes {}: not read", limit, limit_words(budget))}};
    if (used == bytes.size()) bytes.resize(std::min(std::max(room, used * 2), limit + 1));
    const ssize_t got = read(file.number(), bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return refused(errno);
    if (got == 0) {
      bytes.resize(used);
      return bytes;
    }
    used += static_cast<std::size_t>(got);
  }
}

Result<std::string, Unreadable> read_input_within(const std::string& directory, const std::string& path, std::size_t limit, std::string_view budget) {
  if (directory.empty()) return read_input(path, limit, budget);
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return refused(error.value());
  const fs::path tree = fs::canonical(directory, error);
  if (error || std::mismatch(tree.begin(), tree.end(), real.begin(), real.end()).first != tree.end())
    return refused(fmt::format("lies outside {} and is not read without --allow-outside", printable(directory)));
  return read_input(real, limit, budget);
}

}  // namespace wallcheck::cli
