#include "libcluster/auth/audit_queue.h"

#include "libbase/log.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxQueued = 200'000;

}  // namespace

AuditQueue::AuditQueue(Backend& backend) : backend_(backend), thread_([this] { Run(); }) {}

AuditQueue::~AuditQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool AuditQueue::Accepts() {
  const std::lock_guard lock(mutex_);
  return queue_.size() < kMaxQueued;
}

bool AuditQueue::Push(AuditRecord record) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kMaxQueued) return false;
    queue_.push_back(std::move(record));
  }
  wake_.notify_one();
  return true;
}

void AuditQueue::Run() {
  while (true) {
    BackendTransaction transaction;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      for (auto& record : queue_) transaction.Append(std::move(record));
      queue_.clear();
    }
    if (const Status status = backend_.Commit(std::move(transaction)); !status) {
      Log(LogLevel::kError, "audit events were lost", {{"reason", status.error().message}});
    }
  }
}

}  // namespace sallyport
