#include "libcluster/auth/audit/audit_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "libbase/log.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxQueuedEvents = 200'000;
constexpr std::size_t kMaxQueuedBytes = 64 << 20;
// The limit of one transaction, so that a nearly full disk accepts some events.
constexpr std::size_t kMaxWritten = 1000;
constexpr std::size_t kMaxWrittenBytes = 1 << 20;
constexpr std::chrono::milliseconds kFirstRetryPause{100};
constexpr std::chrono::milliseconds kLongestRetryPause{1000};
constexpr std::chrono::seconds kLastTries{1};

std::size_t SizeOf(const AuditRecord& record) {
  return sizeof record + record.type.size() + record.id.size() + record.json.size();
}

}  // namespace

AuditQueue::AuditQueue(Backend& backend) : backend_(backend), thread_([this] { Run(); }) {}

AuditQueue::~AuditQueue() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyOne();
  thread_.join();
}

Error AuditQueue::Refusal() {
  return {ErrorKind::kConnectionProblem,
          "the audit log cannot be written at present: requests that must be audited are refused",
          "make room on the auth service's disk, then try again"};
}

bool AuditQueue::Accepts() {
  const MutexLock lock(mutex_);
  return !failing_ && queue_.size() < kMaxQueuedEvents && bytes_ < kMaxQueuedBytes;
}

std::uint64_t AuditQueue::queued() {
  const MutexLock lock(mutex_);
  return written_ + queue_.size();
}

std::uint64_t AuditQueue::written() {
  const MutexLock lock(mutex_);
  return written_;
}

bool AuditQueue::Add(AuditRecord record) {
  if (queue_.size() >= kMaxQueuedEvents || bytes_ >= kMaxQueuedBytes) return false;
  bytes_ += SizeOf(record);
  queue_.push_back(std::move(record));
  return true;
}

bool AuditQueue::Push(AuditRecord record) {
  const MutexLock lock(mutex_);
  if (!Add(std::move(record))) return false;
  if (!failing_) wake_.NotifyOne();
  return true;
}

bool AuditQueue::Keep(AuditRecord record) {
  const MutexLock lock(mutex_);
  const bool kept = Add(std::move(record));
  failing_ = true;
  wake_.NotifyOne();
  return kept;
}

// Writes the first queued events. Releases the mutex meanwhile; only this thread removes from the queue.
bool AuditQueue::WriteSome() {
  BackendTransaction transaction;
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (; count < queue_.size() && count < kMaxWritten && bytes < kMaxWrittenBytes; ++count) {
    bytes += SizeOf(queue_[count]);
    transaction.Append(queue_[count]);
  }
  mutex_.Unlock();
  const Status status = backend_.Commit(std::move(transaction));
  if (!status) {
    Log(LogLevel::kDebug, "audit events wait to be written", {{"reason", status.error().message}});
  }
  mutex_.Lock();
  if (!status) return false;

  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
  bytes_ -= bytes;
  written_ += count;
  return true;
}

void AuditQueue::Run() {
  auto pause = kFirstRetryPause;
  std::chrono::steady_clock::time_point give_up;
  bool complained = false;
  MutexLock lock(mutex_);
  while (true) {
    while (!stopping_ && queue_.empty()) wake_.Wait(lock);
    if (queue_.empty()) return;
    if (stopping_ && give_up == decltype(give_up)()) give_up = std::chrono::steady_clock::now() + kLastTries;

    if (WriteSome()) {
      if (std::exchange(complained, false)) Log(LogLevel::kInfo, "audit events are written again");
      failing_ = false;
      pause = kFirstRetryPause;
      continue;
    }
    failing_ = true;
    if (!std::exchange(complained, true)) {
      Log(LogLevel::kError, "audit events cannot be written: requests that must be audited are refused");
    }
    if (stopping_ && std::chrono::steady_clock::now() > give_up) {
      Log(LogLevel::kError, "audit events were lost", {{"events", std::to_string(queue_.size())}});
      return;
    }
    const bool was_stopping = stopping_;
    const auto again = std::chrono::steady_clock::now() + pause;
    while ((!stopping_ || was_stopping) && !wake_.WaitUntil(lock, again)) {
    }
    pause = stopping_ ? kFirstRetryPause : std::min(pause * 2, kLongestRetryPause);
  }
}

}  // namespace sallyport
