#include "libcluster/net/fair_pool.h"

#include <catch2/catch.hpp>
#include <future>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a caller's flood leaves threads for others", "[fair_pool]") {
  ThreadPool threads(4);
  FairPool pool(threads, {.running = 2, .waiting = 100});
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  std::atomic<int> done = 0;
  for (int i = 0; i < 50; ++i) {
    REQUIRE(pool.Submit("flood", [&] {
      open.wait();
      ++done;
    }));
  }
  std::promise<void> other;
  REQUIRE(pool.Submit("other", [&] { other.set_value(); }));
  CHECK(other.get_future().wait_for(10s) == std::future_status::ready);
  CHECK(done == 0);
  gate.set_value();
  while (done < 50) std::this_thread::yield();
}

TEST_CASE("a caller has a limited number of works", "[fair_pool]") {
  ThreadPool threads(1);
  FairPool pool(threads, {.running = 1, .waiting = 2});
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  for (int i = 0; i < 3; ++i) CHECK(pool.Submit("a", [open] { open.wait(); }));
  CHECK_FALSE(pool.Submit("a", [] {}));
  CHECK(pool.Submit("b", [] {}));
  gate.set_value();
}

TEST_CASE("after the stop nothing that waited is done", "[fair_pool]") {
  // Declared before the pool, because its jobs use these until the threads have ended.
  std::atomic<int> done = 0;
  std::promise<void> begun;
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  {
    ThreadPool threads(1);
    FairPool pool(threads, {.running = 1, .waiting = 10});

    REQUIRE(pool.Submit("a", [&] {
      begun.set_value();
      open.wait();
    }));
    begun.get_future().wait();
    for (int i = 0; i < 5; ++i) REQUIRE(pool.Submit("a", [&] { ++done; }));
    pool.Stop();
    CHECK_FALSE(pool.Submit("a", [&] { ++done; }));
    gate.set_value();
  }
  CHECK(done == 0);
}

}  // namespace
}  // namespace sallyport
