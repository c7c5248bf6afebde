#pragma once
// Many tasks on several threads, their results in the order of the tasks, and never more than a few results waiting.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace wallcheck {

/// Calls `work(i)` for i in [0, count) on `jobs` threads and `sink(i, result)` on this thread, in order. A task is begun only if
/// fewer than 2 x jobs results before it are unfinished or waiting, so memory does not grow with `count`. Once `stop()` says
/// true no task is begun; what is done up to the first gap still reaches the sink. With one job no thread is made.
template <class T>
void in_order(std::size_t count, unsigned jobs, const std::function<T(std::size_t)>& work,
              const std::function<void(std::size_t, T)>& sink, const std::function<bool()>& stop) {
  if (jobs <= 1) {
    for (std::size_t i = 0; i < count && !stop(); ++i) sink(i, work(i));
    return;
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::size_t, T> waiting;
  std::size_t next = 0;     // the next task to begin
  std::size_t emitted = 0;  // results given to the sink
  std::size_t running = 0;
  bool stopped = false;

  const auto loop = [&] {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return stopped || next >= count || next < emitted + std::size_t{2} * jobs; });
      if (stopped || next >= count) return;
      const std::size_t mine = next++;
      ++running;
      lock.unlock();
      T result = work(mine);
      lock.lock();
      --running;
      waiting.emplace(mine, std::move(result));
      changed.notify_all();
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < jobs && i < count; ++i) threads.emplace_back(loop);

  std::unique_lock lock(mutex);
  while (emitted < count) {
    // The flag of a signal handler cannot notify: look at it now and then.
    changed.wait_for(lock, std::chrono::milliseconds(100), [&] { return waiting.contains(emitted); });
    if (stop()) stopped = true, changed.notify_all();
    auto ready = waiting.extract(emitted);
    if (ready.empty()) {
      if (stopped && running == 0) break;
      continue;
    }
    lock.unlock();
    sink(ready.key(), std::move(ready.mapped()));
    lock.lock();
    ++emitted;
    changed.notify_all();
  }
  stopped = true;
  changed.notify_all();
}

}  // namespace wallcheck
