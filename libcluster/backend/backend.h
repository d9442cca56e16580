// The state of a cluster: items by key, each with a revision and perhaps an expiry, and the audit log beside them. A
// transaction changes several items and appends its audit events atomically: when Commit returns, all of it is on disk,
// or none of it ever will be. Every reader sees the commits before its start.
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

// The size limit of an item: lists of items are sent in messages of 4 MiB.
inline constexpr std::size_t kMaxItemBytes = 1 << 20;

struct BackendItem {
  std::string key;    // "/role/member": slashes between parts
  std::string value;  // opaque
  std::string revision;
  std::optional<Time> expires;  // readers do not see an item past its expiry
};

// One change of the state.
struct BackendEvent {
  bool removed = false;
  BackendItem item;  // after the change; for a removal, before it
};

// An audit event, already encoded.
struct AuditRecord {
  Time time;
  std::string type;         // "role.created"
  std::string id;           // UUID
  std::string json;         // the whole event, one JSON map
  std::string digest = {};  // EventDigest of the JSON; BackendTransaction::Append sets it
};

class BackendTransaction {
 public:
  // The condition of a change; if it does not hold, the whole transaction fails.
  enum class Condition {
    kAny,       // put or delete in any case
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
  // Removes an item. With `must_exist`, Commit fails with kNotFound when the item is absent.
  void Remove(std::string key, bool must_exist);
  // Removes an item if it is past its expiry at the commit, so that an item written again meanwhile stays.
  void RemoveExpired(std::string key);
  // Appends an event to the audit log.
  void Append(AuditRecord record);

  const std::vector<Change>& changes() const { return changes_; }
  const std::vector<AuditRecord>& records() const { return records_; }

 private:
  std::string Add(Condition condition, std::string key, std::string value, std::optional<Time> expires,
                  std::string_view expected_revision);
  void AddRemoval(Condition condition, std::string key);
  std::vector<Change> changes_;
  std::vector<AuditRecord> records_;
};

// Fails with kLimitExceeded when a transaction has an item beyond kMaxItemBytes.
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
class EventLog;

class Backend {
 public:
  virtual ~Backend() = default;

  // Returns an item. Fails with kNotFound for an absent or expired item.
  virtual Result<BackendItem> Get(std::string_view key) = 0;
  // Returns at most `limit` items whose key starts with `prefix` and is greater than `after`, ordered by key.
  virtual Result<std::vector<BackendItem>> List(std::string_view prefix, std::string_view after, std::size_t limit) = 0;
  // Returns at most `limit` stored items past their expiry, the oldest expiry first.
  virtual Result<std::vector<BackendItem>> Expired(std::size_t limit) = 0;
  // Commits, and waits until the transaction is durable. Fails with kLimitExceeded for an item beyond kMaxItemBytes;
  // with the kind of the first condition that does not hold, the message names the key; with kConnectionProblem when
  // the disk refuses, and then nothing is stored.
  virtual Status Commit(BackendTransaction transaction) = 0;
  // Watches later commits (libcluster/backend/change_feed.h). Destroying the watcher ends the watch.
  virtual std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes, std::function<void()> wake) = 0;
  // Returns records in order of arrival, each with its sequence number.
  virtual Result<std::vector<std::pair<std::int64_t, AuditRecord>>> Events(const AuditQuery& query) = 0;
  // Returns the audit log as it is exported (libcluster/backend/event_log.h). The log lives as long as the backend.
  virtual EventLog& event_log() = 0;
};

// Opens (or creates, mode 0600) the SQLite file at `path`. Concurrent commits share one fsync: commits are collected
// during the previous write.
Result<std::unique_ptr<Backend>> OpenSqliteBackend(const std::string& path);

}  // namespace sallyport
