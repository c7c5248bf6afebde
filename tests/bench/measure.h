#pragma once
// What a program measures of itself.

#include <sys/resource.h>

#include <ctime>

namespace wallcheck::bench {

/// Processor time: what other programs do meanwhile does not count.
inline double processor_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// Memory at its most, up to now.
inline long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace wallcheck::bench
