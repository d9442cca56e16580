// A cluster's audit log and a sink in memory, for tests of the export.
#pragma once

#include <poll.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "libbase/mutex.h"
#include "libbase/whole_number.h"
#include "libclient/network.h"
#include "libmachine/export/audit_source.h"
#include "libmachine/export/event_sink.h"
#include "libresources/events/chunk_id.h"
#include "libresources/events/log_cursor.h"

namespace sallyport::test {

constexpr std::size_t kSampleChunkEvents = 10;
constexpr const char* kSampleShortHash = "0011223344556677";

// Events that are committed at their own time, oldest first; the first has the number 1.
class SampleLog : public AuditSource {
 public:
  explicit SampleLog(AuditMethod method) : method_(method) {}

  void Append(Time time, std::string type = "role.created") EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    ExportedEvent event;
    event.number = static_cast<std::int64_t>(events_.size()) + 1;
    event.id = fmt::format("id-{}", event.number);
    event.type = std::move(type);
    event.time = event.committed = time;
    event.json = fmt::format(R"({{"uid":"{}","event":"{}"}})", event.id, event.type);
    events_.push_back(std::move(event));
  }
  // The session.upload of a recording, which has `count` events, is missing with -1, or forbidden
  // with -2.
  void AppendUpload(Time time, const std::string& session, int count) EXCLUDES(mutex_) {
    Append(time, "session.upload");
    const MutexLock lock(mutex_);
    events_.back().uploaded_session = session;
    recordings_[session] = count;
  }
  void SetRecording(const std::string& session, int count) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    recordings_[session] = count;
  }
  std::vector<ExportedEvent> events() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return events_;
  }

  std::string cluster = "sample.test";
  Status failure;  // of every call while it is an error
  int page_calls = 0;
  std::vector<LoginLock> locks;

  bool RefreshIdentity() override { return false; }
  Result<std::string> ClusterName() override {
    RETURN_IF_ERROR(failure);
    return cluster;
  }
  Result<AuditMethod> BestMethod() override { return method_; }

  Status Follow(const std::string& cursor, Time start, bool until_end, const TakeFollowed& take,
                const StopSignal& stop) override {
    std::size_t at = 0;
    if (!cursor.empty()) {
      ASSIGN_OR_RETURN(const LogCursor parsed, ParseLogCursor(cursor));
      at = static_cast<std::size_t>(parsed.number);
    }
    while (!stop.stopped()) {
      const auto all = events();
      while (cursor.empty() && at < all.size() && all[at].time < start) ++at;
      FollowedEvents answer;
      const std::size_t end = std::min(all.size(), at + 7);
      answer.events.assign(all.begin() + static_cast<std::ptrdiff_t>(at),
                           all.begin() + static_cast<std::ptrdiff_t>(end));
      at = end;
      answer.cursor = FormatLogCursor({static_cast<std::int64_t>(at), at == 0 ? "" : kSampleShortHash});
      answer.newest = static_cast<std::int64_t>(all.size());
      const bool none = answer.events.empty();
      RETURN_IF_ERROR(take(std::move(answer)));
      if (none && until_end) return {};
      if (none) WaitFor(stop.descriptor(), POLLIN, std::chrono::steady_clock::now() + std::chrono::milliseconds(5));
    }
    return Fail(ErrorKind::kInterrupted, "stopped");
  }

  Result<std::vector<std::string>> Chunks(Time day) override {
    RETURN_IF_ERROR(failure);
    std::vector<std::string> ids;
    for (const auto& [first, last] : ChunksOf(day)) {
      ids.push_back(FormatChunkId({first, last, kSampleShortHash}));
    }
    return ids;
  }

  Status Export(Time day, const std::string& chunk, const std::string& cursor, const TakeWithCursor& take,
                const StopSignal&) override {
    const auto id = ParseChunkId(chunk);
    const auto listed = ChunksOf(day);
    if (!id || std::ranges::find(listed, std::pair(id->first, id->last)) == listed.end()) {
      return Fail(ErrorKind::kNotFound, "no such chunk");
    }
    ASSIGN_OR_RETURN(const std::int64_t passed, PassedByCursor(cursor, *id));
    const auto all = events();
    for (std::int64_t number = passed + 1; number <= id->last; ++number) {
      RETURN_IF_ERROR(take(all[static_cast<std::size_t>(number) - 1], ChunkCursor(number)));
    }
    return {};
  }

  Result<EventPage> Page(const EventWindow& window, const std::string& cursor) override {
    RETURN_IF_ERROR(failure);
    ++page_calls;
    EventPage page;
    const std::int64_t after = cursor.empty() ? 0 : ReadWholeNumber<std::int64_t>(cursor).value();
    for (const auto& event : events()) {
      if (event.number <= after || event.time < window.from || event.time > window.to) continue;
      if (page.events.size() == static_cast<std::size_t>(window.limit)) {
        page.next = std::to_string(page.events.back().number);
        break;
      }
      page.events.push_back(event);
    }
    return page;
  }

  Status SessionEvents(const std::string& session, std::int64_t index, const Take& take, const StopSignal&) override {
    int count = 0;
    {
      const MutexLock lock(mutex_);
      const auto found = recordings_.find(session);
      if (found != recordings_.end() && found->second < -1) return Fail(ErrorKind::kAccessDenied, "no right");
      if (found == recordings_.end() || found->second < 0) return Fail(ErrorKind::kNotFound, "no recording");
      count = found->second;
    }
    for (std::int64_t at = index; at < count; ++at) {
      ExportedEvent event;
      event.type = at % 3 == 1 ? "print" : "exec";
      event.index = at;
      event.id = fmt::format("{}-{}", session, at);
      RETURN_IF_ERROR(take(std::move(event)));
    }
    return {};
  }

  Status Lock(const LoginLock& lock) override {
    locks.push_back(lock);
    return {};
  }

 private:
  // The ranges of events of a day, as many as are full.
  std::vector<std::pair<std::int64_t, std::int64_t>> ChunksOf(Time day) const {
    const auto begin = std::chrono::floor<std::chrono::days>(day);
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    std::int64_t first = 0;
    for (const auto& event : events()) {
      if (std::chrono::floor<std::chrono::days>(event.committed) != begin) continue;
      if (first == 0) first = event.number;
      if (event.number - first + 1 == static_cast<std::int64_t>(kSampleChunkEvents)) {
        ranges.emplace_back(first, event.number);
        first = 0;
      }
    }
    return ranges;
  }

  const AuditMethod method_;
  mutable Mutex mutex_;
  std::vector<ExportedEvent> events_ GUARDED_BY(mutex_);
  std::map<std::string, int> recordings_ GUARDED_BY(mutex_);
};

// Keeps the ids of events by URL. `refuse` is asked for each request.
class SampleSink : public EventSink {
 public:
  std::function<Status(const std::string& id)> refuse = [](const std::string&) { return Status(); };
  std::size_t most = 1;

  std::size_t most_events() const override { return most; }
  Status Send(const std::string& url, std::span<const ExportedEvent> events, std::chrono::seconds&) override {
    const MutexLock lock(mutex_);
    RETURN_IF_ERROR(refuse(events.front().id));
    for (const auto& event : events) got_[url].push_back(event.id);
    ++requests_;
    return {};
  }
  std::vector<std::string> got(const std::string& url) const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto found = got_.find(url);
    return found == got_.end() ? std::vector<std::string>() : found->second;
  }
  int requests() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return requests_;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::vector<std::string>> got_ GUARDED_BY(mutex_);
  int requests_ GUARDED_BY(mutex_) = 0;
};

}  // namespace sallyport::test
