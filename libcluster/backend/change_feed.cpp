#include "libcluster/backend/change_feed.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr std::size_t kMaxFeedBytes = 16 << 20;
constexpr std::size_t kBytesOfEvent = 256;  // the overhead beside key and value

}  // namespace

ChangeWatcher::ChangeWatcher(std::vector<std::string> prefixes, std::function<void()> wake)
    : prefixes_(std::move(prefixes)), wake_(std::move(wake)) {}

std::shared_ptr<ChangeWatcher> ChangeWatcher::Unknowing() {
  auto watcher = std::make_shared<ChangeWatcher>(std::vector<std::string>(), std::function<void()>());
  watcher->knows_ = false;
  const MutexLock lock(watcher->mutex_);
  watcher->behind_ = true;
  return watcher;
}

Result<SharedEvents> ChangeWatcher::Take() {
  const MutexLock lock(mutex_);
  if (behind_) return Fail(ErrorKind::kLimitExceeded, "the client reads the watch too slowly: start the watch again");
  bytes_ = 0;
  return std::exchange(events_, {});
}

void ChangeWatcher::Offer(const SharedEvents& events) {
  {
    const MutexLock lock(mutex_);
    const bool idle = events_.empty() && !behind_;
    for (const auto& event : events) {
      const auto begins = [&](const std::string& prefix) { return event->item.key.starts_with(prefix); };
      if (behind_ || std::ranges::none_of(prefixes_, begins)) continue;
      bytes_ += event->item.key.size() + event->item.value.size() + kBytesOfEvent;
      events_.push_back(event);
      behind_ = bytes_ > kMaxFeedBytes;
    }
    if (behind_) events_ = {};
    if (!idle || (events_.empty() && !behind_)) return;
  }
  wake_();
}

std::shared_ptr<ChangeWatcher> ChangeFeed::Watch(std::vector<std::string> prefixes, std::function<void()> wake) {
  auto watcher = std::make_shared<ChangeWatcher>(std::move(prefixes), std::move(wake));
  const MutexLock lock(mutex_);
  watchers_.push_back(watcher);
  return watcher;
}

void ChangeFeed::Publish(const std::vector<BackendEvent>& events) {
  std::vector<std::shared_ptr<ChangeWatcher>> watchers;
  {
    const MutexLock lock(mutex_);
    std::erase_if(watchers_, [](const auto& watcher) { return watcher.expired(); });
    for (const auto& watcher : watchers_) watchers.push_back(watcher.lock());
  }
  if (watchers.empty()) return;
  SharedEvents shared;
  shared.reserve(events.size());
  for (const BackendEvent& event : events) shared.push_back(std::make_shared<const BackendEvent>(event));
  for (const auto& watcher : watchers) {
    if (watcher) watcher->Offer(shared);
  }
}

}  // namespace sallyport
