// The state of an export of the audit log, done and going on: for logs, `teleport-event-handler status`, /readyz and
// /metrics (docs/protocol/audit.md#event-handler).
#pragma once

#include <cstdint>
#include <string>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libbase/value.h"

namespace sallyport {

// Safe from several threads.
class ExportProgress {
 public:
  explicit ExportProgress(Time started) : started_(started) {}

  // The log is read from a cluster by a method ("follow").
  void Reading(std::string_view cluster, std::string_view method) EXCLUDES(mutex_);
  // The log cannot be read; the next attempt is at a time.
  void ReadFailed(const Error& reason, Time next) EXCLUDES(mutex_);
  // The sink has taken events.
  void Delivered(std::size_t events, Time now) EXCLUDES(mutex_);
  void SinkFailed(const Error& reason, Time next) EXCLUDES(mutex_);
  // The storage cannot be written.
  void StorageFailed(const Error& reason, Time next) EXCLUDES(mutex_);
  // How far the sink is behind the log. A negative number of events is unknown; Time{}: nothing is left.
  void Behind(std::int64_t events, Time oldest) EXCLUDES(mutex_);
  void Sessions(std::size_t waiting) EXCLUDES(mutex_);

  std::uint64_t delivered() const EXCLUDES(mutex_);
  // Returns whether the log is read.
  bool IsReading() const EXCLUDES(mutex_);
  // Returns whether the log is read and the sink has taken what was sent last, and the storage is
  // written.
  bool IsReady(Time now) const EXCLUDES(mutex_);
  // Returns the keys of `teleport-event-handler status --format=json`.
  Value Status(Time now) const EXCLUDES(mutex_);
  // Returns metrics in Prometheus' text format.
  std::string Metrics(Time now) const EXCLUDES(mutex_);

 private:
  // A party that has failed, and not done its work since.
  struct Failure {
    std::string reason;
    std::string next_step;
    Time next_attempt{};
  };
  double LagSeconds(Time now) const REQUIRES(mutex_);
  static void SetFailure(Value& status, std::string_view key, const Failure& failure);

  const Time started_;
  mutable Mutex mutex_;
  std::string cluster_ GUARDED_BY(mutex_);
  std::string method_ GUARDED_BY(mutex_);
  Failure reading_ GUARDED_BY(mutex_);
  Failure sending_ GUARDED_BY(mutex_);
  Failure storing_ GUARDED_BY(mutex_);  // holds until its next attempt is over
  std::uint64_t delivered_ GUARDED_BY(mutex_) = 0;
  std::uint64_t retries_ GUARDED_BY(mutex_) = 0;
  std::uint64_t read_failures_ GUARDED_BY(mutex_) = 0;
  std::int64_t events_behind_ GUARDED_BY(mutex_) = -1;
  Time oldest_behind_ GUARDED_BY(mutex_){};
  Time last_delivery_ GUARDED_BY(mutex_){};
  std::size_t sessions_ GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport
