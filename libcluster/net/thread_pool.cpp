#include "libcluster/net/thread_pool.h"

#include <chrono>
#include <thread>

namespace sallyport {
namespace {

constexpr std::chrono::seconds kIdleLife{20};

}  // namespace

ThreadPool::~ThreadPool() {
  std::deque<std::function<void()>> dropped;  // destroyed after the unlock, because destructors may call this pool
  std::unique_lock lock(mutex_);
  stopping_ = true;
  dropped.swap(queue_);
  wake_.notify_all();
  ended_.wait(lock, [this] { return threads_ == 0; });
}

void ThreadPool::Submit(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  Enqueue(std::move(work));
}

bool ThreadPool::TrySubmit(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (queue_.size() >= options_.max_waiting) return false;
  Enqueue(std::move(work));
  return true;
}

// The mutex is held.
void ThreadPool::Enqueue(std::function<void()> work) {
  if (stopping_) return;
  queue_.push_back(std::move(work));
  if (idle_ >= queue_.size() || threads_ >= options_.max_threads) {
    wake_.notify_one();
    return;
  }
  ++threads_;
  std::thread([this] { Run(); }).detach();
}

void ThreadPool::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    wake_.wait_for(lock, kIdleLife, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) break;  // the pool stops, or the thread was idle for long
    auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // destroys captured objects, which may refer to the pool's owner
    lock.lock();
  }
  --threads_;
  if (threads_ == 0) ended_.notify_all();
}

}  // namespace sallyport
