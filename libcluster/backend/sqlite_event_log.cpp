#include "libcluster/backend/sqlite_event_log.h"

#include <algorithm>

#include "libbase/log.h"

namespace sallyport {
namespace {

constexpr std::int64_t kRemovedAtOnce = 2'000;
constexpr std::int64_t kChainedAtOnce = 5'000;

constexpr const char* kLogTables =
    "CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL,"
    " type TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, committed INTEGER, previous BLOB, hash BLOB);"
    "CREATE INDEX IF NOT EXISTS events_time ON events (time);"
    "CREATE TABLE IF NOT EXISTS event_chunks (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, day INTEGER NOT NULL,"
    " hash BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS event_chunks_day ON event_chunks (day, first);"
    "CREATE TABLE IF NOT EXISTS event_heads (last INTEGER PRIMARY KEY, first INTEGER NOT NULL, day TEXT NOT NULL,"
    " hash BLOB NOT NULL, previous BLOB NOT NULL, key TEXT NOT NULL, public_key TEXT NOT NULL, signature BLOB NOT NULL,"
    " cluster_name TEXT NOT NULL);";
// Of a data directory from before the chain.
constexpr const char* kChainColumns =
    "BEGIN IMMEDIATE; ALTER TABLE events ADD COLUMN committed INTEGER; ALTER TABLE events ADD COLUMN previous BLOB;"
    "ALTER TABLE events ADD COLUMN hash BLOB; COMMIT;";
constexpr const char* kHasChain = "SELECT 1 FROM pragma_table_info('events') WHERE name = 'hash'";

constexpr const char* kOldestEvent = "SELECT sequence, committed, previous, hash FROM events ORDER BY sequence LIMIT 1";
constexpr const char* kNewestEvent =
    "SELECT sequence, committed, previous, hash FROM events ORDER BY sequence DESC LIMIT 1";
constexpr const char* kOneEvent = "SELECT sequence, committed, previous, hash FROM events WHERE sequence = ?1";
constexpr const char* kSomeEvents =
    "SELECT sequence, committed, previous, hash, json FROM events WHERE sequence > ?1 AND sequence <= ?2 ORDER BY "
    "sequence LIMIT ?3";
constexpr const char* kLastSealed =
    "SELECT max((SELECT ifnull(max(last), 0) FROM event_chunks), (SELECT ifnull(max(last), 0) FROM event_heads))";
constexpr const char* kUnsealed = "SELECT sequence, committed, hash FROM events WHERE sequence > ?1 ORDER BY sequence";
constexpr const char* kHeads =
    "SELECT last, first, day, hash, previous, key, public_key, signature, cluster_name FROM event_heads WHERE last > "
    "?1 "
    "ORDER BY last LIMIT ?2";

Time TimeOf(std::int64_t number) { return Time(Nanoseconds(number)); }

ChainLink LinkOf(const SqliteStatement& row) {
  return {row.Integer(0), TimeOf(row.Integer(1)), row.Text(2), row.Text(3)};
}

AuditChunk ChunkOf(const SqliteStatement& row) { return {row.Integer(0), row.Integer(1), row.Integer(2), row.Text(3)}; }

// Returns the number in the only row of a statement.
Result<std::int64_t> NumberOf(SqliteStatement& query) {
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? query.Integer(0) : 0;
}

}  // namespace

Status SqliteEventLog::Open(SqliteConnection& writer) {
  RETURN_IF_ERROR(writer.Execute(kLogTables));
  bool chained = false;
  {
    ASSIGN_OR_RETURN(auto query, writer.Prepare(kHasChain));
    ASSIGN_OR_RETURN(chained, query.Step());
  }
  if (!chained) RETURN_IF_ERROR(writer.Execute(kChainColumns));

  ASSIGN_OR_RETURN(auto heads, writer.Prepare("SELECT last, hash FROM event_heads ORDER BY last DESC LIMIT 1"));
  ASSIGN_OR_RETURN(const bool has_head, heads.Step());
  if (has_head) end_ = {heads.Integer(0), heads.Text(1)};
  return ChainOldEvents(writer);
}

// Chains events of before the chain, or of an older program that ran in between. Their commit counts as of their own
// time. Sets the end of the chain.
Status SqliteEventLog::ChainOldEvents(SqliteConnection& writer) {
  {
    ASSIGN_OR_RETURN(auto query, writer.Prepare("SELECT sequence, hash FROM events WHERE hash IS NOT NULL ORDER BY "
                                                "sequence DESC LIMIT 1"));
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (row && query.Integer(0) >= end_.number) end_ = {query.Integer(0), query.Text(1)};
  }

  std::size_t all = 0;
  while (true) {
    RETURN_IF_ERROR(writer.Execute("BEGIN IMMEDIATE"));
    const auto some = ChainSome(writer);
    if (!some) {
      std::ignore = writer.Execute("ROLLBACK");
      return std::unexpected(some.error());
    }
    RETURN_IF_ERROR(writer.Execute("COMMIT"));
    if (all == 0 && *some == static_cast<std::size_t>(kChainedAtOnce)) {
      Log(LogLevel::kInfo, "the events of the audit log are being chained, which is done once");
    }
    all += *some;
    if (*some < static_cast<std::size_t>(kChainedAtOnce)) break;
  }
  if (all > 0) Log(LogLevel::kInfo, "events of the audit log were chained", {{"events", std::to_string(all)}});
  return {};
}

Result<std::size_t> SqliteEventLog::ChainSome(SqliteConnection& writer) {
  struct Event {
    std::int64_t number;
    std::int64_t time;
    std::string digest;
  };
  std::vector<Event> events;
  {
    ASSIGN_OR_RETURN(auto rows,
                     writer.Prepare("SELECT sequence, time, json FROM events WHERE sequence > ?1 AND hash IS "
                                    "NULL ORDER BY sequence LIMIT ?2"));
    rows.Bind(1, end_.number).Bind(2, kChainedAtOnce);
    while (true) {
      ASSIGN_OR_RETURN(const bool row, rows.Step());
      if (!row) break;
      events.push_back({rows.Integer(0), rows.Integer(1), EventDigest(std::string_view(rows.Text(2)))});
    }
  }

  for (const auto& event : events) {
    const ChainLink link{event.number, TimeOf(event.time), end_.hash, {}};
    const std::string hash = LinkHash(link, event.digest);
    ASSIGN_OR_RETURN(auto update, writer.Prepare("UPDATE events SET committed = ?1, previous = ?2, hash = ?3 WHERE "
                                                 "sequence = ?4"));
    update.Bind(1, event.time).BindBlob(2, end_.hash).BindBlob(3, hash).Bind(4, event.number);
    RETURN_IF_ERROR(update.Run());
    end_ = {event.number, hash};
  }
  return events.size();
}

Status SqliteEventLog::Append(SqliteConnection& writer, const AuditRecord& record) {
  ChainLink link{end_.number + 1, Now(), end_.hash, {}};
  link.hash = LinkHash(link, record.digest);
  ASSIGN_OR_RETURN(auto append,
                   writer.Prepare("INSERT INTO events (sequence, time, type, id, json, committed, previous, "
                                  "hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
  append.Bind(1, link.number).Bind(2, record.time.time_since_epoch().count()).Bind(3, record.type).Bind(4, record.id);
  append.Bind(5, record.json).Bind(6, link.committed.time_since_epoch().count());
  append.BindBlob(7, link.previous).BindBlob(8, link.hash);
  RETURN_IF_ERROR(append.Run());
  end_ = {link.number, link.hash};
  return {};
}

Result<ChainLink> SqliteEventLog::Oldest() {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto query, reader->Prepare(kOldestEvent));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? LinkOf(query) : ChainLink();
}

Result<ChainLink> SqliteEventLog::Newest() {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto query, reader->Prepare(kNewestEvent));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? LinkOf(query) : ChainLink();
}

Result<std::optional<ChainLink>> SqliteEventLog::Find(std::int64_t number) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto query, reader->Prepare(kOneEvent));
  query.Bind(1, number);
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? std::optional(LinkOf(query)) : std::nullopt;
}

Result<std::optional<std::int64_t>> SqliteEventLog::FirstSince(Time time) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto query, reader->Prepare("SELECT min(sequence) FROM events WHERE time >= ?1"));
  query.Bind(1, time.time_since_epoch().count());
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row && !query.IsNull(0) ? std::optional(query.Integer(0)) : std::nullopt;
}

Result<std::vector<LoggedEvent>> SqliteEventLog::Read(std::int64_t after, std::int64_t last, EventLimits limits) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto rows, reader->Prepare(kSomeEvents));
  rows.Bind(1, after).Bind(2, last).Bind(3, static_cast<std::int64_t>(limits.events));
  std::vector<LoggedEvent> events;
  std::size_t bytes = 0;
  while (bytes < limits.bytes) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) break;
    events.push_back({LinkOf(rows), rows.Text(4)});
    bytes += events.back().json.size();
  }
  return events;
}

// Returns the chunk that begins after the last one, when it is due.
Result<std::optional<AuditChunk>> SqliteEventLog::NextChunk(Time now) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto last_sealed, reader->Prepare(kLastSealed));
  ASSIGN_OR_RETURN(const std::int64_t sealed, NumberOf(last_sealed));
  ASSIGN_OR_RETURN(auto rows, reader->Prepare(kUnsealed));
  rows.Bind(1, sealed);
  ASSIGN_OR_RETURN(const bool any, rows.Step());
  if (!any) return std::nullopt;

  const Time begun = TimeOf(rows.Integer(1));
  AuditChunk chunk{rows.Integer(0), rows.Integer(0), DayOf(begun), rows.Text(2)};
  ASSIGN_OR_RETURN(auto of_day, reader->Prepare("SELECT count(*) FROM event_chunks WHERE day = ?1"));
  of_day.Bind(1, chunk.day);
  ASSIGN_OR_RETURN(const std::int64_t chunks, NumberOf(of_day));
  for (std::int64_t events = 1; chunks >= kFullChunksOfDay || events < kChunkEvents; ++events) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) {
      // A clock that was set back says nothing about the chunk's age.
      const bool due = DayOf(now) != chunk.day || now - begun >= kChunkAge || now < begun;
      return due ? std::optional(chunk) : std::nullopt;
    }
    if (DayOf(TimeOf(rows.Integer(1))) != chunk.day) return chunk;
    chunk.last = rows.Integer(0);
    chunk.hash = rows.Text(2);
  }
  return chunk;
}

Status SqliteEventLog::Seal(Time now) {
  while (true) {
    ASSIGN_OR_RETURN(const auto chunk, NextChunk(now));
    if (!chunk) return {};
    // When two threads seal at once, the first to write decides where the chunk ends.
    RETURN_IF_ERROR(write_([chunk = *chunk](SqliteConnection& writer) -> Status {
      ASSIGN_OR_RETURN(auto insert, writer.Prepare("INSERT OR IGNORE INTO event_chunks (first, last, day, hash) SELECT "
                                                   "?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM event_chunks WHERE "
                                                   "last >= ?1)"));
      insert.Bind(1, chunk.first).Bind(2, chunk.last).Bind(3, chunk.day).BindBlob(4, chunk.hash);
      return insert.Run();
    }));
  }
}

Result<std::vector<AuditChunk>> SqliteEventLog::Chunks(std::int64_t day, std::int64_t after, std::size_t limit) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto rows,
                   reader->Prepare("SELECT first, last, day, hash FROM event_chunks WHERE day = ?1 AND first "
                                   "> ?2 ORDER BY first LIMIT ?3"));
  rows.Bind(1, day).Bind(2, after).Bind(3, static_cast<std::int64_t>(limit));
  std::vector<AuditChunk> chunks;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return chunks;
    chunks.push_back(ChunkOf(rows));
  }
}

Result<std::optional<AuditChunk>> SqliteEventLog::FindChunk(std::int64_t first) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto query, reader->Prepare("SELECT first, last, day, hash FROM event_chunks WHERE first = ?1"));
  query.Bind(1, first);
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? std::optional(ChunkOf(query)) : std::nullopt;
}

Result<std::optional<AuditChunk>> SqliteEventLog::EndedDay(std::int64_t today) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto last_head, reader->Prepare("SELECT ifnull(max(last), 0) FROM event_heads"));
  ASSIGN_OR_RETURN(const std::int64_t headed, NumberOf(last_head));
  ASSIGN_OR_RETURN(auto rows,
                   reader->Prepare("SELECT first, last, day, hash FROM event_chunks WHERE first > ?1 ORDER BY "
                                   "first"));
  rows.Bind(1, headed);
  std::optional<AuditChunk> range;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return range && range->day != today ? range : std::nullopt;
    AuditChunk chunk = ChunkOf(rows);
    if (range && chunk.day != range->day) return range;
    if (range) chunk.first = range->first;
    range = std::move(chunk);
  }
}

Status SqliteEventLog::AddHead(ChainHead head, AuditRecord record) {
  if (record.digest.empty()) record.digest = EventDigest(std::string_view(record.json));
  return write_([this, head = std::move(head), record = std::move(record)](SqliteConnection& writer) -> Status {
    {
      ASSIGN_OR_RETURN(auto last, writer.Prepare("SELECT ifnull(max(last), 0) FROM event_heads"));
      ASSIGN_OR_RETURN(const std::int64_t headed, NumberOf(last));
      if (headed >= head.first) return Fail(ErrorKind::kCompareFailed, "the events of {} have a head", head.day);
    }
    ASSIGN_OR_RETURN(auto insert, writer.Prepare("INSERT INTO event_heads (last, first, day, hash, previous, key, "
                                                 "public_key, signature, cluster_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                                                 "?7, ?8, ?9)"));
    insert.Bind(1, head.last).Bind(2, head.first).Bind(3, head.day).BindBlob(4, head.hash).BindBlob(5, head.previous);
    insert.Bind(6, head.key).Bind(7, head.public_key).BindBlob(8, head.signature).Bind(9, head.cluster_name);
    RETURN_IF_ERROR(insert.Run());
    return Append(writer, record);
  });
}

Result<std::vector<ChainHead>> SqliteEventLog::Heads(std::int64_t after, std::size_t limit) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto rows, reader->Prepare(kHeads));
  rows.Bind(1, after).Bind(2, static_cast<std::int64_t>(limit));

  std::vector<ChainHead> heads;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) return heads;
    ChainHead head;
    head.last = rows.Integer(0);
    head.first = rows.Integer(1);
    head.day = rows.Text(2);
    head.hash = rows.Text(3);
    head.previous = rows.Text(4);
    head.key = rows.Text(5);
    head.public_key = rows.Text(6);
    head.signature = rows.Text(7);
    head.cluster_name = rows.Text(8);
    heads.push_back(std::move(head));
  }
}

// Chunks go first: an export begins only with a whole chunk.
Result<bool> SqliteEventLog::RemoveThrough(std::int64_t last) {
  RETURN_IF_ERROR(write_([last](SqliteConnection& writer) -> Status {
    {
      ASSIGN_OR_RETURN(auto chunks, writer.Prepare("DELETE FROM event_chunks WHERE last <= ?1"));
      chunks.Bind(1, last);
      RETURN_IF_ERROR(chunks.Run());
    }
    ASSIGN_OR_RETURN(auto events, writer.Prepare("DELETE FROM events WHERE sequence IN (SELECT sequence FROM events "
                                                 "WHERE sequence <= ?1 ORDER BY sequence LIMIT ?2)"));
    events.Bind(1, last).Bind(2, kRemovedAtOnce);
    return events.Run();
  }));
  ASSIGN_OR_RETURN(const ChainLink oldest, Oldest());
  return oldest.number != 0 && oldest.number <= last;
}

}  // namespace sallyport
