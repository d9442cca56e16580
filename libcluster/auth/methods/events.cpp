// Methods about the audit log: its events, page by page (docs/protocol/audit.md#reading).
#include <google/protobuf/util/time_util.h>

#include "libbase/json.h"
#include "libcluster/auth/audit/event_key.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/codec/codec.h"
#include "teleport/auditlog/v1/auditlog.pb.h"

namespace sallyport {
namespace {

namespace auditv1 = teleport::auditlog::v1;
using google::protobuf::util::TimeUtil;

constexpr int kDefaultLimit = 500;
constexpr int kMaxLimit = 10000;
constexpr std::size_t kMaxPageText = 1 << 20;

Time ToTime(const google::protobuf::Timestamp& stamp) {
  return Time(Nanoseconds(TimeUtil::TimestampToNanoseconds(stamp)));
}

Result<AuditQuery> QueryOf(const auditv1::GetUnstructuredEventsRequest& request) {
  if (request.limit() < 0 || request.limit() > kMaxLimit) {
    return Fail(ErrorKind::kBadParameter, "a page has at most {} events, not {}", kMaxLimit, request.limit());
  }
  AuditQuery query;
  query.from = ToTime(request.start_date());
  query.to = ToTime(request.end_date());
  query.types = {request.event_types().begin(), request.event_types().end()};
  query.limit = static_cast<std::size_t>(request.limit() == 0 ? kDefaultLimit : request.limit());
  query.newest_first = request.order() != auditv1::ORDER_ASCENDING;
  ASSIGN_OR_RETURN(query.after, RecordOfKey(request.start_key()));
  return query;
}

Status AddEvent(const AuditRecord& record, auditv1::EventsUnstructured& answer) {
  ASSIGN_OR_RETURN(const Value event, ParseJson(record.json));
  auditv1::EventUnstructured& item = *answer.add_items();
  Value whole = Value::EmptyMap();
  whole.Set("unstructured", event);
  RETURN_IF_ERROR(DecodeMessage(whole, {.source = "event"}, item));
  item.set_type(record.type);
  item.set_id(record.id);
  *item.mutable_time() = TimeUtil::NanosecondsToTimestamp(record.time.time_since_epoch().count());
  const Value* const index = event.Find("ei");
  item.set_index(index == nullptr ? 0 : index->as_int());
  return {};
}

Status GetEvents(AuthServer& auth, const auditv1::GetUnstructuredEventsRequest& request,
                 auditv1::EventsUnstructured& answer) {
  ASSIGN_OR_RETURN(AuditQuery query, QueryOf(request));
  const std::size_t wanted = query.limit++;  // one more shows whether there is another page
  ASSIGN_OR_RETURN(const auto records, auth.backend().Events(query));
  std::size_t bytes = 0;
  for (const auto& [number, record] : records) {
    const auto taken = static_cast<std::size_t>(answer.items_size());
    bytes += record.json.size();
    if (taken == wanted || (taken > 0 && bytes > kMaxPageText)) return {};
    RETURN_IF_ERROR(AddEvent(record, answer));
    answer.set_last_key(std::to_string(number));
  }
  answer.clear_last_key();
  return {};
}

}  // namespace

void AddEventMethods(RpcTable& table, AuthServer& auth) {
  table.Add(
      {"/teleport.auditlog.v1.AuditLogService/GetUnstructuredEvents", RpcAccess::Rule("event", {"list"}), kRehearsable},
      [&auth](const RpcCall&, const auditv1::GetUnstructuredEventsRequest& request,
              auditv1::EventsUnstructured& answer) { return GetEvents(auth, request, answer); });
}

}  // namespace sallyport
