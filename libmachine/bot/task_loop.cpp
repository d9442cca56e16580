#include "libmachine/bot/task_loop.h"

#include <algorithm>

#include "libbase/backoff.h"
#include "libbase/log.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kLongestPause{1};

}  // namespace

// Waits until the interval is over by the clock of the host or by the time that has passed, whichever is first.
void TaskLoop::WaitForNext(std::uint64_t seen) {
  const auto end = std::chrono::steady_clock::now() + options_.interval;
  const Time due = Now() + options_.interval;
  states_.SetNextRun(options_.service, due);
  const auto asked = [&] { return options_.renews && wake_.renewals() != seen; };
  while (!wake_.stopped() && !asked() && Now() < due) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= end) return;
    const auto look = std::min<BotWake::Deadline>(end, now + options_.look_period);
    wake_.Wait(look, options_.renews ? std::optional(seen) : std::nullopt);
  }
}

Status TaskLoop::Attempts(const std::function<Status()>& work, int& retries) {
  Backoff backoff(options_.first_pause, kLongestPause);
  for (int attempt = 1;; ++attempt) {
    retries = attempt - 1;
    Status done = work();
    if (done || attempt == options_.attempts) return done;
    if (wake_.stopped()) return Fail(ErrorKind::kInterrupted, "the bot stops");

    const auto pause = backoff.Next();
    states_.ReportAttempt(options_.service, done.error());
    Log(LogLevel::kWarning, "a task failed; it is tried again",
        {{"service", options_.service},
         {"task", options_.task},
         {"attempt", fmt::format("{} of {}", attempt, options_.attempts)},
         {"pause", FormatDuration(pause)},
         {"reason", done.error().message}});
    if (!wake_.Pause(pause)) return Fail(ErrorKind::kInterrupted, "the bot stops");
  }
}

Status TaskLoop::RunOnce(const std::function<Status()>& work) {
  metrics_.Begun(options_.service, options_.task);
  const auto begun = std::chrono::steady_clock::now();
  int retries = 0;
  Status done = Attempts(work, retries);
  if (!done && done.error().kind == ErrorKind::kInterrupted && wake_.stopped()) return done;

  metrics_.Ended(options_.service, options_.task, done.has_value(), retries, std::chrono::steady_clock::now() - begun);
  states_.Report(options_.service, done);
  if (done) {
    Log(LogLevel::kDebug, "a task is done", {{"service", options_.service}, {"task", options_.task}});
  } else {
    Log(LogLevel::kError, "a task failed",
        {{"service", options_.service},
         {"task", options_.task},
         {"reason", done.error().message},
         {"next step", done.error().hint}});
  }
  return done;
}

void TaskLoop::Run(const std::function<Status()>& work) {
  std::uint64_t seen = wake_.renewals();
  for (bool waits = options_.waits_first;; waits = true) {
    if (waits) WaitForNext(seen);
    if (wake_.stopped()) return;
    seen = wake_.renewals();
    if (const Status done = RunOnce(work); !done && wake_.stopped()) return;
  }
}

}  // namespace sallyport
