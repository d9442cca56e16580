// Runs a task of a bot again and again: on its interval, at once when asked, and with further attempts after failures
// (docs/protocol/tbot.md#loops).
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libmachine/bot/bot_metrics.h"
#include "libmachine/bot/bot_wake.h"
#include "libmachine/bot/service_states.h"

namespace sallyport {

struct TaskOptions {
  std::string service;  // the name in states and metrics
  std::string task;     // the name in metrics and logs: "output-renewal"
  Nanoseconds interval{};
  int attempts = 5;
  bool waits_first = false;                     // the first run comes after an interval
  bool renews = true;                           // RenewNow makes it run at once
  std::chrono::milliseconds first_pause{1000};  // after the first failure; doubles with each further one
  // How often a waiting task looks at the clock of the host, which may have been set, or have stood still with the
  // host: the certificates end by that clock.
  std::chrono::milliseconds look_period{30'000};
};

class TaskLoop {
 public:
  // All references outlive the loop.
  TaskLoop(TaskOptions options, BotWake& wake, ServiceStates& states, BotMetrics& metrics)
      : options_(std::move(options)), wake_(wake), states_(states), metrics_(metrics) {}

  // Runs the task until a stop. Call it from the task's own thread.
  void Run(const std::function<Status()>& work);

  // Runs the task once, with its attempts, and reports the result. Fails as the last attempt does; kInterrupted after
  // a stop.
  Status RunOnce(const std::function<Status()>& work);

 private:
  void WaitForNext(std::uint64_t seen);
  Status Attempts(const std::function<Status()>& work, int& retries);

  const TaskOptions options_;
  BotWake& wake_;
  ServiceStates& states_;
  BotMetrics& metrics_;
};

}  // namespace sallyport
