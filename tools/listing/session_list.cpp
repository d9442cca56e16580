#include "tools/listing/session_list.h"

#include <ctime>

#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "libbase/whole_number.h"
#include "tools/listing/list_options.h"

namespace sallyport {
namespace {

constexpr std::chrono::hours kDay{24};
constexpr int kDefaultLimit = 50;
constexpr int kMaxLimit = 100'000;

// Parses a day, or a time.
Result<Time> TimeAt(std::string_view option, const std::string& text, Time otherwise) {
  if (text.empty()) return otherwise;
  auto time = ParseTime(text);
  if (!time) time = ParseTime(text + "T00:00:00Z");
  if (time) return *time;
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("--{}: \"{}\" is not a day", option, StripControl(text)),
                      "write 2030-01-31, or a time: 2030-01-31T12:00:00Z");
}

Result<int> LimitOf(const std::string& text) {
  if (text.empty()) return kDefaultLimit;
  const auto limit = ReadWholeNumber<int>(text);
  if (limit && *limit > 0 && *limit <= kMaxLimit) return *limit;
  return Fail(ErrorKind::kBadParameter, "--limit must be a number from 1 to {}, not \"{}\"", kMaxLimit,
              StripControl(text));
}

// Returns "Jan 2 2026 15:04:05 UTC".
std::string HumanTime(const std::string& text) {
  const auto time = ParseTime(text);
  if (!time) return text;
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(*time));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char buffer[32];
  std::strftime(buffer, sizeof buffer, "%b %-d %Y %H:%M:%S UTC", &parts);
  return buffer;
}

std::vector<std::string> Row(const Value& event) {
  const std::string kind = TextAt(event, "event");
  std::string type = TextAt(event, "proto");
  std::string target = TextAt(event, type == "kube" ? "kubernetes_cluster" : "server_hostname");
  if (kind == "windows.desktop.session.end") {
    type = "windows";
    target = TextAt(event, "desktop_name");
  } else if (kind == "db.session.end") {
    type = TextAt(event, "db_protocol");
    target = TextAt(event, "db_name");
  }
  std::string participants;
  if (const Value* const list = event.Find("participants"); list != nullptr && list->is_list()) {
    for (const Value& name : list->as_list()) participants += (participants.empty() ? "" : ", ") + name.as_string();
  }
  return {TextAt(event, "sid"), type, participants, target, HumanTime(TextAt(event, "time"))};
}

}  // namespace

Command SessionListCommand(std::string_view example, const Runner& run) {
  return {.path = "recordings ls",
          .summary = "List sessions that have ended",
          .options = {{.name = "from-utc",
                       .value_name = "DAY",
                       .help = "Only sessions that ended on this day (YYYY-MM-DD) or later (default a day ago)",
                       .into = Into<&SessionListOptions::from_utc>},
                      {.name = "to-utc",
                       .value_name = "DAY",
                       .help = "Only sessions that ended before this day (default now)",
                       .into = Into<&SessionListOptions::to_utc>},
                      {.name = "last",
                       .value_name = "DURATION",
                       .help = "Only sessions that ended within this duration, such as 5h30m",
                       .into = Into<&SessionListOptions::last>},
                      {.name = "limit",
                       .value_name = "NUMBER",
                       .help = "Maximum number of sessions (default 50)",
                       .into = Into<&SessionListOptions::limit>}},

          .example = example,
          .run = run};
}

Result<SessionRange> SessionRangeOf(const SessionListOptions& given) {
  if (!given.last.empty() && (!given.from_utc.empty() || !given.to_utc.empty())) {
    return Fail(ErrorKind::kUsage, "--last cannot be combined with --from-utc and --to-utc");
  }
  SessionRange range;
  const Time now = Now();
  ASSIGN_OR_RETURN(range.from, TimeAt("from-utc", given.from_utc, now - kDay));
  ASSIGN_OR_RETURN(range.to, TimeAt("to-utc", given.to_utc, now));
  if (!given.last.empty()) {
    ASSIGN_OR_RETURN(const Nanoseconds duration, ParseDuration(given.last));
    range.from = now - duration;
  }
  if (range.from > range.to) return Fail(ErrorKind::kBadParameter, "--to-utc is before --from-utc");
  ASSIGN_OR_RETURN(range.limit, LimitOf(given.limit));
  return range;
}

Output SessionList(std::shared_ptr<RpcClient> rpc, const SessionRange& range) {
  Output output;
  output.kind = Output::Kind::kItems;
  output.items = [rpc = std::move(rpc), range](const ItemSink& sink) { return ListSessions(*rpc, range, sink); };
  output.columns = {"ID", "Type", "Participants", "Target", "Timestamp"};
  output.row = Row;
  output.sort_keys_in_yaml = true;
  return output;
}

}  // namespace sallyport
