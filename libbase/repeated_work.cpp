#include "libbase/repeated_work.h"

namespace sallyport {

RepeatedWork::RepeatedWork(std::chrono::nanoseconds pause, Work work)
    : work_(std::move(work)), thread_([this, pause] { Run(pause); }) {}

RepeatedWork::~RepeatedWork() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.NotifyOne();
  thread_.join();
}

void RepeatedWork::Run(std::chrono::nanoseconds pause) {
  MutexLock lock(mutex_);
  while (true) {
    const auto next = std::chrono::steady_clock::now() + pause;
    while (!stopping_ && !wake_.WaitUntil(lock, next)) {
    }
    if (stopping_) return;
    lock.Unlock();
    pause = work_();
    lock.Lock();
  }
}

}  // namespace sallyport
