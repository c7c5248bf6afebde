#pragma once
// The one clock of the program. Work is told to end (Limits::stop) when its wall_time has passed, or when a person or the system wants
// the program to end; what was found until then is reported.

#include <chrono>
#include <memory>

#include "base/limits.h"

namespace wallcheck::cli {

/// From now on the first SIGINT or SIGTERM ends all work that is watched; the second one kills.
void end_on_signals();
/// One of them has come.
bool interrupted();

/// Watches over one piece of work, from its making to its end. On several threads, each its own.
class Watched {
 public:
  /// `limits.stop` is set, and lives as long as this.
  explicit Watched(Limits& limits);
  ~Watched();
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  Stop::Why ended() const { return stop_.why(); }

 private:
  friend class Watch;
  Stop stop_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace wallcheck::cli
