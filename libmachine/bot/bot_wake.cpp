#include "libmachine/bot/bot_wake.h"

namespace sallyport {

void BotWake::Stop() {
  signal_.Stop();
  const MutexLock lock(mutex_);
  stopping_ = true;
  changed_.NotifyAll();
}

bool BotWake::stopped() const {
  const MutexLock lock(mutex_);
  return stopping_;
}

void BotWake::RenewNow() {
  const MutexLock lock(mutex_);
  ++renewals_;
  changed_.NotifyAll();
}

std::uint64_t BotWake::renewals() const {
  const MutexLock lock(mutex_);
  return renewals_;
}

void BotWake::SetReady() {
  const MutexLock lock(mutex_);
  ready_ = true;
  changed_.NotifyAll();
}

bool BotWake::WaitUntilReady() {
  MutexLock lock(mutex_);
  while (!ready_ && !stopping_) changed_.Wait(lock);
  return !stopping_;
}

void BotWake::Wait(Deadline deadline, std::optional<std::uint64_t> seen) {
  MutexLock lock(mutex_);
  while (!stopping_ && (!seen || renewals_ == *seen) && !changed_.WaitUntil(lock, deadline)) {
  }
}

bool BotWake::Pause(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  MutexLock lock(mutex_);
  while (!stopping_ && !changed_.WaitUntil(lock, deadline)) {
  }
  return !stopping_;
}

}  // namespace sallyport
