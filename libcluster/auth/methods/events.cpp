// Methods about the audit log: its events, page by page (docs/protocol/audit.md#reading).
#include <google/protobuf/util/time_util.h>

#include <functional>

#include "libbase/json.h"
#include "libcluster/auth/audit/event_key.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/events/unstructured_event.h"
#include "teleport/auditlog/v1/auditlog.pb.h"
#include "teleport/legacy/client/proto/recording.pb.h"

namespace sallyport {
namespace {

namespace auditv1 = teleport::auditlog::v1;
using google::protobuf::util::TimeUtil;

constexpr int kDefaultLimit = 500;
constexpr int kMaxLimit = 10000;
constexpr std::size_t kMaxPageText = 1 << 20;
// The values on the wire, whose names in the messages are swapped.
constexpr int kOldestFirst = 0;
constexpr int kNewestFirst = 1;

Time ToTime(const google::protobuf::Timestamp& stamp) {
  return Time(Nanoseconds(TimeUtil::TimestampToNanoseconds(stamp)));
}

// The request of a page, whichever method asks.
struct WantedPage {
  AuditQuery query;
  std::size_t events = 0;
};

Result<WantedPage> PageOf(AuditQuery query, int limit, int order, const std::string& start_key) {
  if (limit < 0 || limit > kMaxLimit) {
    return Fail(ErrorKind::kBadParameter, "a page has at most {} events, not {}", kMaxLimit, limit);
  }
  if (order != kOldestFirst && order != kNewestFirst) {
    return Fail(ErrorKind::kBadParameter, "the order is 0 for the oldest first or 1 for the newest first, not {}",
                order);
  }
  query.newest_first = order == kNewestFirst;
  ASSIGN_OR_RETURN(query.after, RecordOfKey(start_key));
  const auto events = static_cast<std::size_t>(limit == 0 ? kDefaultLimit : limit);
  query.limit = events + 1;  // one more shows whether there is another page
  return WantedPage{std::move(query), events};
}

// Gives the events of a page to `add`. Returns the key of the next page, "" at the end.
Result<std::string> FillPage(AuthServer& auth, const WantedPage& wanted,
                             const std::function<Status(const Value& event)>& add) {
  ASSIGN_OR_RETURN(const auto records, auth.backend().Events(wanted.query));
  std::size_t bytes = 0;
  std::size_t taken = 0;
  std::int64_t last = 0;
  for (const auto& [number, record] : records) {
    bytes += record.json.size();
    if (taken == wanted.events || (taken > 0 && bytes > kMaxPageText)) return std::to_string(last);
    ASSIGN_OR_RETURN(const Value event, ParseJson(record.json));
    RETURN_IF_ERROR(add(event));
    last = number;
    ++taken;
  }
  return std::string();
}

Status GetUnstructuredEvents(AuthServer& auth, const auditv1::GetUnstructuredEventsRequest& request,
                             auditv1::EventsUnstructured& answer) {
  AuditQuery query{.from = ToTime(request.start_date()), .to = ToTime(request.end_date())};
  query.types = {request.event_types().begin(), request.event_types().end()};
  ASSIGN_OR_RETURN(const WantedPage wanted,
                   PageOf(std::move(query), request.limit(), request.order(), request.start_key()));
  const auto add = [&answer](const Value& event) { return SetUnstructured(event, *answer.add_items()); };
  ASSIGN_OR_RETURN(*answer.mutable_last_key(), FillPage(auth, wanted, add));
  return {};
}

Status GetEvents(AuthServer& auth, const proto::GetEventsRequest& request, proto::Events& answer) {
  AuditQuery query{.from = ToTime(request.startdate()), .to = ToTime(request.enddate())};
  query.types = {request.eventtypes().begin(), request.eventtypes().end()};
  ASSIGN_OR_RETURN(const WantedPage wanted,
                   PageOf(std::move(query), request.limit(), request.order(), request.startkey()));
  const auto add = [&answer](const Value& event) -> Status {
    ASSIGN_OR_RETURN(*answer.add_items(), AnyEventFromValue(event));
    return {};
  };
  ASSIGN_OR_RETURN(*answer.mutable_lastkey(), FillPage(auth, wanted, add));
  return {};
}

}  // namespace

void AddEventMethods(RpcTable& table, AuthServer& auth) {
  table.Add(
      {"/teleport.auditlog.v1.AuditLogService/GetUnstructuredEvents", RpcAccess::Rule("event", {"list"}), kRehearsable},
      [&auth](const RpcCall&, const auditv1::GetUnstructuredEventsRequest& request,
              auditv1::EventsUnstructured& answer) { return GetUnstructuredEvents(auth, request, answer); });
  table.Add({"/proto.AuthService/GetEvents", RpcAccess::Rule("event", {"list"}), kRehearsable},
            [&auth](const RpcCall&, const proto::GetEventsRequest& request, proto::Events& answer) {
              return GetEvents(auth, request, answer);
            });
}

}  // namespace sallyport
