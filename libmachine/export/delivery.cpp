#include "libmachine/export/delivery.h"

#include <poll.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <thread>
#include <utility>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libbase/time.h"
#include "libclient/network.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kLongestRetry{1};
constexpr std::chrono::minutes kMostPatience{5};  // with a sink that asks for more
constexpr std::size_t kMostRequestBytes = 1 << 20;
// A thread has several requests under way, so that few are enough.
constexpr std::size_t kDeliveryThreads = 2;

std::unexpected<Error> Stopped() { return Fail(ErrorKind::kInterrupted, "the event handler stops"); }

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
  if (stop_.stopped()) return Stopped();
  std::chrono::seconds asked{0};
  const Status sent = sink_.Send(url, events, asked);
  if (!sent) return Repeat(url, events, {sent.error(), asked});
  progress_.Delivered(events.size(), Now());
  return {};
}

// Sends a request that failed again, with pauses, until the sink has it.
Status Delivery::Repeat(const std::string& url, std::span<const ExportedEvent> events, Refusal refusal) {
  Backoff backoff(first_pause_, kLongestRetry);
  while (true) {
    const auto wished = std::min<std::chrono::milliseconds>(refusal.asked, kMostPatience);
    const auto pause = std::max(backoff.Next(), wished);
    progress_.SinkFailed(refusal.error, Now() + pause);
    Log(LogLevel::kWarning, "an event was not taken; it is sent again",
        {{"event", events.front().id},
         {"type", events.front().type},
         {"pause", FormatDuration(pause)},
         {"reason", refusal.error.message}});
    WaitFor(stop_.descriptor(), POLLIN, std::chrono::steady_clock::now() + pause);
    if (stop_.stopped()) return Stopped();

    refusal.asked = std::chrono::seconds(0);
    const Status sent = sink_.Send(url, events, refusal.asked);
    if (sent) break;
    refusal.error = sent.error();
  }
  progress_.Delivered(events.size(), Now());
  return {};
}

// Delivers requests from `next` on, with `at_once` under way: the thread reads the oldest answer, and the others arrive
// meanwhile. A request that fails is repeated when no other is under way.
Status Delivery::DeliverSome(const std::string& url, const Requests& requests, std::atomic<std::size_t>& next,
                             std::size_t at_once) {
  struct UnderWay {
    std::span<const ExportedEvent> events;
    std::unique_ptr<PendingSend> pending;
  };
  std::deque<UnderWay> under_way;
  std::vector<std::pair<std::span<const ExportedEvent>, Refusal>> failed;
  while (true) {
    while (failed.empty() && under_way.size() < at_once && !stop_.stopped()) {
      const std::size_t i = next++;
      if (i >= requests.size()) break;
      under_way.push_back({requests[i], sink_.Begin(url, requests[i])});
    }
    if (under_way.empty() && failed.empty()) return stop_.stopped() ? Stopped() : Status();

    if (under_way.empty()) {
      for (auto& [events, refusal] : std::exchange(failed, {})) RETURN_IF_ERROR(Repeat(url, events, refusal));
      continue;
    }
    const UnderWay oldest = std::move(under_way.front());
    under_way.pop_front();
    std::chrono::seconds asked{0};
    const Status sent = oldest.pending->Wait(asked);
    if (sent) {
      progress_.Delivered(oldest.events.size(), Now());
    } else {
      failed.push_back({oldest.events, {sent.error(), asked}});
    }
  }
}

Status Delivery::DeliverAll(const std::string& url, std::span<const ExportedEvent> events, int at_once) {
  const Requests requests = SplitForSink(events, sink_.most_events());
  const auto most = std::min(requests.size(), static_cast<std::size_t>(at_once));
  const std::size_t threads = std::clamp<std::size_t>(most, 1, kDeliveryThreads);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> interrupted{false};
  const auto work = [&](std::size_t number) {
    // The first threads have one request more when the number does not divide.
    const std::size_t own = most / threads + (number < most % threads ? 1 : 0);
    if (!DeliverSome(url, requests, next, std::max<std::size_t>(own, 1))) interrupted = true;
  };

  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work, i);
  work(0);
  for (auto& thread : others) thread.join();
  return interrupted ? Stopped() : Status();
}

}  // namespace sallyport
