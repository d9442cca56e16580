#include "libmachine/export/event_export.h"

#include <poll.h>

#include <algorithm>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libclient/network.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kFirstReconnect{1};
constexpr std::chrono::minutes kLongestReconnect{1};
constexpr std::chrono::seconds kChunksPeriod{16};  // between looks for new chunks
constexpr std::chrono::minutes kListPeriod{1};  // between looks for chunks of what was followed

// Kinds of failures that end with time: the cluster comes back, or the identity is renewed.
bool PassesBy(const Error& error) {
  return error.kind == ErrorKind::kConnectionProblem || error.kind == ErrorKind::kNotLoggedIn ||
         error.kind == ErrorKind::kLimitExceeded || error.kind == ErrorKind::kInternal;
}

}  // namespace

EventExport::EventExport(const ExportSettings& settings, AuditSource& source, EventSink& sink, ExportStorage& storage,
                         const StopSignal& stop)
    : settings_(settings),
      source_(source),
      storage_(storage),
      stop_(stop),
      delivery_(sink, counts_, stop),
      locks_(settings.lock_attempts, settings.lock_period),
      sessions_(settings_, source_, delivery_, storage_, stop_),
      chunks_(
          source_, storage_, static_cast<std::size_t>(settings.batch),
          [this](std::vector<ExportedEvent> events) { return SendEvents(std::move(events)); }, stop_) {}

void EventExport::Pause(Nanoseconds time) const {
  WaitFor(stop_.descriptor(), POLLIN,
          std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(time));
}

// Learns what the cluster offers, and checks that the storage is this cluster's.
Result<AuditMethod> EventExport::Begin() {
  ASSIGN_OR_RETURN(const std::string cluster, source_.ClusterName());
  RETURN_IF_ERROR(storage_.CheckCluster(cluster));
  return source_.BestMethod();
}

Status EventExport::RunMethod(AuditMethod method) {
  switch (method) {
    case AuditMethod::kFollow:
      return FollowLog();
    case AuditMethod::kChunks:
      return ExportChunks();
    case AuditMethod::kPages:
      return ExportPages();
  }
  return Fail(ErrorKind::kInternal, "unknown way to read an audit log");
}

Status EventExport::Run() {
  ASSIGN_OR_RETURN(start_, storage_.StartTime(settings_.start_time, Now()));
  RETURN_IF_ERROR(sessions_.Begin());

  Backoff backoff(kFirstReconnect, kLongestReconnect);
  while (!stop_.stopped()) {
    const auto delivered = counts_.delivered.load();
    const auto method = Begin();
    const Status done = method ? RunMethod(*method) : std::unexpected(method.error());
    if (done) {
      sessions_.Finish();
      return {};
    }
    if (stop_.stopped() || done.error().kind == ErrorKind::kInterrupted) return {};
    if (!PassesBy(done.error())) return done;

    if (counts_.delivered != delivered) backoff.Reset();
    const auto pause = backoff.Next();
    Log(LogLevel::kWarning, "the audit log cannot be read; it is tried again",
        {{"reason", done.error().message}, {"next step", done.error().hint}, {"pause", FormatDuration(pause)}});
    Pause(pause);
  }
  return {};
}

// Events.

bool EventExport::IsWanted(const ExportedEvent& event) const {
  const auto has = [&](const std::vector<std::string>& types) {
    return std::ranges::find(types, event.type) != types.end();
  };
  return !has(settings_.skip_event_types) && (settings_.types.empty() || has(settings_.types));
}

// Does what an event asks for, after the sink has it.
Status EventExport::AfterEvent(const ExportedEvent& event) {
  if (!event.uploaded_session.empty()) RETURN_IF_ERROR(sessions_.Add(event.uploaded_session, event.time));
  if (event.failed_user.empty() || !settings_.lock || settings_.dry_run) return {};
  if (!locks_.Failed(event.failed_login, event.time)) return {};

  LoginLock lock{fmt::format("event-handler-auto-lock-{}-{}", event.failed_user, event.failed_login),
                 event.failed_user, event.failed_login, Time()};
  if (settings_.lock_for > Nanoseconds(0)) lock.expires = Now() + settings_.lock_for;
  if (const Status locked = source_.Lock(lock); !locked) {
    Log(LogLevel::kError, "a user cannot be locked",
        {{"user", event.failed_user}, {"reason", locked.error().message}, {"next step", locked.error().hint}});
  }
  return {};
}

// Sends events, several at a time, and returns after the sink has all of them.
Status EventExport::SendEvents(std::vector<ExportedEvent> events) {
  std::erase_if(events, [this](const ExportedEvent& event) { return !IsWanted(event); });
  const int connections = settings_.max_connections > 0 ? settings_.max_connections : 2 * settings_.concurrency;
  RETURN_IF_ERROR(delivery_.DeliverAll(settings_.url, events, connections));
  for (const auto& event : events) RETURN_IF_ERROR(AfterEvent(event));
  return {};
}

// A followed log.

Status EventExport::FollowLog() {
  ASSIGN_OR_RETURN(const std::string kept, storage_.ReadFollowed());
  ASSIGN_OR_RETURN(std::string cursor, chunks_.ExportBeforeFollowing(kept));
  auto listed = std::chrono::steady_clock::now();
  std::optional<Time> first;
  const Status followed = source_.Follow(
      cursor, start_, settings_.exit_on_last_event,
      [&](std::vector<ExportedEvent> events, const std::string& after) -> Status {
        if (!events.empty()) {
          if (!first) first = events.front().time;
          RETURN_IF_ERROR(SendEvents(std::move(events)));
          RETURN_IF_ERROR(storage_.WriteFollowed(after));
          cursor = after;
        }
        if (!first || std::chrono::steady_clock::now() - listed < kListPeriod) return {};
        listed = std::chrono::steady_clock::now();
        return chunks_.ListFollowed(cursor, *first);
      },
      stop_);
  if (followed && first) return chunks_.ListFollowed(cursor, *first);
  return followed;
}

Status EventExport::ExportChunks() {
  while (!stop_.stopped()) {
    ASSIGN_OR_RETURN(const bool some, chunks_.ExportListed(start_));
    if (some) continue;
    if (settings_.exit_on_last_event) return {};
    Pause(kChunksPeriod);
  }
  return Fail(ErrorKind::kInterrupted, "the event handler stops");
}

// Pages of windows of time.

Status EventExport::ExportPages() {
  ASSIGN_OR_RETURN(PageCursor at, storage_.ReadPage());
  // A folder without a window was left before its first event was sent.
  if (at.window_start < start_) at = {"", "", start_};
  while (!stop_.stopped()) {
    const Time now = Now();
    const bool is_last = at.window_start + settings_.window_size >= now;
    const Time to = is_last ? now : at.window_start + settings_.window_size;
    ASSIGN_OR_RETURN(const bool some, ExportWindow(at, to, is_last));
    if (some || !is_last) continue;
    if (settings_.exit_on_last_event) return {};
    Pause(settings_.timeout);
  }
  return Fail(ErrorKind::kInterrupted, "the event handler stops");
}

// Exports a page of a window; returns whether there was anything new. A window without further pages, whose time is
// over, is followed by the next.
Result<bool> EventExport::ExportWindow(PageCursor& at, Time to, bool is_last) {
  ASSIGN_OR_RETURN(EventPage page, source_.Page({at.window_start, to, settings_.types, settings_.batch}, at.cursor));
  const auto known = std::ranges::find(page.events, at.id, &ExportedEvent::id);
  if (known != page.events.end()) page.events.erase(page.events.begin(), std::next(known));

  const bool some = !page.events.empty();
  if (some) {
    const std::string last = page.events.back().id;
    RETURN_IF_ERROR(SendEvents(std::move(page.events)));
    at.id = last;
  }
  if (!page.next.empty()) {
    at.cursor = page.next;
  } else if (!is_last && !some) {
    at.cursor.clear();
    at.window_start = to;
  }
  if (some || !page.next.empty() || !is_last) RETURN_IF_ERROR(storage_.WritePage(at));
  return some || !page.next.empty();
}

}  // namespace sallyport
