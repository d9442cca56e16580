// A map of bounded size that removes the least recently used entry first. Entries outlive the requests that added them;
// they share their own memory pool, so that thousands of entries do not each pin a page of memory from a flood.
#pragma once

#include <cstddef>
#include <list>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sallyport {

// Not safe from several threads.
template <typename V>
class RecentMap {
 public:
  explicit RecentMap(std::size_t max_size) : max_size_(max_size) {}
  RecentMap(const RecentMap&) = delete;
  RecentMap& operator=(const RecentMap&) = delete;

  // Returns the value of a key, or nullptr, and marks the key as used.
  V* Find(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // Adds a key or replaces its value.
  V& Put(std::string_view key, V value) {
    if (V* there = Find(key)) return *there = std::move(value);
    if (entries_.size() >= max_size_) {
      by_key_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    by_key_.emplace(entries_.front().first, entries_.begin());
    return entries_.front().second;
  }

  std::size_t size() const { return entries_.size(); }

  // Calls `visit(key, value)` for each entry, the last used first.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& [key, value] : entries_) visit(std::string_view(key), value);
  }

 private:
  using Entries = std::pmr::list<std::pair<std::pmr::string, V>>;
  const std::size_t max_size_;
  std::pmr::unsynchronized_pool_resource memory_;
  Entries entries_{&memory_};  // the last used first
  std::pmr::unordered_map<std::string_view, typename Entries::iterator> by_key_{&memory_};
};

}  // namespace sallyport
