#include "libcluster/auth/methods/rehearsals.h"

#include <algorithm>

#include "libbase/secret.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

constexpr auto kUnused = 10min;
constexpr std::ptrdiff_t kMaxOfOne = 4;
constexpr std::size_t kMaxOfAll = 32;
constexpr std::size_t kMaxBytes = 64 << 20;

std::string OwnerOf(const Caller& caller) {
  return fmt::format("{}/{}", static_cast<int>(caller.kind), caller.identity.username);
}

}  // namespace

Status Rehearsals::CheckRoom(const std::string& owner) const {
  const auto own = std::ranges::count_if(entries_, [&](const auto& entry) { return entry.second.owner == owner; });
  if (own < kMaxOfOne) return {};
  return Fail(ErrorKind::kLimitExceeded, "the caller has too many dry runs in progress: try again in a few minutes");
}

Result<std::string> Rehearsals::Begin(const Caller& caller) {
  const std::string owner = OwnerOf(caller);
  Entries ended;  // destroyed without the mutex, because a rehearsal may be large
  {
    const MutexLock lock(mutex_);
    TakeUnused(ended);
    RETURN_IF_ERROR(CheckRoom(owner));
  }

  auto cluster = std::make_shared<const RehearsedCluster>(auth_, kMaxBytes);
  const MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckRoom(owner));
  if (entries_.size() >= kMaxOfAll) ended.insert(entries_.extract(OneOfMost()));
  std::string name = RandomUuid();
  entries_[name] = {owner, Now(), std::move(cluster)};
  return name;
}

Result<std::shared_ptr<const RehearsedCluster>> Rehearsals::Find(const Caller& caller, std::string_view name) {
  Entries ended;
  const MutexLock lock(mutex_);
  TakeUnused(ended);
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.owner != OwnerOf(caller)) {
    return Fail(ErrorKind::kNotFound, "the dry run has ended");
  }
  found->second.used = Now();
  return found->second.cluster;
}

void Rehearsals::End(const Caller& caller, std::string_view name) {
  Entries ended;
  const MutexLock lock(mutex_);
  const auto found = entries_.find(name);
  if (found != entries_.end() && found->second.owner == OwnerOf(caller)) ended.insert(entries_.extract(found));
}

Rehearsals::Entries::const_iterator Rehearsals::OneOfMost() const {
  std::map<std::string_view, int> owned;
  for (const auto& [name, entry] : entries_) ++owned[entry.owner];
  return std::ranges::min_element(entries_, [&](const auto& one, const auto& other) {
    const int of_one = owned[one.second.owner];
    const int of_other = owned[other.second.owner];
    return of_one != of_other ? of_one > of_other : one.second.used < other.second.used;
  });
}

void Rehearsals::TakeUnused(Entries& ended) {
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto entry = at++;
    if (Now() - entry->second.used > kUnused) ended.insert(entries_.extract(entry));
  }
}

}  // namespace sallyport
