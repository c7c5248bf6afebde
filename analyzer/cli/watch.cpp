#include "cli/watch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

namespace wallcheck::cli {

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> signalled{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler may set it

}  // namespace

/// All work that is watched, and the thread that looks at the clock while there is any.
class Watch {
 public:
  void add(Watched& work) {
    const std::lock_guard lock(mutex_);
    works_.push_back(&work);
    if (!thread_.joinable()) start();
    if (works_.size() == 1) changed_.notify_all();
  }
  void remove(Watched& work) {
    const std::lock_guard lock(mutex_);
    std::erase(works_, &work);
  }

 private:
  /// Signals go to the others, of which one may be waiting for a person's answer.
  void start() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::jthread([this](const std::stop_token& end) { run(end); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void run(const std::stop_token& end) {
    constexpr std::chrono::milliseconds period{50};
    std::unique_lock lock(mutex_);
    while (!end.stop_requested()) {
      if (works_.empty()) {
        changed_.wait(lock, end, [this] { return !works_.empty(); });
        continue;
      }
      changed_.wait_for(lock, end, period, [] { return false; });
      const Clock::time_point now = Clock::now();
      for (Watched* work : works_) {
        if (interrupted()) work->stop_.ask(Stop::Why::interrupted);
        if (now >= work->deadline_) work->stop_.ask(Stop::Why::wall_time);
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Watched*> works_;
  std::jthread thread_;  // the last member: it ends before the others go
};

namespace {

Watch& watch() {
  static Watch one;
  return one;
}

}  // namespace

void end_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { signalled = true; };
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // and no SA_RESTART: who waits for an answer waits no more
  for (const int signal : {SIGINT, SIGTERM}) {
    // What a parent had ignored (nohup, a shell's background job) stays ignored.
    struct sigaction before {};
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
}

bool interrupted() { return signalled; }

Watched::Watched(Limits& limits) : deadline_(Clock::now() + std::chrono::seconds(limits.wall_time)) {
  limits.stop = &stop_;
  watch().add(*this);
}

Watched::~Watched() { watch().remove(*this); }

}  // namespace wallcheck::cli
