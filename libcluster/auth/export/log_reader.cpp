#include "libcluster/auth/export/log_reader.h"

#include <algorithm>
#include <limits>

#include "libresources/codec/timestamps.h"
#include "sallyport/v1/audit.pb.h"

namespace sallyport {
namespace {

constexpr EventLimits kEventsOfAnswer{.events = 500, .bytes = 256 << 10};
constexpr std::int64_t kLatestSeconds = 9'000'000'000;  // times beyond do not fit into Time

Time StartOf(const google::protobuf::Timestamp& stamp) {
  const std::int64_t seconds = std::clamp<std::int64_t>(stamp.seconds(), 0, kLatestSeconds);
  return Time(std::chrono::seconds(seconds) + Nanoseconds(seconds == stamp.seconds() ? stamp.nanos() : 0));
}

void AddEvent(const LoggedEvent& event, v1::FollowResponse& answer) {
  v1::FollowedEvent& message = *answer.add_events();
  message.set_number(event.link.number);
  *message.mutable_committed() = ToStamp(event.link.committed);
  message.set_json(event.json);
  message.set_previous(event.link.previous);
  message.set_hash(event.link.hash);
}

void SetEnd(const ChainLink& link, v1::LogEnd& message) {
  message.set_number(link.number);
  if (link.number != 0) *message.mutable_committed() = ToStamp(link.committed);
}

}  // namespace

Result<LogReader> LogReader::Open(EventLog& log, const v1::FollowRequest& request) {
  LogReader reader(log);
  ASSIGN_OR_RETURN(const ChainLink newest, log.Newest());
  reader.until_end_ = request.until_end();
  reader.end_ = newest.number;
  if (!request.cursor().empty()) {
    ASSIGN_OR_RETURN(const LogCursor cursor, ParseLogCursor(request.cursor()));
    RETURN_IF_ERROR(reader.BeginAfter(cursor, newest));
  } else if (request.has_start_time()) {
    RETURN_IF_ERROR(reader.BeginAtTime(StartOf(request.start_time()), newest));
  }
  return reader;
}

Status LogReader::BeginAtTime(Time time, const ChainLink& newest) {
  ASSIGN_OR_RETURN(const auto first, log_->FirstSince(time));
  number_ = first ? *first - 1 : newest.number;
  if (number_ == 0) return {};
  ASSIGN_OR_RETURN(const auto link, log_->Find(number_));
  // When retention has removed that event, the cursor is the beginning: the same events follow it.
  if (link) cursor_ = CursorAfter(*link);
  return {};
}

Status LogReader::BeginAfter(const LogCursor& cursor, const ChainLink& newest) {
  cursor_ = cursor;
  number_ = cursor.number;
  if (number_ == 0) return {};
  ASSIGN_OR_RETURN(const auto link, log_->Find(number_));
  // An event that retention has removed cannot be compared.
  if (link ? ShortHash(link->hash) == cursor.hash : number_ < newest.number) return {};
  return FailWithHint(ErrorKind::kCompareFailed, "the cursor belongs to another audit log",
                      "the cluster is another one, or a backup of it was restored: begin with a start time");
}

Status LogReader::Next(v1::FollowResponse& answer) {
  const std::int64_t last = until_end_ ? end_ : std::numeric_limits<std::int64_t>::max();
  ASSIGN_OR_RETURN(const auto events, log_->Read(number_, last, kEventsOfAnswer));
  for (const LoggedEvent& event : events) AddEvent(event, answer);
  if (!events.empty()) {
    number_ = events.back().link.number;
    cursor_ = CursorAfter(events.back().link);
  }

  ASSIGN_OR_RETURN(const ChainLink oldest, log_->Oldest());
  ASSIGN_OR_RETURN(const ChainLink newest, log_->Newest());
  caught_up_ = newest.number <= number_;
  answer.set_cursor(FormatLogCursor(cursor_));
  SetEnd(oldest, *answer.mutable_first());
  SetEnd(newest, *answer.mutable_newest());
  return {};
}

}  // namespace sallyport
