// Transactions that are tried and never made. A Rehearsal keeps what they would have changed over what the backend has;
// inside of a RehearsalScope its thread reads and commits there, through the same Backend that everybody uses.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "libcluster/backend/backend.h"

namespace sallyport {

// Safe from several threads, each in a scope of its own.
class Rehearsal {
 public:
  // `max_bytes` limits what its changes take.
  explicit Rehearsal(std::size_t max_bytes) : max_bytes_(max_bytes) {}

 private:
  friend class RehearsingBackend;
  Status Apply(Backend& under, const BackendTransaction& transaction);
  Result<BackendItem> Get(Backend& under, std::string_view key);
  Result<std::vector<BackendItem>> List(Backend& under, std::string_view prefix, std::string_view after,
                                        std::size_t limit);
  Status Check(Backend& under, const BackendTransaction::Change& change);

  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::map<std::string, std::optional<BackendItem>, std::less<>> items_;  // nothing: removed
};

class RehearsalScope {
 public:
  explicit RehearsalScope(Rehearsal& rehearsal);
  ~RehearsalScope();
  RehearsalScope(const RehearsalScope&) = delete;
  RehearsalScope& operator=(const RehearsalScope&) = delete;

  // Whether this thread rehearses: what is derived from the state of the cluster must not be made anew then.
  static bool Active();
};

// The engine as it is outside of scopes; it takes no item beyond kMaxItemBytes (kLimitExceeded).
class RehearsingBackend : public Backend {
 public:
  explicit RehearsingBackend(std::unique_ptr<Backend> engine) : engine_(std::move(engine)) {}

  Result<BackendItem> Get(std::string_view key) override;
  Result<std::vector<BackendItem>> List(std::string_view prefix, std::string_view after, std::size_t limit) override;
  Result<std::vector<BackendItem>> Expired(std::size_t limit) override { return engine_->Expired(limit); }
  Status Commit(BackendTransaction transaction) override;
  std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes, std::function<void()> wake) override {
    return engine_->Watch(std::move(prefixes), std::move(wake));
  }
  Result<std::vector<std::pair<std::int64_t, AuditRecord>>> Events(const AuditQuery& query) override {
    return engine_->Events(query);
  }

 private:
  std::unique_ptr<Backend> engine_;
};

}  // namespace sallyport
