// Writes Events of Kubernetes in the background, one after the other: work on custom resources goes before.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/value.h"

namespace sallyport {

// Safe from several threads.
class EventWriter {
 public:
  struct Limits {
    std::size_t most = 1000;                     // Events that wait; the oldest is dropped for one more
    std::chrono::milliseconds patience{10'000};  // for which an Event waits while there is other work
    std::chrono::milliseconds look{100};         // between two looks whether there is other work
    std::chrono::milliseconds last{2'000};       // for which Events are still written after Close
  };
  // Writes an Event to Kubernetes.
  using Write = std::function<Status(const Value& event)>;
  // `is_busy` says whether there is other work.
  EventWriter(Write write, std::function<bool()> is_busy)
      : EventWriter(std::move(write), std::move(is_busy), Limits()) {}
  EventWriter(Write write, std::function<bool()> is_busy, Limits limits)
      : write_(std::move(write)), is_busy_(std::move(is_busy)), limits_(limits) {}

  // Takes an object of kind Event, which has its namespace.
  void Add(Value event) EXCLUDES(mutex_);
  // Writes Events until Close. A failure to write one changes nothing else.
  void Run() EXCLUDES(mutex_);
  // Ends Run, which writes what waits if the API server takes it in time.
  void Close() EXCLUDES(mutex_);

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    Value event;
    Clock::time_point since;
  };
  std::optional<Value> Take() EXCLUDES(mutex_);

  const Write write_;
  const std::function<bool()> is_busy_;
  const Limits limits_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
  Clock::time_point end_ GUARDED_BY(mutex_);  // after Close
};

}  // namespace sallyport
