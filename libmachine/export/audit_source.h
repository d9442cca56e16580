// The audit log of a cluster, as an event handler reads it: followed, by chunks, or page by page, and recordings.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libbase/time.h"
#include "libmachine/export/exported_event.h"

namespace sallyport {

// The methods of a cluster to read its log with.
enum class AuditMethod {
  kFollow,  // of Sallyport: each event as soon as it is committed
  kChunks,  // Teleport's bulk export
  kPages,   // Teleport's, where there is no bulk export
};

struct EventPage {
  std::vector<ExportedEvent> events;
  std::string next;  // the cursor of the next page; "": there is none
};

// An answer of a followed log; without events: a sign of life.
struct FollowedEvents {
  std::vector<ExportedEvent> events;
  std::string cursor;       // after the events
  std::int64_t newest = 0;  // the number of the newest event of the log
};

struct EventWindow {
  Time from{};
  Time to{};
  std::vector<std::string> types;  // none: all
  int limit = 0;
};

struct LoginLock {
  std::string name;
  std::string user;
  std::string login;
  Time expires{};  // Time{}: never
};

// Safe from several threads. Streams call `take` for each event in order; an error of `take` ends the stream and is
// returned. All fail with kConnectionProblem when the cluster cannot be reached, kNotLoggedIn or kAccessDenied when it
// refuses the identity, and kInterrupted when the stop signal given to them is set.
class AuditSource {
 public:
  using Take = std::function<Status(ExportedEvent event)>;
  using TakeWithCursor = std::function<Status(ExportedEvent event, const std::string& cursor)>;
  using TakeFollowed = std::function<Status(FollowedEvents answer)>;

  virtual ~AuditSource() = default;
  // Reads the identity again, for the next call; returns whether there is another one. An identity that cannot be read
  // is logged, and the one of before remains.
  virtual bool RefreshIdentity() = 0;
  virtual Result<std::string> ClusterName() = 0;
  virtual Result<AuditMethod> BestMethod() = 0;

  // Follows the log from a cursor on, or from a time where the cursor is "", until the end of the log of now when
  // `until_end` is set.
  virtual Status Follow(const std::string& cursor, Time start, bool until_end, const TakeFollowed& take,
                        const StopSignal& stop) = 0;
  // `day` is any time of a UTC day.
  virtual Result<std::vector<std::string>> Chunks(Time day) = 0;
  // Fails with kNotFound when there is no such chunk.
  virtual Status Export(Time day, const std::string& chunk, const std::string& cursor, const TakeWithCursor& take,
                        const StopSignal& stop) = 0;
  virtual Result<EventPage> Page(const EventWindow& window, const std::string& cursor) = 0;
  // Fails with kNotFound when there is no recording.
  virtual Status SessionEvents(const std::string& session, std::int64_t index, const Take& take,
                               const StopSignal& stop) = 0;
  virtual Status Lock(const LoginLock& lock) = 0;
};

}  // namespace sallyport
