// The audit log as it is exported: events by number, with the hash chain beside them, chunks that never change, and the
// signed heads of days (docs/protocol/audit.md). Transactions of the backend append the events.
//
// All functions are safe from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libresources/events/event_chain.h"

namespace sallyport {

// An event with its place in the chain.
struct LoggedEvent {
  ChainLink link;
  std::string json;
};

// A range of events that were committed one after the other on one UTC day.
struct AuditChunk {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t day = 0;  // DayOf the commits
  std::string hash;      // of the last event

  bool operator==(const AuditChunk&) const = default;
};

struct EventLimits {
  std::size_t events = 500;
  std::size_t bytes = 512 << 10;  // of JSON; one event is returned whatever its size
};

// A chunk ends when it has so many events, the first times of a day, or when its first event is so old.
inline constexpr std::int64_t kChunkEvents = 10'000;
inline constexpr std::int64_t kFullChunksOfDay = 1'000;
inline constexpr std::chrono::seconds kChunkAge{30};

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Return the place of the oldest event that is left and of the newest; number 0 in an empty log.
  virtual Result<ChainLink> Oldest() = 0;
  virtual Result<ChainLink> Newest() = 0;
  // Returns the place of an event; nothing when the log does not have it.
  virtual Result<std::optional<ChainLink>> Find(std::int64_t number) = 0;
  // Returns the lowest number of the events whose own time is `time` or later; nothing when there is none.
  virtual Result<std::optional<std::int64_t>> FirstSince(Time time) = 0;
  // Returns the events after a number up to `last`, in order.
  virtual Result<std::vector<LoggedEvent>> Read(std::int64_t after, std::int64_t last, EventLimits limits) = 0;

  // Makes chunks of the committed events, as far as these are due.
  virtual Status Seal(Time now) = 0;
  // Returns at most `limit` chunks of a day whose first event is after a number, in order.
  virtual Result<std::vector<AuditChunk>> Chunks(std::int64_t day, std::int64_t after, std::size_t limit) = 0;
  // Returns the chunk that begins with an event; nothing when there is none.
  virtual Result<std::optional<AuditChunk>> FindChunk(std::int64_t first) = 0;

  // Returns the chunks after the last head that are of one day which is over, as one range; nothing when there are
  // none.
  virtual Result<std::optional<AuditChunk>> EndedDay(std::int64_t today) = 0;
  // Stores a head and appends its event, both or neither. Fails with kCompareFailed when the head does not follow the
  // last one.
  virtual Status AddHead(ChainHead head, AuditRecord record) = 0;
  // Returns at most `limit` heads whose last event is after a number, the oldest first.
  virtual Result<std::vector<ChainHead>> Heads(std::int64_t after, std::size_t limit) = 0;

  // Removes the chunks that end with this number or before, and some of their events. Returns whether events are left
  // to remove. Heads stay.
  virtual Result<bool> RemoveThrough(std::int64_t last) = 0;

  // Calls `wake` after each commit of events, on the committing thread, until the result is destroyed. It must not
  // block or commit.
  virtual std::shared_ptr<void> Watch(std::function<void()> wake) = 0;
};

}  // namespace sallyport
