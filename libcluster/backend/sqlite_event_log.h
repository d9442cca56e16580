// The audit log of the SQLite engine. Internal to the backend.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libcluster/backend/event_log.h"
#include "libcluster/backend/sqlite_readers.h"
#include "libcluster/backend/wake_list.h"

namespace sallyport {

// Work of the writer's thread in a savepoint of its own.
using SqliteWork = std::function<Status(SqliteConnection& writer)>;

class SqliteEventLog : public EventLog {
 public:
  // `write` runs work on the writer's thread and waits until the work is durable. Both must outlive the log.
  SqliteEventLog(SqliteReaders& readers, std::function<Status(SqliteWork)> write)
      : readers_(readers), write_(std::move(write)) {}

  Result<ChainLink> Oldest() override;
  Result<ChainLink> Newest() override;
  Result<std::optional<ChainLink>> Find(std::int64_t number) override;
  Result<std::optional<std::int64_t>> FirstSince(Time time) override;
  Result<std::vector<LoggedEvent>> Read(std::int64_t after, std::int64_t last, EventLimits limits) override;
  Status Seal(Time now) override;
  Result<std::vector<AuditChunk>> Chunks(std::int64_t day, std::int64_t after, std::size_t limit) override;
  Result<std::optional<AuditChunk>> FindChunk(std::int64_t first) override;
  Result<std::optional<AuditChunk>> EndedDay(std::int64_t today) override;
  Status AddHead(ChainHead head, AuditRecord record) override;
  Result<std::vector<ChainHead>> Heads(std::int64_t after, std::size_t limit) override;
  Result<bool> RemoveThrough(std::int64_t last) override;
  std::shared_ptr<void> Watch(std::function<void()> wake) override { return wakes_.Add(std::move(wake)); }

  // For the writer alone. Creates the tables, chains the events that have no hash yet, and reads the end of the chain.
  Status Open(SqliteConnection& writer);
  // For the writer alone. Appends an event to the chain.
  Status Append(SqliteConnection& writer, const AuditRecord& record);
  // For the writer alone. The end of the chain, which a rollback has to set back.
  struct End {
    std::int64_t number = 0;
    std::string hash = ChainBeginning();
  };
  const End& end() const { return end_; }
  void set_end(End end) { end_ = std::move(end); }
  // Tells the watchers that events were committed.
  void Announce() { wakes_.Wake(); }

 private:
  Result<std::optional<AuditChunk>> NextChunk(Time now);
  Status ChainOldEvents(SqliteConnection& writer);
  Result<std::size_t> ChainSome(SqliteConnection& writer);

  SqliteReaders& readers_;
  const std::function<Status(SqliteWork)> write_;
  WakeList wakes_;
  End end_;
};

}  // namespace sallyport
