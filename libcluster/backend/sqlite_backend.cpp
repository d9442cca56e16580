// The embedded engine. One thread writes: it takes every transaction that is waiting, runs each in a savepoint of one
// SQLite transaction, and commits once, so that N concurrent callers share one fdatasync. Readers have connections of
// their own (WAL) and never wait for the writer.
#include <sys/stat.h>

#include <algorithm>
#include <future>
#include <limits>
#include <thread>

#include "libbase/mutex.h"
#include "libcluster/backend/backend.h"
#include "libcluster/backend/change_feed.h"
#include "libcluster/backend/sqlite.h"
#include "libcluster/backend/sqlite_event_log.h"
#include "libcluster/backend/sqlite_readers.h"

namespace sallyport {
namespace {

constexpr const char* kOldestEventsFirst =
    "SELECT sequence, time, type, id, json FROM events WHERE sequence > ?1 AND time >= ?2 AND time <= ?3 ORDER BY "
    "sequence";
constexpr const char* kNewestEventsFirst =
    "SELECT sequence, time, type, id, json FROM events WHERE sequence < ?1 AND time >= ?2 AND time <= ?3 ORDER BY "
    "sequence DESC";
constexpr std::chrono::milliseconds kGatherTime{10};
constexpr std::chrono::milliseconds kQuietTime{4};

constexpr const char* kSchema =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    "CREATE TABLE IF NOT EXISTS items (key TEXT PRIMARY KEY, value BLOB NOT NULL, revision TEXT NOT NULL,"
    " expires INTEGER) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS items_expires ON items (expires) WHERE expires IS NOT NULL;";

using Change = BackendTransaction::Change;
using Condition = BackendTransaction::Condition;

std::int64_t ToNumber(Time time) { return time.time_since_epoch().count(); }
Time FromNumber(std::int64_t number) { return Time(Nanoseconds(number)); }

std::optional<std::int64_t> ToNumber(const std::optional<Time>& time) {
  return time ? std::optional(ToNumber(*time)) : std::nullopt;
}

BackendItem ReadItem(const SqliteStatement& row) {
  BackendItem item{row.Text(0), row.Text(1), row.Text(2), {}};
  if (!row.IsNull(3)) item.expires = FromNumber(row.Integer(3));
  return item;
}

class SqliteBackend : public Backend {
 public:
  SqliteBackend(std::string path, std::unique_ptr<SqliteConnection> writer)
      : readers_(std::move(path)), writer_(std::move(writer)) {}

  // Opens the audit log, and starts the writer's thread.
  Status Start() {
    RETURN_IF_ERROR(event_log_.Open(*writer_));
    thread_ = std::thread([this] { RunWriter(); });
    return {};
  }

  ~SqliteBackend() override {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
    }
    wake_.NotifyOne();
    if (thread_.joinable()) thread_.join();
  }

  Result<BackendItem> Get(std::string_view key) override;
  Result<std::vector<BackendItem>> List(std::string_view prefix, std::string_view after, std::size_t limit) override;
  Result<std::vector<BackendItem>> Expired(std::size_t limit) override;
  Status Commit(BackendTransaction transaction) override;
  std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes, std::function<void()> wake) override {
    return feed_.Watch(std::move(prefixes), std::move(wake));
  }
  Result<std::vector<std::pair<std::int64_t, AuditRecord>>> Events(const AuditQuery& query) override;
  EventLog& event_log() override { return event_log_; }

 private:
  // A transaction, or work of the audit log.
  struct Pending {
    BackendTransaction transaction;
    SqliteWork work;
    std::promise<Status> done;
  };
  Status Queue(BackendTransaction transaction, SqliteWork work);
  void RunWriter();
  void Gather(MutexLock& lock, std::size_t expected) REQUIRES(mutex_);
  void WriteBatch(std::vector<Pending>& batch);
  Status Apply(const Pending& pending);
  Status ApplyChange(const Change& change);
  Status RemoveItem(const Change& change);
  Status Check(const Change& change);

  SqliteReaders readers_;
  std::unique_ptr<SqliteConnection> writer_;
  SqliteEventLog event_log_{readers_, [this](SqliteWork work) { return Queue({}, std::move(work)); }};
  ChangeFeed feed_;
  std::vector<BackendEvent> applied_;  // the changes of the current batch

  Mutex mutex_;
  ConditionVariable wake_;
  std::vector<Pending> queue_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // the last member, because the thread uses the others
};

Result<BackendItem> SqliteBackend::Get(std::string_view key) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto query, reader->Prepare("SELECT key, value, revision, expires FROM items WHERE key = ?1 AND "
                                               "(expires IS NULL OR expires > ?2)"));
  query.Bind(1, key).Bind(2, ToNumber(Now()));
  ASSIGN_OR_RETURN(const bool found, query.Step());
  if (!found) return Fail(ErrorKind::kNotFound, "{} is not found", key);
  return ReadItem(query);
}

Result<std::vector<BackendItem>> SqliteBackend::List(std::string_view prefix, std::string_view after,
                                                     std::size_t limit) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto query, reader->Prepare("SELECT key, value, revision, expires FROM items WHERE key >= ?1 AND "
                                               "key < ?2 AND key > ?3 AND (expires IS NULL OR expires > ?4) "
                                               "ORDER BY key LIMIT ?5"));
  const std::string end = std::string(prefix) + "\xff";
  query.Bind(1, prefix).Bind(2, end).Bind(3, after).Bind(4, ToNumber(Now()));
  query.Bind(5, static_cast<std::int64_t>(limit));
  std::vector<BackendItem> items;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return items;
    items.push_back(ReadItem(query));
  }
}

Result<std::vector<BackendItem>> SqliteBackend::Expired(std::size_t limit) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto query, reader->Prepare("SELECT key, value, revision, expires FROM items WHERE expires <= ?1 "
                                               "ORDER BY expires LIMIT ?2"));
  query.Bind(1, ToNumber(Now())).Bind(2, static_cast<std::int64_t>(limit));
  std::vector<BackendItem> items;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return items;
    items.push_back(ReadItem(query));
  }
}

Result<std::vector<std::pair<std::int64_t, AuditRecord>>> SqliteBackend::Events(const AuditQuery& query) {
  ASSIGN_OR_RETURN(auto reader, readers_.Take());
  ASSIGN_OR_RETURN(auto rows, reader->Prepare(query.newest_first ? kNewestEventsFirst : kOldestEventsFirst));
  const std::int64_t none = query.newest_first ? std::numeric_limits<std::int64_t>::max() : 0;
  rows.Bind(1, query.after == 0 ? none : query.after).Bind(2, ToNumber(query.from)).Bind(3, ToNumber(query.to));

  std::vector<std::pair<std::int64_t, AuditRecord>> events;
  while (events.size() < query.limit) {
    ASSIGN_OR_RETURN(const bool row, rows.Step());
    if (!row) break;
    AuditRecord record{FromNumber(rows.Integer(1)), rows.Text(2), rows.Text(3), rows.Text(4)};
    const bool wanted = query.types.empty() || std::ranges::find(query.types, record.type) != query.types.end();
    if (wanted) events.emplace_back(rows.Integer(0), std::move(record));
  }
  return events;
}

Status SqliteBackend::Commit(BackendTransaction transaction) {
  RETURN_IF_ERROR(CheckItemSizes(transaction));
  return Queue(std::move(transaction), nullptr);
}

// Hands a transaction or work to the writer, and waits until the changes are durable.
Status SqliteBackend::Queue(BackendTransaction transaction, SqliteWork work) {
  std::future<Status> done;
  {
    const MutexLock lock(mutex_);
    queue_.push_back({std::move(transaction), std::move(work), {}});
    done = queue_.back().done.get_future();
  }
  wake_.NotifyOne();
  return done.get();
}

void SqliteBackend::RunWriter() {
  std::size_t expected = 1;  // an estimate of concurrent writers from recent batches
  while (true) {
    std::vector<Pending> batch;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && queue_.empty()) wake_.Wait(lock);
      if (queue_.empty()) return;
      Gather(lock, expected);
      batch.swap(queue_);
    }

    WriteBatch(batch);
    // The writers of the batch return, and new ones are already waiting.
    const MutexLock lock(mutex_);
    expected = std::max(batch.size() + queue_.size(), expected * 3 / 4);
  }
}

// Writers of one batch return at about the same time: waiting while they keep arriving lets them share a sync again. A
// single writer never waits.
void SqliteBackend::Gather(MutexLock& lock, std::size_t expected) {
  const auto end = std::chrono::steady_clock::now() + kGatherTime;
  while (!stopping_ && queue_.size() < expected && std::chrono::steady_clock::now() < end) {
    const std::size_t before = queue_.size();
    const auto quiet = std::chrono::steady_clock::now() + kQuietTime;
    while (!stopping_ && queue_.size() <= before && !wake_.WaitUntil(lock, quiet)) {
    }
    if (!stopping_ && queue_.size() <= before) return;
  }
}

// The transaction itself is valid: a retry may succeed when the disk has room.
std::unexpected<Error> CannotWrite(const Error& error) {
  return FailWithHint(ErrorKind::kConnectionProblem,
                      fmt::format("the cluster cannot write its state at present: {}", error.message),
                      "make room on the auth service's disk, then try again");
}

void SqliteBackend::WriteBatch(std::vector<Pending>& batch) {
  std::vector<Status> results;
  const SqliteEventLog::End committed = event_log_.end();
  Status all = writer_->Execute("BEGIN IMMEDIATE");
  for (std::size_t i = 0; all && i < batch.size(); ++i) {
    // A transaction that fails is rolled back alone: the others of the batch are kept.
    all = writer_->Execute("SAVEPOINT one");
    if (!all) break;
    const std::size_t applied = applied_.size();
    const SqliteEventLog::End end = event_log_.end();
    results.push_back(Apply(batch[i]));
    if (!results.back()) {
      applied_.resize(applied);
      event_log_.set_end(end);
      all = writer_->Execute("ROLLBACK TO one");
    }
    if (all) all = writer_->Execute("RELEASE one");
  }

  if (all) all = writer_->Execute("COMMIT");
  if (!all) {
    std::ignore = writer_->Execute("ROLLBACK");
    all = CannotWrite(all.error());
    event_log_.set_end(committed);
  }

  if (all) feed_.Publish(applied_);
  if (event_log_.end().number != committed.number) event_log_.Announce();
  applied_.clear();
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done.set_value(all ? std::move(results[i]) : all);
}

Status SqliteBackend::Apply(const Pending& pending) {
  if (pending.work) return pending.work(*writer_);
  for (const auto& change : pending.transaction.changes()) RETURN_IF_ERROR(ApplyChange(change));
  for (const auto& record : pending.transaction.records()) RETURN_IF_ERROR(event_log_.Append(*writer_, record));
  return {};
}

Status SqliteBackend::Check(const Change& change) {
  const auto& key = change.item.key;
  ASSIGN_OR_RETURN(auto query, writer_->Prepare("SELECT revision FROM items WHERE key = ?1 AND (expires IS NULL OR "
                                                "expires > ?2)"));
  query.Bind(1, key).Bind(2, ToNumber(Now()));
  ASSIGN_OR_RETURN(const bool present, query.Step());

  if (change.condition == Condition::kAbsent) {
    if (present) return Fail(ErrorKind::kAlreadyExists, "{} already exists", key);
    return {};
  }
  if (!present) return Fail(ErrorKind::kNotFound, "{} is not found", key);
  if (change.condition == Condition::kRevision && query.Text(0) != change.expected_revision) {
    return Fail(ErrorKind::kCompareFailed, "{} was changed since it was read", key);
  }
  return {};
}

Status SqliteBackend::ApplyChange(const Change& change) {
  const bool checked = change.condition != Condition::kAny && change.condition != Condition::kExpired;
  if (checked) RETURN_IF_ERROR(Check(change));
  if (change.remove) return RemoveItem(change);
  const auto& item = change.item;
  ASSIGN_OR_RETURN(auto put, writer_->Prepare("INSERT OR REPLACE INTO items (key, value, revision, expires) VALUES "
                                              "(?1, ?2, ?3, ?4)"));
  put.Bind(1, item.key).BindBlob(2, item.value).Bind(3, item.revision).Bind(4, ToNumber(item.expires));
  RETURN_IF_ERROR(put.Run());
  applied_.push_back({.removed = false, .item = item});
  return {};
}

Status SqliteBackend::RemoveItem(const Change& change) {
  ASSIGN_OR_RETURN(auto remove, writer_->Prepare("DELETE FROM items WHERE key = ?1 AND (?2 = 0 OR expires <= ?2) "
                                                 "RETURNING key, value, revision, expires"));
  remove.Bind(1, change.item.key).Bind(2, change.condition == Condition::kExpired ? ToNumber(Now()) : 0);
  ASSIGN_OR_RETURN(const bool removed, remove.Step());
  if (removed) applied_.push_back({.removed = true, .item = ReadItem(remove)});
  return {};
}

}  // namespace

Result<std::unique_ptr<Backend>> OpenSqliteBackend(const std::string& path) {
  const mode_t before = ::umask(0077);
  auto writer = SqliteConnection::Open(path);
  Status ready = writer ? (*writer)->Execute(kSchema) : Status(std::unexpected(writer.error()));
  ::umask(before);
  if (writer && !ready) return std::unexpected(InContext(path, std::move(ready).error()));
  RETURN_IF_ERROR(ready);
  auto backend = std::make_unique<SqliteBackend>(path, std::move(*writer));
  if (Status started = backend->Start(); !started) return std::unexpected(InContext(path, std::move(started).error()));
  return backend;
}

}  // namespace sallyport
