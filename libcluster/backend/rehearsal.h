// A view of a backend that keeps changes to itself: shows the effect of transactions without changing the backend.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libbase/mutex.h"
#include "libcluster/backend/backend.h"

namespace sallyport {

// Safe from several threads.
class Rehearsal : public Backend {
 public:
  // `under` must outlive the view. `max_bytes` limits the size of its changes.
  Rehearsal(Backend& under, std::size_t max_bytes) : under_(under), max_bytes_(max_bytes) {}

  Result<BackendItem> Get(std::string_view key) override;
  Result<std::vector<BackendItem>> List(std::string_view prefix, std::string_view after, std::size_t limit) override;
  Result<std::vector<BackendItem>> Expired(std::size_t limit) override { return under_.Expired(limit); }
  // Keeps the changes of a transaction if its conditions hold, and drops the audit records of changes. Passes on a
  // transaction of records alone, such as a search's: its action really happened.
  Status Commit(BackendTransaction transaction) override;
  // Returns a watcher without events: its owner reads again each time.
  std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes, std::function<void()> wake) override;
  Result<std::vector<std::pair<std::int64_t, AuditRecord>>> Events(const AuditQuery& query) override {
    return under_.Events(query);
  }
  EventLog& event_log() override { return under_.event_log(); }

 private:
  Status Check(const BackendTransaction::Change& change) REQUIRES(mutex_);

  Backend& under_;
  const std::size_t max_bytes_;
  Mutex mutex_;
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::optional<BackendItem>, std::less<>> items_ GUARDED_BY(mutex_);  // nothing: removed
};

}  // namespace sallyport
