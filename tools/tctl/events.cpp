// The command tctl events ls, which lists the audit log.
#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libbase/value_fields.h"
#include "libbase/whole_number.h"
#include "libresources/codec/codec.h"
#include "teleport/auditlog/v1/auditlog.pb.h"
#include "tools/listing/list_options.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct EventsLs {
  std::vector<std::string> types;
  std::string user;
  std::string from;
  std::string to;
  std::string order;
  std::string limit;
  std::string cursor;
};

namespace auditv1 = teleport::auditlog::v1;
using google::protobuf::util::TimeUtil;

constexpr int kPage = 1000;
constexpr std::int64_t kDefaultLimit = 100;

// Parses a time, or a duration before now.
Result<Time> TimeAt(std::string_view option, const std::string& text, Time otherwise) {
  if (text.empty()) return otherwise;
  if (const auto time = ParseTime(text)) return *time;
  if (const auto ago = ParseDuration(text)) return Now() - *ago;
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("--{}: \"{}\" is not a time", option, StripControl(text)),
                      "write a time such as 2030-01-31T12:00:00Z, or a duration before now such as 24h");
}

Result<std::int64_t> LimitOf(const std::string& text) {
  if (text.empty()) return kDefaultLimit;
  const auto limit = ReadWholeNumber<std::int64_t>(text);
  if (limit && *limit > 0) return *limit;
  return Fail(ErrorKind::kBadParameter, "--limit must be a number above 0, not \"{}\"", StripControl(text));
}

struct WantedEvents {
  auditv1::GetUnstructuredEventsRequest request;
  std::string user;
  std::int64_t limit = kDefaultLimit;
};

Result<WantedEvents> WantedOf(const EventsLs& given) {
  WantedEvents wanted;
  wanted.user = given.user;
  ASSIGN_OR_RETURN(wanted.limit, LimitOf(given.limit));
  ASSIGN_OR_RETURN(const Time from, TimeAt("from", given.from, Now() - std::chrono::hours(24)));
  ASSIGN_OR_RETURN(const Time to, TimeAt("to", given.to, Now()));
  if (to < from) return Fail(ErrorKind::kBadParameter, "--to is before --from");

  auto& request = wanted.request;
  request.set_namespace_("default");
  *request.mutable_start_date() = TimeUtil::NanosecondsToTimestamp(from.time_since_epoch().count());
  *request.mutable_end_date() = TimeUtil::NanosecondsToTimestamp(to.time_since_epoch().count());
  for (const auto& type : given.types) request.add_event_types(type);
  // The names of the enum are swapped: 0 is oldest first.
  request.set_order(given.order == "asc" ? auditv1::ORDER_DESCENDING_UNSPECIFIED : auditv1::ORDER_ASCENDING);
  request.set_start_key(given.cursor);
  return wanted;
}

// Returns a description of an event, from the fields that most events have.
std::string EventSubjectOf(const Value& event) {
  for (const char* key : {"name", "kubernetes_cluster", "server_hostname", "lock", "sid"}) {
    std::string text = TextAt(event, key);
    if (!text.empty()) return text;
  }
  return {};
}

std::vector<std::string> EventRow(const Value& event) {
  const Value* const success = event.Find("success");
  const bool failed = success != nullptr && success->is_bool() && !success->as_bool();
  return {TextAt(event, "time"), TextAt(event, "code"), TextAt(event, "event"),
          TextAt(event, "user"), EventSubjectOf(event), failed ? TextAt(event, "error") : ""};
}

// Gives events to the sink until there are enough; returns the key of the next page, "" at the end.
Result<std::string> EachEvent(RpcClient& rpc, WantedEvents wanted, const ItemSink& sink) {
  std::int64_t given = 0;
  while (true) {
    // tctl itself filters by user, so the number of matching events on a page is not known before.
    const bool filtered = !wanted.user.empty();
    wanted.request.set_limit(filtered ? kPage : static_cast<int>(std::min<std::int64_t>(kPage, wanted.limit - given)));
    ASSIGN_OR_RETURN(const auto page,
                     rpc.Call<auditv1::EventsUnstructured>(
                         "/teleport.auditlog.v1.AuditLogService/GetUnstructuredEvents", wanted.request));

    for (const auto& item : page.items()) {
      const Value whole = EncodeMessage(item);
      const Value* const unstructured = whole.Find("unstructured");
      if (unstructured == nullptr) continue;
      const Value& event = *unstructured;
      if (filtered && TextAt(event, "user") != wanted.user) continue;
      RETURN_IF_ERROR(sink(event));
      ++given;
    }

    if (page.last_key().empty() || page.items().empty() || given >= wanted.limit) return page.last_key();
    wanted.request.set_start_key(page.last_key());
  }
}

Result<Output> RunEvents(const Invocation& invocation, const EventsLs& given) {
  ASSIGN_OR_RETURN(const WantedEvents wanted, WantedOf(given));
  ASSIGN_OR_RETURN(std::shared_ptr<RpcClient> rpc, ConnectToAuth(invocation));
  Value::List events;
  ASSIGN_OR_RETURN(const std::string cursor, EachEvent(*rpc, wanted, [&](const Value& event) -> Status {
                     events.push_back(event);
                     return {};
                   }));
  Output output = Output::List(std::move(events), {"Time", "Code", "Event", "User", "Subject", "Error"}, EventRow);
  if (!cursor.empty())
    output.closing_notices.push_back(fmt::format("to list more events, repeat the command with --cursor={}", cursor));
  return output;
}

}  // namespace

Command EventsCommand() {
  return {.path = "events ls",
          .summary = "List events of the audit log in a range of time, the newest first",
          .options = {{.name = "type",
                       .value_name = "TYPE,...",
                       .help = "Types of events, such as user.login",
                       .repeated = true,
                       .into = Into<&EventsLs::types>},
                      {.name = "user",
                       .value_name = "NAME",
                       .help = "Only events of this user",
                       .names = "user",
                       .into = Into<&EventsLs::user>},
                      {.name = "from",
                       .value_name = "TIME",
                       .help = "Start of the range, or how long ago (default 24h)",
                       .into = Into<&EventsLs::from>},
                      {.name = "to",
                       .value_name = "TIME",
                       .help = "End of the range (default now)",
                       .into = Into<&EventsLs::to>},
                      {.name = "order",
                       .value_name = "asc|desc",
                       .help = "Oldest or newest first",
                       .choices = "asc desc",
                       .into = Into<&EventsLs::order>},
                      {.name = "limit",
                       .value_name = "N",
                       .help = "Maximum number of events (default 100)",
                       .into = Into<&EventsLs::limit>},
                      {.name = "cursor",
                       .value_name = "KEY",
                       .help = "Cursor at which the previous list ended",
                       .into = Into<&EventsLs::cursor>}},

          .example = "tctl events ls --type=user.login --from=1h",
          .run = RunWith<RunEvents>};
}

}  // namespace sallyport
