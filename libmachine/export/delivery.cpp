#include "libmachine/export/delivery.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
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
constexpr std::size_t kMostRequestBytes = 1 << 20;

// Splits events into those of single requests; an event that is larger than a request should be is a request alone.
std::vector<std::span<const ExportedEvent>> SplitForSink(std::span<const ExportedEvent> events, std::size_t most) {
  std::vector<std::span<const ExportedEvent>> requests;
  std::size_t begin = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool full = i - begin >= most || bytes + events[i].json.size() > kMostRequestBytes;
    if (i > begin && full) {
      requests.push_back(events.subspan(begin, i - begin));
      begin = i;
      bytes = 0;
    }
    bytes += events[i].json.size();
  }
  if (begin < events.size()) requests.push_back(events.subspan(begin));
  return requests;
}

}  // namespace

Status Delivery::Deliver(const std::string& url, std::span<const ExportedEvent> events) {
  Backoff backoff(first_pause_, kLongestRetry);
  while (!stop_.stopped()) {
    std::chrono::seconds asked{0};
    const Status sent = sink_.Send(url, events, asked);
    if (sent) {
      progress_.Delivered(events.size(), Now());
      return {};
    }

    const auto wished = std::min<std::chrono::milliseconds>(asked, kMostPatience);
    const auto pause = std::max(backoff.Next(), wished);
    progress_.SinkFailed(sent.error(), Now() + pause);
    Log(LogLevel::kWarning, "an event was not taken; it is sent again",
        {{"event", events.front().id},
         {"type", events.front().type},
         {"pause", FormatDuration(pause)},
         {"reason", sent.error().message}});
    WaitFor(stop_.descriptor(), POLLIN, std::chrono::steady_clock::now() + pause);
  }
  return Fail(ErrorKind::kInterrupted, "the event handler stops");
}

Status Delivery::DeliverAll(const std::string& url, std::span<const ExportedEvent> events, int at_once) {
  const auto requests = SplitForSink(events, sink_.most_events());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> interrupted{false};
  const auto work = [&] {
    for (std::size_t i = next++; i < requests.size() && !interrupted; i = next++) {
      if (!Deliver(url, requests[i])) interrupted = true;
    }
  };

  std::vector<std::thread> threads;
  const auto most = std::min(requests.size(), static_cast<std::size_t>(at_once));
  for (std::size_t i = 1; i < most; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  if (interrupted) return Fail(ErrorKind::kInterrupted, "the event handler stops");
  return {};
}

}  // namespace sallyport
