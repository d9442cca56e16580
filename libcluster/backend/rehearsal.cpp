#include "libcluster/backend/rehearsal.h"

#include "libbase/time.h"
#include "libcluster/backend/change_feed.h"

namespace sallyport {
namespace {

bool IsThere(const std::optional<BackendItem>& item) { return item && (!item->expires || Now() < *item->expires); }

std::unexpected<Error> Absent(std::string_view key) { return Fail(ErrorKind::kNotFound, "{} is not found", key); }

}  // namespace

Result<BackendItem> Rehearsal::Get(std::string_view key) {
  {
    const MutexLock lock(mutex_);
    const auto found = items_.find(key);
    if (found != items_.end()) return IsThere(found->second) ? Result<BackendItem>(*found->second) : Absent(key);
  }
  return under_.Get(key);
}

Result<std::vector<BackendItem>> Rehearsal::List(std::string_view prefix, std::string_view after, std::size_t limit) {
  const MutexLock lock(mutex_);

  // Reads more, as many as the rehearsal may have removed.
  const std::size_t all = limit + items_.size();
  ASSIGN_OR_RETURN(const auto stored, under_.List(prefix, after, all));
  std::map<std::string, BackendItem> merged;
  for (const auto& item : stored) merged.emplace(item.key, item);

  // There may be further items after the last one read.
  const std::string last = stored.size() < all || stored.empty() ? std::string() : stored.back().key;
  for (auto at = items_.lower_bound(prefix); at != items_.end() && at->first.starts_with(prefix); ++at) {
    if (at->first <= after || (!last.empty() && at->first > last)) continue;
    merged.erase(at->first);
    if (IsThere(at->second)) merged.emplace(at->first, *at->second);
  }

  std::vector<BackendItem> items;
  for (auto& [key, item] : merged) {
    if (items.size() == limit) break;
    items.push_back(std::move(item));
  }
  return items;
}

Status Rehearsal::Check(const BackendTransaction::Change& change) {
  using Condition = BackendTransaction::Condition;
  if (change.condition == Condition::kAny || change.condition == Condition::kExpired) return {};

  // An item that the rehearsal has changed hides the stored one.
  const auto found = items_.find(change.item.key);
  std::optional<BackendItem> there;
  if (found != items_.end()) {
    if (IsThere(found->second)) there = found->second;
  } else if (auto stored = under_.Get(change.item.key)) {
    there = std::move(*stored);
  } else if (stored.error().kind != ErrorKind::kNotFound) {
    return std::unexpected(stored.error());
  }

  if (change.condition == Condition::kAbsent) {
    if (there) return Fail(ErrorKind::kAlreadyExists, "{} already exists", change.item.key);
    return {};
  }
  if (!there) return Absent(change.item.key);
  if (change.condition == Condition::kRevision && there->revision != change.expected_revision) {
    return Fail(ErrorKind::kCompareFailed, "{} was changed since it was read", change.item.key);
  }
  return {};
}

Status Rehearsal::Commit(BackendTransaction transaction) {
  if (transaction.changes().empty()) return under_.Commit(std::move(transaction));
  RETURN_IF_ERROR(CheckItemSizes(transaction));

  const MutexLock lock(mutex_);
  std::size_t more = 0;
  for (const auto& change : transaction.changes()) {
    RETURN_IF_ERROR(Check(change));
    more += change.item.key.size() + change.item.value.size();
  }
  if (more > max_bytes_ - bytes_) {
    return Fail(ErrorKind::kLimitExceeded, "a dry run is limited to {} bytes of changes", max_bytes_);
  }

  bytes_ += more;

  for (const auto& change : transaction.changes()) {
    auto& item = items_[change.item.key];
    item = change.remove ? std::nullopt : std::optional(change.item);
  }
  return {};
}

std::shared_ptr<ChangeWatcher> Rehearsal::Watch(std::vector<std::string>, std::function<void()>) {
  return ChangeWatcher::Unknowing();
}

}  // namespace sallyport
