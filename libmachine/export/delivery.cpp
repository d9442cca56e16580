#include "libmachine/export/delivery.h"

#include <poll.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libbase/time.h"
#include "libclient/network.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kLongestRetry{1};
constexpr std::chrono::minutes kMostPatience{5};  // with a sink that asks for more

}  // namespace

Status Delivery::Deliver(const std::string& url, const ExportedEvent& event) {
  Backoff backoff(first_pause_, kLongestRetry);
  while (!stop_.stopped()) {
    std::chrono::seconds asked{0};
    const Status sent = sink_.Send(url, event, asked);
    if (sent) {
      ++counts_.delivered;
      counts_.last_delivery_seconds = Now().time_since_epoch() / std::chrono::seconds(1);
      return {};
    }

    ++counts_.retries;
    const auto wished = std::min<std::chrono::milliseconds>(asked, kMostPatience);
    const auto pause = std::max(backoff.Next(), wished);
    Log(LogLevel::kWarning, "an event was not taken; it is sent again",
        {{"event", event.id}, {"type", event.type}, {"pause", FormatDuration(pause)}, {"reason", sent.error().message}});
    WaitFor(stop_.descriptor(), POLLIN, std::chrono::steady_clock::now() + pause);
  }
  return Fail(ErrorKind::kInterrupted, "the event handler stops");
}

Status Delivery::DeliverAll(const std::string& url, std::span<const ExportedEvent> events, int at_once) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> interrupted{false};
  const auto work = [&] {
    for (std::size_t i = next++; i < events.size() && !interrupted; i = next++) {
      if (!Deliver(url, events[i])) interrupted = true;
    }
  };

  std::vector<std::thread> threads;
  const auto most = std::min(events.size(), static_cast<std::size_t>(at_once));
  for (std::size_t i = 1; i < most; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  if (interrupted) return Fail(ErrorKind::kInterrupted, "the event handler stops");
  return {};
}

}  // namespace sallyport
