#include "libmachine/export/event_export.h"

#include <poll.h>

#include <algorithm>
#include <future>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libclient/network.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kFirstReconnect{1};
constexpr std::chrono::minutes kLongestReconnect{1};
constexpr std::chrono::seconds kChunksPeriod{16};  // between looks for new chunks
constexpr std::chrono::seconds kStoragePause{5};
constexpr std::chrono::milliseconds kFollowedPeriod{100};  // between writes of the cursor
constexpr std::chrono::minutes kListPeriod{1};             // between looks for chunks of what was followed

std::string_view MethodName(AuditMethod method) {
  switch (method) {
    case AuditMethod::kFollow:
      return "follow";
    case AuditMethod::kChunks:
      return "chunks";
    case AuditMethod::kPages:
      return "pages";
  }
  return "unknown";
}

// Kinds of failures that end with time: the cluster comes back, or the identity is renewed.
bool PassesBy(const Error& error) {
  return error.kind == ErrorKind::kConnectionProblem || error.kind == ErrorKind::kLimitExceeded ||
         error.kind == ErrorKind::kInternal;
}

bool RefusesIdentity(const Error& error) {
  return error.kind == ErrorKind::kNotLoggedIn || error.kind == ErrorKind::kAccessDenied;
}

}  // namespace

EventExport::EventExport(const ExportSettings& settings, AuditSource& source, EventSink& sink, ExportStorage& storage,
                         const StopSignal& stop)
    : settings_(settings),
      source_(source),
      storage_(storage),
      stop_(stop),
      progress_(Now()),
      delivery_(sink, progress_, stop),
      locks_(settings.lock_attempts, settings.lock_period),
      sessions_(settings_, source_, delivery_, storage_, progress_, stop_),
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
  ASSIGN_OR_RETURN(const AuditMethod method, source_.BestMethod());
  if (settings_.chain && method != AuditMethod::kFollow) {
    return FailWithHint(ErrorKind::kNotImplemented, fmt::format("the cluster {} has no hash chain", cluster),
                        "set chain to false");
  }
  progress_.Reading(cluster, MethodName(method));
  Log(LogLevel::kInfo, "the audit log is read", {{"cluster", cluster}, {"method", std::string(MethodName(method))}});
  return method;
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

// Waits before a file of the storage is written again; returns whether it is to be tried.
bool EventExport::WaitForStorage(const Error& failure) {
  progress_.StorageFailed(failure, Now() + kStoragePause);
  Log(LogLevel::kError, "how far the export is cannot be written; it is tried again",
      {{"reason", failure.message}, {"pause", FormatDuration(kStoragePause)}});
  Pause(kStoragePause);
  return !stop_.stopped();
}

Status EventExport::Run() {
  storage_.SetOnWriteFailure([this](const Error& failure) { return WaitForStorage(failure); });
  ASSIGN_OR_RETURN(start_, storage_.StartTime(settings_.start_time, Now()));
  RETURN_IF_ERROR(sessions_.Begin());

  Backoff backoff(kFirstReconnect, kLongestReconnect);
  bool begun = false;
  while (!stop_.stopped()) {
    const auto delivered = progress_.delivered();
    const auto method = Begin();
    begun = begun || method;
    const Status done = method ? RunMethod(*method) : std::unexpected(method.error());
    if (done) {
      sessions_.Finish();
      return {};
    }
    if (stop_.stopped() || done.error().kind == ErrorKind::kInterrupted) return {};
    // The identity that a running export lost may come back: by a renewal, the end of a lock, a role.
    const bool refused = RefusesIdentity(done.error());
    if (refused && source_.RefreshIdentity()) continue;
    if (!PassesBy(done.error()) && !(refused && begun && !settings_.exit_on_last_event)) return done;

    if (progress_.delivered() != delivered) backoff.Reset();
    const auto pause = backoff.Next();
    progress_.ReadFailed(done.error(), Now() + pause);
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
  if (!event.ended_session.empty()) RETURN_IF_ERROR(sessions_.Expect(event.ended_session, event.time));
  if (event.failed_user.empty() || !settings_.lock || settings_.dry_run) return {};
  if (!locks_.Failed(event.failed_login, event.time)) return {};

  LoginLock lock{fmt::format("event-handler-auto-lock-{}-{}", event.failed_user, event.failed_login), event.failed_user,
                 event.failed_login, Time()};
  if (settings_.lock_for > Nanoseconds(0)) lock.expires = Now() + settings_.lock_for;
  if (const Status locked = source_.Lock(lock); !locked) {
    Log(LogLevel::kError, "a user cannot be locked",
        {{"user", event.failed_user}, {"reason", locked.error().message}, {"next step", locked.error().hint}});
  }
  return {};
}

// Leaves out the events that are not wanted. In a hash chain, each gets a stand-in by which verification goes on.
Result<std::vector<ExportedEvent>> EventExport::Wanted(std::vector<ExportedEvent> events) const {
  std::vector<ExportedEvent> wanted;
  for (auto& event : events) {
    if (IsWanted(event)) {
      wanted.push_back(std::move(event));
    } else if (settings_.chain) {
      ASSIGN_OR_RETURN(ExportedEvent left_out, LeftOutEvent(event));
      wanted.push_back(std::move(left_out));
    }
  }
  return wanted;
}

// Sends events, several at a time, and returns after the sink has all of them.
Status EventExport::SendEvents(std::vector<ExportedEvent> events) {
  ASSIGN_OR_RETURN(const auto wanted, Wanted(std::move(events)));
  RETURN_IF_ERROR(delivery_.DeliverAll(settings_.url, wanted, ConnectionsToSink(settings_)));
  for (const auto& event : wanted) RETURN_IF_ERROR(AfterEvent(event));
  return {};
}

// A followed log.

Status EventExport::KeepFollowed(Followed& followed) {
  if (followed.is_written) return {};
  RETURN_IF_ERROR(storage_.WriteFollowed(followed.cursor));
  followed.is_written = true;
  followed.written = std::chrono::steady_clock::now();
  return {};
}

// Sends the events of an answer. The cursor after them is written at once when nothing is left of the log; a disk is
// slower than a sink, so that otherwise a part of a second passes between two writes.
Status EventExport::TakeFollowed(FollowedEvents answer, Followed& followed) {
  if (answer.events.empty()) {
    progress_.Behind(0, Time());
    return KeepFollowed(followed);
  }
  const std::int64_t left = answer.newest - answer.events.back().number;
  const Time committed = answer.events.back().committed;
  if (!followed.first) followed.first = answer.events.front().time;
  progress_.Behind(answer.newest - answer.events.front().number + 1, answer.events.front().committed);

  RETURN_IF_ERROR(SendEvents(std::move(answer.events)));
  followed.cursor = answer.cursor;
  followed.is_written = false;
  progress_.Behind(left, left > 0 ? committed : Time());
  const bool due = std::chrono::steady_clock::now() - followed.written >= kFollowedPeriod;
  return left == 0 || due ? KeepFollowed(followed) : Status();
}

// Sends the events of an answer, and keeps the chunks of the storage in step with the cursor.
Status EventExport::TakeAnswer(FollowedEvents answer, Followed& followed) {
  RETURN_IF_ERROR(TakeFollowed(std::move(answer), followed));
  if (!followed.first || std::chrono::steady_clock::now() - followed.listed < kListPeriod) return {};
  followed.listed = std::chrono::steady_clock::now();
  return chunks_.ListFollowed(followed.cursor, *followed.first);
}

Status EventExport::FollowLog() {
  ASSIGN_OR_RETURN(const std::string kept, storage_.ReadFollowed());
  Followed followed;
  ASSIGN_OR_RETURN(followed.cursor, chunks_.ExportBeforeFollowing(kept, start_));
  followed.listed = std::chrono::steady_clock::now();

  // While the events of one answer are sent, the next is read. What is alone, at the end of the log, is sent at once,
  // so that its failure ends the reading.
  std::future<Status> sending;
  const auto take = [&](FollowedEvents answer) -> Status {
    if (sending.valid()) RETURN_IF_ERROR(sending.get());
    const bool has_more = !answer.events.empty() && answer.events.back().number < answer.newest;
    if (!has_more) return TakeAnswer(std::move(answer), followed);
    sending = std::async(std::launch::async, [this, &followed, taken = std::move(answer)]() mutable {
      return TakeAnswer(std::move(taken), followed);
    });
    return {};
  };
  const Status ended = source_.Follow(followed.cursor, start_, settings_.exit_on_last_event, take, stop_);
  const Status sent = sending.valid() ? sending.get() : Status();
  RETURN_IF_ERROR(KeepFollowed(followed));
  RETURN_IF_ERROR(sent);
  if (ended && followed.first) return chunks_.ListFollowed(followed.cursor, *followed.first);
  return ended;
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
