// Delivers events to a sink until the sink has them: tries again with pauses, for as long as it takes.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <span>
#include <string>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libmachine/export/event_sink.h"

namespace sallyport {

// What the export has done since its start; for logs and metrics.
struct DeliveryCounts {
  std::atomic<std::uint64_t> delivered{0};
  std::atomic<std::uint64_t> retries{0};
  std::atomic<std::int64_t> last_delivery_seconds{0};  // since 1970; 0: none
};

// Safe from several threads.
class Delivery {
 public:
  // Pauses are between `first_pause` and a minute, or what the sink asks for, five minutes at most.
  Delivery(EventSink& sink, DeliveryCounts& counts, const StopSignal& stop,
           std::chrono::milliseconds first_pause = std::chrono::seconds(1))
      : sink_(sink), counts_(counts), stop_(stop), first_pause_(first_pause) {}

  // Returns after the sink has the event. Fails with kInterrupted, when the export is to stop before that.
  Status Deliver(const std::string& url, const ExportedEvent& event);
  // Delivers events by several threads at a time; returns after the sink has all of them.
  Status DeliverAll(const std::string& url, std::span<const ExportedEvent> events, int at_once);

 private:
  EventSink& sink_;
  DeliveryCounts& counts_;
  const StopSignal& stop_;
  const std::chrono::milliseconds first_pause_;
};

}  // namespace sallyport
