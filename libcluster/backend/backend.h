// The state of a cluster: items by key, each with a revision and perhaps an expiry, and the audit log beside them. A
// transaction changes several items and appends its audit events as one: all of it is on disk when Commit returns, or
// none of it ever is. Every reader sees what was committed before it began.
//
// An engine (SQLite here, etcd later) implements this interface; one test suite covers them all. All functions are safe
// from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"

namespace sallyport {

// How much an item holds at most: lists of them are sent in messages of 4 MiB.
inline constexpr std::size_t kMaxItemBytes = 1 << 20;

struct BackendItem {
  std::string key;    // "/role/member": slashes between parts
  std::string value;  // opaque
  std::string revision;
  std::optional<Time> expires;  // an item past its expiry is not there
};

// One change of the state.
struct BackendEvent {
  bool removed = false;
  BackendItem item;  // as it is then; of a removal, as it was
};

// An audit event, already encoded.
struct AuditRecord {
  Time time;
  std::string type;  // "role.created"
  std::string id;    // UUID
  std::string json;  // the whole event, one JSON map
};

class BackendTransaction {
 public:
  // What must hold for a change to happen; otherwise the whole transaction fails.
  enum class Condition {
    kAny,       // put or delete whatever is there
    kAbsent,    // create: kAlreadyExists otherwise
    kPresent,   // kNotFound otherwise
    kRevision,  // kNotFound when absent, kCompareFailed when the revision differs
    kExpired    // removes an item that is past its expiry, and no other
  };
  struct Change {
    Condition condition = Condition::kAny;
    bool remove = false;
    BackendItem item;               // for a put: item.revision is the new revision
    std::string expected_revision;  // for kRevision
  };

  // Each adds one change and returns the new revision of a put.
  std::string Put(std::string key, std::string value, std::optional<Time> expires = {});
  std::string Create(std::string key, std::string value, std::optional<Time> expires = {});
  std::string Update(std::string key, std::string value, std::string_view expected_revision,
                     std::optional<Time> expires = {});
  // Removes an item; `must_exist` makes its absence kNotFound.
  void Remove(std::string key, bool must_exist);
  // Removes an item if it is past its expiry then; who wrote it again meanwhile keeps it.
  void RemoveExpired(std::string key);
  void Append(AuditRecord record) { records_.push_back(std::move(record)); }

  const std::vector<Change>& changes() const { return changes_; }
  const std::vector<AuditRecord>& records() const { return records_; }

 private:
  std::string Add(Condition condition, std::string key, std::string value, std::optional<Time> expires,
                  std::string_view expected_revision);
  void AddRemoval(Condition condition, std::string key);
  std::vector<Change> changes_;
  std::vector<AuditRecord> records_;
};

// kLimitExceeded when a transaction has an item beyond kMaxItemBytes.
Status CheckItemSizes(const BackendTransaction& transaction);

struct AuditQuery {
  Time from;
  Time to;
  std::vector<std::string> types;  // empty: all
  std::size_t limit = 500;
  std::int64_t after = 0;  // sequence number of the last record seen; 0: none
  bool newest_first = false;
};

class ChangeWatcher;

class Backend {
 public:
  virtual ~Backend() = default;

  // kNotFound when absent or expired.
  virtual Result<BackendItem> Get(std::string_view key) = 0;
  // Items whose key starts with `prefix` and is greater than `after`, by key, at most `limit`.
  virtual Result<std::vector<BackendItem>> List(std::string_view prefix, std::string_view after, std::size_t limit) = 0;
  // Items that are past their expiry and still take room, the longest first, at most `limit`.
  virtual Result<std::vector<BackendItem>> Expired(std::size_t limit) = 0;
  // Waits until the transaction is durable. Takes no item beyond kMaxItemBytes (kLimitExceeded). Fails with the kind of
  // the first condition that does not hold; the message names the key. kConnectionProblem when the disk does not take
  // it; nothing of it is there then.
  virtual Status Commit(BackendTransaction transaction) = 0;
  // Watches what is committed from now on (libcluster/backend/change_feed.h). Letting go of the watcher ends it.
  virtual std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes, std::function<void()> wake) = 0;
  // Records by time of arrival, each with its sequence number.
  virtual Result<std::vector<std::pair<std::int64_t, AuditRecord>>> Events(const AuditQuery& query) = 0;
};

// Opens (or makes, mode 0600) the SQLite file at `path`. Concurrent commits share one fsync: they are collected while
// the previous one is being written.
Result<std::unique_ptr<Backend>> OpenSqliteBackend(const std::string& path);

}  // namespace sallyport
