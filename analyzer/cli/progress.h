#pragma once
// How far a long run is, on a terminal.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace wallcheck::cli {

/// One line on standard error, renewed while the run goes on and gone before anything else is written: "12/100 files, web.rules:
/// flow 3 of 10". Nothing is shown where standard error is no terminal, nor in the first second: a short run says nothing.
/// A thread of its own looks at the clock, so that one flow that takes long is seen to take long.
class Progress {
 public:
  Progress(std::size_t files, bool wanted);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Will it be shown, should the run take long?
  bool on() const { return on_; }
  /// So many files are done.
  void done(std::size_t files);
  /// What is being done to a file: "flow 3 of 10", "looking for fixes". Any thread; the latest word counts.
  void step(std::string_view file, std::string_view what);
  /// Takes the line away; it comes back by itself.
  void clear();

 private:
  void watch(const std::stop_token& stop);
  std::string line() const;

  const std::size_t files_;
  const bool on_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::size_t done_ = 0;
  std::string step_;
  bool shown_ = false;
  std::jthread watcher_;  ///< last: it is gone before what it looks at
};

}  // namespace wallcheck::cli
