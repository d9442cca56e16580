#include "libmachine/export/export_progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace sallyport {
namespace {

// A write that fails again is told within this time after its attempt.
constexpr std::chrono::seconds kStorageGrace{1};

double SecondsOf(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

void AppendMetric(std::string& out, std::string_view name, std::string_view type, std::string_view help, double value) {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", name, help, type, value);
}

}  // namespace

void ExportProgress::Reading(std::string_view cluster, std::string_view method) {
  const MutexLock lock(mutex_);
  cluster_ = cluster;
  method_ = method;
  reading_ = {};
}

void ExportProgress::ReadFailed(const Error& reason, Time next) {
  const MutexLock lock(mutex_);
  ++read_failures_;
  reading_ = {reason.message, reason.hint, next};
}

void ExportProgress::Delivered(std::size_t events, Time now) {
  const MutexLock lock(mutex_);
  delivered_ += events;
  last_delivery_ = now;
  sending_ = {};
}

void ExportProgress::SinkFailed(const Error& reason, Time next) {
  const MutexLock lock(mutex_);
  ++retries_;
  sending_ = {reason.message, reason.hint, next};
}

void ExportProgress::StorageFailed(const Error& reason, Time next) {
  const MutexLock lock(mutex_);
  storing_ = {reason.message, reason.hint, next};
}

void ExportProgress::Behind(std::int64_t events, Time oldest) {
  const MutexLock lock(mutex_);
  events_behind_ = events;
  oldest_behind_ = oldest;
}

void ExportProgress::Sessions(std::size_t waiting) {
  const MutexLock lock(mutex_);
  sessions_ = waiting;
}

std::uint64_t ExportProgress::delivered() const {
  const MutexLock lock(mutex_);
  return delivered_;
}

bool ExportProgress::IsReading() const {
  const MutexLock lock(mutex_);
  return !method_.empty() && reading_.reason.empty();
}

bool ExportProgress::IsReady(Time now) const {
  const MutexLock lock(mutex_);
  const bool stores = now > storing_.next_attempt + kStorageGrace;
  return !method_.empty() && reading_.reason.empty() && sending_.reason.empty() && stores;
}

double ExportProgress::LagSeconds(Time now) const {
  return oldest_behind_ == Time() ? 0 : std::max(0.0, SecondsOf(now - oldest_behind_));
}

void ExportProgress::SetFailure(Value& status, std::string_view key, const Failure& failure) {
  if (failure.reason.empty()) return;
  Value described(Value::Map{{"reason", failure.reason}, {"next_attempt", FormatTime(failure.next_attempt)}});
  if (!failure.next_step.empty()) described.Set("next_step", failure.next_step);
  status.Set(key, std::move(described));
}

Value ExportProgress::Status(Time now) const {
  const bool is_ready = IsReady(now);
  const MutexLock lock(mutex_);
  Value status(Value::Map{{"ready", is_ready},
                          {"cluster", cluster_},
                          {"method", method_},
                          {"started", FormatTime(started_)},
                          {"events_sent", static_cast<std::int64_t>(delivered_)},
                          {"retries", static_cast<std::int64_t>(retries_)},
                          {"sessions_waiting", static_cast<std::int64_t>(sessions_)},
                          {"lag_seconds", static_cast<std::int64_t>(LagSeconds(now))}});
  if (events_behind_ >= 0) status.Set("lag_events", events_behind_);
  if (last_delivery_ != Time()) status.Set("last_delivery", FormatTime(last_delivery_));
  SetFailure(status, "cluster_failure", reading_);
  SetFailure(status, "sink_failure", sending_);
  if (now <= storing_.next_attempt + kStorageGrace) SetFailure(status, "storage_failure", storing_);
  return status;
}

std::string ExportProgress::Metrics(Time now) const {
  const bool is_ready = IsReady(now);
  const MutexLock lock(mutex_);
  std::string out;

  AppendMetric(out, "event_handler_ready", "gauge", "1: the log is read and the sink takes events.", is_ready ? 1 : 0);
  AppendMetric(out, "event_handler_events_sent_total", "counter", "Events that the sink has taken.",
               static_cast<double>(delivered_));
  AppendMetric(out, "event_handler_sink_retries_total", "counter", "Requests that the sink has not taken.",
               static_cast<double>(retries_));
  AppendMetric(out, "event_handler_read_failures_total", "counter", "Failed attempts to read the audit log.",
               static_cast<double>(read_failures_));

  AppendMetric(out, "event_handler_lag_seconds", "gauge", "Age of the oldest event that the sink does not have.",
               LagSeconds(now));
  if (events_behind_ >= 0) {
    AppendMetric(out, "event_handler_lag_events", "gauge", "Events that the sink does not have.",
                 static_cast<double>(events_behind_));
  }

  AppendMetric(out, "event_handler_last_delivery_timestamp_seconds", "gauge", "When the sink took an event.",
               last_delivery_ == Time() ? 0 : SecondsOf(last_delivery_.time_since_epoch()));
  AppendMetric(out, "event_handler_sessions_waiting", "gauge", "Recordings that are not sent as a whole.",
               static_cast<double>(sessions_));
  return out;
}

}  // namespace sallyport
