#include "libcluster/net/thread_pool.h"

#include <chrono>
#include <thread>

namespace sallyport {
namespace {

constexpr std::chrono::seconds kIdleLife{20};

}  // namespace

ThreadPool::~ThreadPool() {
  std::deque<std::function<void()>> dropped;  // destroyed after the unlock, because destructors may call this pool
  MutexLock lock(mutex_);
  stopping_ = true;
  dropped.swap(queue_);
  wake_.NotifyAll();
  while (threads_ != 0) ended_.Wait(lock);
}

void ThreadPool::Submit(std::function<void()> work) {
  const MutexLock lock(mutex_);
  Enqueue(std::move(work));
}

bool ThreadPool::TrySubmit(std::function<void()> work) {
  const MutexLock lock(mutex_);
  if (queue_.size() >= options_.max_waiting) return false;
  Enqueue(std::move(work));
  return true;
}

void ThreadPool::Enqueue(std::function<void()> work) {
  if (stopping_) return;
  queue_.push_back(std::move(work));
  if (idle_ >= queue_.size() || threads_ >= options_.max_threads) {
    wake_.NotifyOne();
    return;
  }
  ++threads_;
  std::thread([this] { Run(); }).detach();
}

void ThreadPool::Run() {
  MutexLock lock(mutex_);
  while (true) {
    ++idle_;
    const auto end = std::chrono::steady_clock::now() + kIdleLife;
    while (!stopping_ && queue_.empty() && !wake_.WaitUntil(lock, end)) {
    }
    --idle_;
    if (queue_.empty()) break;  // the pool stops, or the thread was idle for long
    auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.Unlock();
    work();
    work = nullptr;  // destroys captured objects, which may refer to the pool's owner
    lock.Lock();
  }
  --threads_;
  if (threads_ == 0) ended_.NotifyAll();
}

}  // namespace sallyport
