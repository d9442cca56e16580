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

Result<std::string> Rehearsals::Begin(const Caller& caller) {
  const std::lock_guard lock(mutex_);
  ForgetUnused();
  const std::string owner = OwnerOf(caller);
  const auto own = std::ranges::count_if(entries_, [&](const auto& entry) { return entry.second.owner == owner; });
  if (own >= kMaxOfOne) {
    return Fail(ErrorKind::kLimitExceeded, "you have too many rehearsals under way: try again in a few minutes");
  }
  if (entries_.size() >= kMaxOfAll) MakeRoom();
  std::string name = RandomUuid();
  entries_[name] = {owner, Now(), std::make_shared<const RehearsedCluster>(auth_, kMaxBytes)};
  return name;
}

Result<std::shared_ptr<const RehearsedCluster>> Rehearsals::Find(const Caller& caller, std::string_view name) {
  const std::lock_guard lock(mutex_);
  ForgetUnused();
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.owner != OwnerOf(caller)) {
    return Fail(ErrorKind::kNotFound, "the rehearsal has ended");
  }
  found->second.used = Now();
  return found->second.cluster;
}

void Rehearsals::End(const Caller& caller, std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(name);
  if (found != entries_.end() && found->second.owner == OwnerOf(caller)) entries_.erase(found);
}

// Ends the longest unused rehearsal of the caller with the most, so that callers with one rehearsal keep it. The mutex
// is held.
void Rehearsals::MakeRoom() {
  std::map<std::string_view, int> owned;
  for (const auto& [name, entry] : entries_) ++owned[entry.owner];
  entries_.erase(std::ranges::min_element(entries_, [&](const auto& one, const auto& other) {
    const int of_one = owned[one.second.owner];
    const int of_other = owned[other.second.owner];
    return of_one != of_other ? of_one > of_other : one.second.used < other.second.used;
  }));
}

// The mutex is held.
void Rehearsals::ForgetUnused() {
  std::erase_if(entries_, [](const auto& entry) { return Now() - entry.second.used > kUnused; });
}

}  // namespace sallyport
