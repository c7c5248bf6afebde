#include "cli/git_show.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/limits.h"
#include "base/source_file.h"

extern char** environ;

namespace wallcheck::cli {

namespace {

namespace fs = std::filesystem;

/// A pipe whose ends close themselves.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() { if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe"); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() { close_end(0), close_end(1); }
  void close_end(std::size_t i) { if (ends[i] >= 0) close(std::exchange(ends[i], -1)); }
};

std::string first_line(std::string_view text) { return printable(text.substr(0, text.find('\n'))); }

}  // namespace

Result<std::string, std::string> git_show(const std::string& revision, const std::string& path, std::size_t limit) {
  if (revision.empty() || revision.front() == '-') return Unexpected{fmt::format("--base: \"{}\" is not a revision", printable(revision))};
  const fs::path file(path);
  const std::string directory = file.has_parent_path() ? file.parent_path().native() : ".";
  const std::string object = revision + ":./" + file.filename().native();
  std::array<std::string, 6> words{"git", "-C", directory, "--no-pager", "show", object};
  std::array<char*, 7> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();

  Pipe out;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDERR_FILENO);
  pid_t child = 0;
  const int trouble = posix_spawnp(&child, "git", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (trouble != 0) return Unexpected{fmt::format("--base: git cannot be run: {}", std::strerror(trouble))};
  out.close_end(1);
  std::string bytes;
  std::array<char, 65536> buffer;
  for (ssize_t got = 0; bytes.size() <= limit && ((got = read(out.ends[0], buffer.data(), buffer.size())) > 0 || (got < 0 && errno == EINTR));)
    if (got > 0) bytes.append(buffer.data(), static_cast<std::size_t>(got));
  out.close_end(0);  // git ends if there is more
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (bytes.size() > limit) return Unexpected{fmt::format("--base: {} has more than {} bytes {}", printable(object), limit, limit_words("input_bytes"))};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Unexpected{fmt::format("--base: git show {}: {}", printable(object), first_line(bytes))};
  return bytes;
}

}  // namespace wallcheck::cli
