#include "base/in_order.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

using namespace wallcheck;

namespace {

constexpr auto never = [] { return false; };

}  // namespace

TEST_CASE("results come in the order of the tasks, on any number of threads") {
  for (const unsigned jobs : {1u, 2u, 7u}) {
    std::vector<std::size_t> seen;
    in_order<std::size_t>(
        200, jobs,
        [](std::size_t i) {
          if (i % 17 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
          return i * i;
        },
        [&](std::size_t i, std::size_t square) {
          CHECK(square == i * i);
          seen.push_back(i);
        },
        never);
    REQUIRE(seen.size() == 200);
    CHECK(std::ranges::is_sorted(seen));
  }
  in_order<int>(0, 4, [](std::size_t) { return 1; }, [](std::size_t, int) { FAIL(); }, never);
}

TEST_CASE("a slow first task does not let results pile up") {
  constexpr unsigned jobs = 3;
  std::atomic<std::size_t> begun = 0;
  std::size_t begun_before_first_result = 0;
  in_order<int>(
      100, jobs,
      [&](std::size_t i) {
        ++begun;
        if (i == 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
        return 0;
      },
      [&](std::size_t i, int) {
        if (i == 0) begun_before_first_result = begun;
      },
      never);
  CHECK(begun == 100);
  CHECK(begun_before_first_result <= 2 * jobs);
}

TEST_CASE("once stopped, no task is begun, and what is done still arrives in order") {
  for (const unsigned jobs : {1u, 3u}) {
    std::atomic<bool> stop = false;
    std::size_t seen = 0;
    in_order<std::size_t>(
        1000, jobs, [](std::size_t i) { return i; },
        [&](std::size_t i, std::size_t) {
          CHECK(i == seen);
          if (++seen == 10) stop = true;
        },
        [&] { return stop.load(); });
    CHECK(seen >= 10);
    CHECK(seen < 100);
  }
}
