// A view of a backend that takes changes and passes none on: what transactions would do, without doing it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libcluster/backend/backend.h"

namespace sallyport {

// Safe from several threads.
class Rehearsal : public Backend {
 public:
  // `under` must outlive the view. `max_bytes` limits what its changes take.
  Rehearsal(Backend& under, std::size_t max_bytes) : under_(under), max_bytes_(max_bytes) {}

  Result<BackendItem> Get(std::string_view key) override;
  Result<std::vector<BackendItem>> List(std::string_view prefix, std::string_view after, std::size_t limit) override;
  Result<std::vector<BackendItem>> Expired(std::size_t limit) override { return under_.Expired(limit); }
  // Keeps the changes of a transaction if its conditions hold. Records with changes are dropped: nothing of them
  // happens. Records alone, such as that of a search, tell of what was really done and are passed on.
  Status Commit(BackendTransaction transaction) override;
  // Returns a watcher that knows of no changes: its owner reads anew each time.
  std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes, std::function<void()> wake) override;
  Result<std::vector<std::pair<std::int64_t, AuditRecord>>> Events(const AuditQuery& query) override {
    return under_.Events(query);
  }

 private:
  Status Check(const BackendTransaction::Change& change);

  Backend& under_;
  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::map<std::string, std::optional<BackendItem>, std::less<>> items_;  // nothing: removed
};

}  // namespace sallyport
