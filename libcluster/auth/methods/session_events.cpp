// Lists ended sessions from the audit log, for `tsh recordings ls`.
#include <google/protobuf/util/time_util.h>

#include "libbase/json.h"
#include "libcluster/auth/access/session_access.h"
#include "libcluster/auth/audit/event_key.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/access/access.h"
#include "libresources/events/session_event.h"
#include "teleport/legacy/client/proto/recording.pb.h"

namespace sallyport {
namespace {

using google::protobuf::util::TimeUtil;

constexpr std::size_t kMaxEventsLimit = 1000;
constexpr std::size_t kPage = 200;

Result<AuditQuery> QueryOf(const proto::GetSessionEventsRequest& request) {
  AuditQuery query;
  query.from = Time(Nanoseconds(TimeUtil::TimestampToNanoseconds(request.startdate())));
  query.to = Time(Nanoseconds(TimeUtil::TimestampToNanoseconds(request.enddate())));
  query.types = {"session.end", "db.session.end", "windows.desktop.session.end"};
  query.newest_first = request.order() != proto::DESCENDING;  // the comment of the message explains the order
  query.limit = kPage;
  ASSIGN_OR_RETURN(query.after, RecordOfKey(request.startkey()));
  return query;
}

// Adds a session to the answer if the caller may see it.
Status Take(const Caller& caller, const AuditRecord& record, proto::Events& answer) {
  ASSIGN_OR_RETURN(const Value event, ParseJson(record.json));
  if (const Status seen = CheckSession(caller, "list", event); !seen) {
    return seen.error().kind == ErrorKind::kAccessDenied ? Status() : seen;
  }
  ASSIGN_OR_RETURN(*answer.add_items(), EventFromValue(event));
  return {};
}

Status GetSessionEvents(AuthServer& auth, const RpcCall& call, const proto::GetSessionEventsRequest& request,
                        proto::Events& answer) {
  if (call.caller.kind == Caller::Kind::kUser) RETURN_IF_ERROR(call.caller.access->GuessRule("session", "list"));
  ASSIGN_OR_RETURN(AuditQuery query, QueryOf(request));
  if (request.limit() < 0) return Fail(ErrorKind::kBadParameter, "the limit cannot be negative");
  const std::size_t limit =
      request.limit() == 0 ? kMaxEventsLimit : std::min<std::size_t>(request.limit(), kMaxEventsLimit);
  std::size_t bytes = 0;
  while (true) {
    ASSIGN_OR_RETURN(const auto records, auth.backend().Events(query));
    for (const auto& [number, record] : records) {
      bytes += record.json.size();
      if (static_cast<std::size_t>(answer.items_size()) == limit || bytes > kMaxPageBytes) {
        answer.set_lastkey(std::to_string(query.after));
        return {};
      }
      RETURN_IF_ERROR(Take(call.caller, record, answer));
      query.after = number;
    }
    if (records.size() < query.limit) return {};
  }
}

}  // namespace

void AddSessionEventMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/GetSessionEvents", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::GetSessionEventsRequest& request, proto::Events& answer) {
              return GetSessionEvents(auth, call, request, answer);
            });
}

}  // namespace sallyport
