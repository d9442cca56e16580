#include "libcluster/net/fair_pool.h"

#include <utility>

namespace sallyport {

FairPool::FairPool(ThreadPool& threads, Limits limits) : threads_(threads), limits_(limits) {}

void FairPool::Start(ThreadPool& threads, const std::shared_ptr<State>& state, const std::string& key,
                     std::function<void()> work) {
  threads.Submit([&threads, state, key, work = std::move(work)]() mutable {
    work();
    work = nullptr;  // destroys captured objects before the next work begins

    MutexLock lock(state->mutex);
    const auto queue = state->queues.find(key);
    if (queue == state->queues.end()) return;
    if (queue->second.waiting.empty() || state->stopped) {
      if (--queue->second.running == 0) state->queues.erase(queue);
      return;
    }
    auto next = std::move(queue->second.waiting.front());
    queue->second.waiting.pop_front();
    lock.Unlock();
    // Goes to the end of the threads' queue, behind other callers.
    Start(threads, state, key, std::move(next));
  });
}

bool FairPool::Submit(const std::string& key, std::function<void()> work) {
  MutexLock lock(state_->mutex);
  if (state_->stopped) return false;
  Queue& queue = state_->queues[key];
  if (queue.running >= limits_.running) {
    if (queue.waiting.size() >= limits_.waiting) return false;
    queue.waiting.push_back(std::move(work));
    return true;
  }
  ++queue.running;
  lock.Unlock();
  Start(threads_, state_, key, std::move(work));
  return true;
}

void FairPool::Stop() {
  std::map<std::string, Queue> dropped;
  const MutexLock lock(state_->mutex);
  state_->stopped = true;
  for (auto& [key, queue] : state_->queues) dropped[key].waiting.swap(queue.waiting);
}

}  // namespace sallyport
