// Delivers events to a sink until the sink has them: tries again with pauses, for as long as it takes.
#pragma once

#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libmachine/export/event_sink.h"
#include "libmachine/export/export_progress.h"

namespace sallyport {

// Safe from several threads.
class Delivery {
 public:
  // Pauses are between `first_pause` and a minute, or what the sink asks for, five minutes at most.
  Delivery(EventSink& sink, ExportProgress& progress, const StopSignal& stop,
           std::chrono::milliseconds first_pause = std::chrono::seconds(1))
      : sink_(sink), progress_(progress), stop_(stop), first_pause_(first_pause) {}

  // Delivers the events of one request; returns after the sink has them. Fails with kInterrupted, when the export is to
  // stop before that.
  Status Deliver(const std::string& url, std::span<const ExportedEvent> events);
  // Delivers events by requests of the size that the sink takes, several at a time; returns after the sink has all.
  Status DeliverAll(const std::string& url, std::span<const ExportedEvent> events, int at_once);

 private:
  using Requests = std::vector<std::span<const ExportedEvent>>;
  // The failure of a request, and how long the sink wants to be left alone.
  struct Refusal {
    Error error;
    std::chrono::seconds asked{0};
  };
  Status Repeat(const std::string& url, std::span<const ExportedEvent> events, Refusal refusal);
  Status DeliverSome(const std::string& url, const Requests& requests, std::atomic<std::size_t>& next,
                     std::size_t at_once);

  EventSink& sink_;
  ExportProgress& progress_;
  const StopSignal& stop_;
  const std::chrono::milliseconds first_pause_;
};

}  // namespace sallyport
