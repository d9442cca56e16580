#include "libmachine/export/session_export.h"

#include <poll.h>

#include <algorithm>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libclient/network.h"

namespace sallyport {
namespace {

constexpr std::size_t kBacklog = 16;  // sessions in the queue, for each that is sent
constexpr std::chrono::seconds kFirstSessionPause{3};
constexpr std::chrono::minutes kLongestSessionPause{1};
constexpr std::chrono::minutes kFirstMissingPeriod{1};  // after the start
constexpr std::chrono::minutes kMissingPeriod{3};
constexpr std::chrono::hours kMissingLife{48};
constexpr int kMissingAttempts = 3;
constexpr std::size_t kSentSessions = 1000;  // that are remembered
constexpr std::chrono::seconds kIndexPeriod{1};

}  // namespace

SessionExport::SessionExport(const ExportSettings& settings, AuditSource& source, Delivery& delivery,
                             ExportStorage& storage, ExportProgress& progress, const StopSignal& stop)
    : settings_(settings), source_(source), delivery_(delivery), storage_(storage), progress_(progress), stop_(stop) {
  for (int i = 0; i < settings.concurrency; ++i) threads_.emplace_back([this] { Work(); });
  threads_.emplace_back([this] { LookForMissing(); });
}

SessionExport::~SessionExport() {
  {
    const MutexLock lock(mutex_);
    finishing_ = true;
    changed_.NotifyAll();
  }
  for (auto& thread : threads_) thread.join();
}

void SessionExport::Queue(Session session) {
  if (!known_.insert(session.id).second) return;
  queue_.push_back(std::move(session));
  progress_.Sessions(known_.size());
  changed_.NotifyAll();
}

Status SessionExport::Begin() {
  ASSIGN_OR_RETURN(const auto sessions, storage_.ReadSessions());
  const MutexLock lock(mutex_);
  for (const auto& [id, index] : sessions) Queue({id, index, 0, Time()});
  return {};
}

Status SessionExport::Add(const std::string& session, Time uploaded) {
  if (!IsStorageName(session)) {
    Log(LogLevel::kWarning, "a session has an id that cannot be a file's name; its recording is left out",
        {{"session", session}});
    return {};
  }
  {
    const MutexLock lock(mutex_);
    if (known_.contains(session)) return {};
  }
  RETURN_IF_ERROR(storage_.WriteSession(session, 0));
  RETURN_IF_ERROR(storage_.RemoveMissing(session));

  MutexLock lock(mutex_);
  const std::size_t room = kBacklog * static_cast<std::size_t>(settings_.concurrency);
  while (queue_.size() >= room && !stop_.stopped()) {
    changed_.WaitUntil(lock, std::chrono::steady_clock::now() + kIndexPeriod);
  }
  // A session that is not queued because of the stop is in the storage.
  if (!stop_.stopped()) Queue({session, 0, 0, uploaded});
  return {};
}

Status SessionExport::Expect(const std::string& session, Time ended) {
  if (!IsStorageName(session) || ended < Now() - kMissingLife) return {};
  {
    const MutexLock lock(mutex_);
    if (known_.contains(session) || std::ranges::find(sent_, session) != sent_.end()) return {};
  }
  return storage_.WriteMissing(session, {0, 0, ended});
}

void SessionExport::RememberSent(const std::string& session) {
  const MutexLock lock(mutex_);
  sent_.push_back(session);
  if (sent_.size() > kSentSessions) sent_.pop_front();
}

void SessionExport::Finish() {
  MutexLock lock(mutex_);
  while (!known_.empty() && !stop_.stopped()) {
    changed_.WaitUntil(lock, std::chrono::steady_clock::now() + kIndexPeriod);
  }
}

void SessionExport::Work() {
  MutexLock lock(mutex_);
  while (true) {
    while (queue_.empty() && !finishing_ && !stop_.stopped()) {
      changed_.WaitUntil(lock, std::chrono::steady_clock::now() + kIndexPeriod);
    }
    if (stop_.stopped() || queue_.empty()) return;
    Session session = std::move(queue_.front());
    queue_.pop_front();
    changed_.NotifyAll();

    lock.Unlock();
    if (const Status sent = Send(session); !sent && sent.error().kind != ErrorKind::kInterrupted) {
      Log(LogLevel::kError, "a recording was not sent; it is tried again after the next start",
          {{"session", session.id}, {"reason", sent.error().message}});
    }
    lock.Lock();
    known_.erase(session.id);
    progress_.Sessions(known_.size());
    changed_.NotifyAll();
  }
}

// Returns whether a failure is of the cluster or of the identity, and not of the recording.
bool SessionExport::ReadsLater(const Error& failure) const {
  if (failure.kind == ErrorKind::kAccessDenied) return !progress_.IsReading();
  return failure.kind == ErrorKind::kConnectionProblem || failure.kind == ErrorKind::kNotLoggedIn ||
         failure.kind == ErrorKind::kLimitExceeded;
}

// Sends a session, and tries again as long as the cluster cannot be reached: the sink is the delivery's care.
Status SessionExport::Send(Session& session) {
  Backoff backoff(kFirstSessionPause, kLongestSessionPause);
  while (true) {
    const Status sent = SendOnce(session);
    if (sent) {
      RememberSent(session.id);
      RETURN_IF_ERROR(storage_.RemoveMissing(session.id));
      return storage_.RemoveSession(session.id);
    }
    if (sent.error().kind == ErrorKind::kInterrupted) return sent;
    if (!ReadsLater(sent.error())) return KeepMissing(session, sent.error());

    const auto pause = backoff.Next();
    Log(LogLevel::kWarning, "a recording cannot be read; it is tried again",
        {{"session", session.id}, {"pause", FormatDuration(pause)}, {"reason", sent.error().message}});
    WaitFor(stop_.descriptor(), POLLIN, std::chrono::steady_clock::now() + pause);
    if (stop_.stopped()) return Fail(ErrorKind::kInterrupted, "the event handler stops");
  }
}

Status SessionExport::SendOnce(Session& session) {
  const std::string url = fmt::format("{}.{}.log", settings_.session_url, session.id);
  auto written = std::chrono::steady_clock::now();
  return source_.SessionEvents(
      session.id, session.index,
      [&](const ExportedEvent& event) -> Status {
        if (std::ranges::find(settings_.skip_session_types, event.type) == settings_.skip_session_types.end()) {
          RETURN_IF_ERROR(delivery_.Deliver(url, {&event, 1}));
        }
        // The event of the index is sent again after a restart: an index counts what was begun, not what is done.
        session.index = event.index;
        const auto now = std::chrono::steady_clock::now();
        if (now - written < kIndexPeriod) return {};
        written = now;
        return storage_.WriteSession(session.id, session.index);
      },
      stop_);
}

// A recording comes when its node uploads it, which may be days later; one that is damaged or forbidden may be mended.
Status SessionExport::KeepMissing(const Session& session, const Error& reason) {
  const bool old = session.uploaded != Time() && session.uploaded < Now() - kMissingLife;
  if (old || session.attempt >= kMissingAttempts) {
    Log(LogLevel::kWarning, "a recording cannot be read; it is given up",
        {{"session", session.id}, {"reason", reason.message}});
    RETURN_IF_ERROR(storage_.RemoveMissing(session.id));
    return storage_.RemoveSession(session.id);
  }
  return storage_.WriteMissing(session.id, {session.index, session.attempt + 1, session.uploaded});
}

void SessionExport::LookForMissing() {
  auto period = kFirstMissingPeriod;
  while (!WaitFor(stop_.descriptor(), POLLIN, std::chrono::steady_clock::now() + period)) {
    period = kMissingPeriod;
    const auto missing = storage_.ReadMissing();
    const MutexLock lock(mutex_);
    if (finishing_) return;
    if (!missing) {
      Log(LogLevel::kWarning, "the list of missing recordings cannot be read", {{"reason", missing.error().message}});
      continue;
    }
    for (const auto& [id, one] : *missing) Queue({id, one.index, one.attempt, one.uploaded});
  }
}

}  // namespace sallyport
