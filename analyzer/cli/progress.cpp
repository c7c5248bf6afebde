#include "cli/progress.h"

#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/source_file.h"
#include "report/terminal_text.h"

namespace wallcheck::cli {

namespace {

constexpr std::chrono::milliseconds patience{1000}, period{200};

void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

/// One column less than the window has: a full line would wrap on some terminals.
std::size_t room() {
  winsize window{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 20 ? window.ws_col - 1u : 79;
}

}  // namespace

Progress::Progress(std::size_t files, bool wanted) : files_(files), on_(wanted && isatty(STDERR_FILENO) == 1) {
  if (on_) watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

Progress::~Progress() {
  if (!on_) return;
  watcher_.request_stop();
  watcher_.join();
  clear();
}

void Progress::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto stopped = [] { return false; };
  ended_.wait_for(lock, stop, patience, stopped);
  while (!stop.stop_requested()) {
    if (const std::string text = line(); !text.empty()) {
      write("\r\x1b[K" + report::one_line(text, room()));
      shown_ = true;
    }
    ended_.wait_for(lock, stop, period, stopped);
  }
}

std::string Progress::line() const {
  if (files_ <= 1) return step_;
  return fmt::format("{}/{} files{}{}", done_, files_, step_.empty() ? "" : ", ", step_);
}

void Progress::done(std::size_t files) {
  if (!on_) return;
  const std::lock_guard lock(mutex_);
  done_ = files;
}

void Progress::step(std::string_view file, std::string_view what) {
  if (!on_) return;
  const std::lock_guard lock(mutex_);
  step_ = fmt::format("{}: {}", printable(file), what);
}

void Progress::clear() {
  if (!on_) return;
  const std::lock_guard lock(mutex_);
  if (shown_) write("\r\x1b[K");
  shown_ = false;
}

}  // namespace wallcheck::cli
