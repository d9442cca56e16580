#include "libmachine/bot/task_loop.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "libbase/test_clock.h"
#include "tests/unit/eventually.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

struct Parts {
  BotWake wake;
  ServiceStates states;
  BotMetrics metrics;
  Parts() { states.Add("out", "identity"); }

  TaskLoop Loop(TaskOptions options = {}) {
    options.service = "out";
    options.task = "output-renewal";
    if (options.interval == Nanoseconds(0)) options.interval = 1h;
    options.first_pause = 1ms;
    options.look_period = 1ms;
    return {options, wake, states, metrics};
  }
};

TEST_CASE("a task is tried again, and its last attempt counts") {
  Parts parts;
  int runs = 0;
  CHECK(parts.Loop().RunOnce(
      [&]() -> Status { return ++runs < 3 ? Status(Fail(ErrorKind::kConnectionProblem, "away")) : Status(); }));
  CHECK(runs == 3);
  CHECK(parts.states.Find("out")->health == Health::kHealthy);

  runs = 0;
  const Status failed =
      parts.Loop().RunOnce([&]() -> Status { return Fail(ErrorKind::kConnectionProblem, "away {}", ++runs); });
  CHECK(runs == 5);
  CHECK(failed.error().message == "away 5");
  CHECK(parts.states.Find("out")->health == Health::kUnhealthy);
  CHECK(parts.metrics.Format().contains("tbot_task_iterations_failed{name=\"output-renewal\",service=\"out\"} 1\n"));
}

TEST_CASE("a task runs at once, when asked, and when the host's clock has passed its time") {
  Parts parts;
  std::atomic<int> runs = 0;
  TestClock clock;
  std::thread running([&] {
    parts.Loop().Run([&]() -> Status {
      ++runs;
      return {};
    });
  });
  CHECK(test::Eventually([&] { return runs == 1 && parts.states.Find("out")->next_run.has_value(); }));
  parts.wake.RenewNow();
  CHECK(test::Eventually([&] { return runs == 2; }));
  clock.Advance(2h);
  CHECK(test::Eventually([&] { return runs == 3; }));
  parts.wake.Stop();
  running.join();
  CHECK(runs == 3);
}

TEST_CASE("a task that waits first runs when its interval is over, and ignores renewals that are not for it") {
  Parts parts;
  std::atomic<int> runs = 0;
  TaskOptions options;
  options.waits_first = true;
  options.renews = false;
  TestClock clock;
  std::thread running([&] {
    parts.Loop(options).Run([&]() -> Status {
      ++runs;
      return {};
    });
  });
  CHECK(test::Eventually([&] { return parts.states.Find("out")->next_run.has_value(); }));
  parts.wake.RenewNow();
  std::this_thread::sleep_for(20ms);
  CHECK(runs == 0);
  clock.Advance(61min);
  CHECK(test::Eventually([&] { return runs == 1; }));
  parts.wake.Stop();
  running.join();
}

TEST_CASE("a stop ends the attempts, without a verdict") {
  Parts parts;
  const Status stopped = parts.Loop().RunOnce([&]() -> Status {
    parts.wake.Stop();
    return Fail(ErrorKind::kConnectionProblem, "away");
  });
  CHECK(stopped.error().kind == ErrorKind::kInterrupted);
  CHECK(parts.states.Find("out")->health == Health::kInitializing);
}

}  // namespace
}  // namespace sallyport
