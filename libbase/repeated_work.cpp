#include "libbase/repeated_work.h"

namespace sallyport {

RepeatedWork::RepeatedWork(std::chrono::nanoseconds pause, Work work)
    : work_(std::move(work)), thread_([this, pause] { Run(pause); }) {}

RepeatedWork::~RepeatedWork() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void RepeatedWork::Run(std::chrono::nanoseconds pause) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stopping_; })) {
    lock.unlock();
    pause = work_();
    lock.lock();
  }
}

}  // namespace sallyport
