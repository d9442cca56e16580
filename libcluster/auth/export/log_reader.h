// Reads the audit log answer by answer, from a cursor or a time on (docs/protocol/audit.md#following).
#pragma once

#include <cstdint>

#include "libbase/error.h"
#include "libcluster/backend/event_log.h"
#include "libresources/events/log_cursor.h"

namespace sallyport::v1 {
class FollowRequest;
class FollowResponse;
}  // namespace sallyport::v1

namespace sallyport {

// For one thread at a time.
class LogReader {
 public:
  // The log must outlive the reader. Fails with kBadParameter for a text that is no cursor, kCompareFailed for a cursor
  // of another log.
  static Result<LogReader> Open(EventLog& log, const v1::FollowRequest& request);

  // Adds the next events to an empty answer; none when there are none at present.
  Status Next(v1::FollowResponse& answer);

  // Returns whether the last answer ended with the newest event.
  bool caught_up() const { return caught_up_; }
  // Returns whether nothing is left of a request that ends with the event that was the newest when it began.
  bool HasEnded() const { return until_end_ && number_ >= end_; }

 private:
  explicit LogReader(EventLog& log) : log_(&log) {}
  Status BeginAtTime(Time time, const ChainLink& newest);
  Status BeginAfter(const LogCursor& cursor, const ChainLink& newest);

  EventLog* log_;
  LogCursor cursor_;
  std::int64_t number_ = 0;  // of the last event that was read
  std::int64_t end_ = 0;
  bool until_end_ = false;
  bool caught_up_ = false;
};

}  // namespace sallyport
