#include "libcluster/auth/discovery/discovery_services.h"

#include <algorithm>

#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxReportedText = 600;
constexpr int kMaxReportedLines = 20;
constexpr std::size_t kMaxReportedHostname = 255;
constexpr std::size_t kMaxHash = 64;
constexpr std::size_t kMaxDiscoveryServices = 1000;

std::string ShortLine(std::string_view text, std::size_t most) { return StripControl(text.substr(0, most)); }

// Returns the report within limits: it comes from another host, and is kept in memory and shown.
v1::DiscoveryState Limited(const v1::DiscoveryState& said) {
  v1::DiscoveryState state;
  state.set_group(said.group());
  state.set_matchers_hash(ShortLine(said.matchers_hash(), kMaxHash));
  state.set_clusters(said.clusters());
  if (said.has_last_pass()) *state.mutable_last_pass() = said.last_pass();
  const auto copy = [](const auto& from, auto& to) {
    for (int i = 0; i < std::min(from.size(), kMaxReportedLines); ++i) {
      *to.Add() = ShortLine(from.Get(i), kMaxReportedText);
    }
  };
  copy(said.problems(), *state.mutable_problems());
  copy(said.missing_rights(), *state.mutable_missing_rights());
  return state;
}

std::string RightsOf(const v1::DiscoveryState& state) {
  return fmt::format("{}", fmt::join(state.missing_rights(), "\n"));
}

}  // namespace

void DiscoveryServices::DropSilent(Time now) {
  std::erase_if(services_, [&](const auto& entry) { return now - entry.second.reported > kDiscoveryServiceLife; });
}

bool DiscoveryServices::HasOtherMatchers(const std::string& group) const {
  std::optional<std::string> first;
  for (const auto& [host, known] : services_) {
    if (known.state.group() != group) continue;
    if (!first) first = known.state.matchers_hash();
    if (*first != known.state.matchers_hash()) return true;
  }
  return false;
}

DiscoveryServices::Change DiscoveryServices::ChangeOfGroup(const std::string& group) {
  Change change;
  change.other_matchers = HasOtherMatchers(group);
  const auto before = other_matchers_.find(group);
  change.matchers_changed = before == other_matchers_.end() || before->second != change.other_matchers;
  if (other_matchers_.size() > kMaxDiscoveryServices) other_matchers_.clear();  // changed for each at its next report
  other_matchers_[group] = change.other_matchers;
  return change;
}

DiscoveryServices::Change DiscoveryServices::Leave(const std::string& host_id, const std::string& group, Time now) {
  const MutexLock lock(mutex_);
  services_.erase(host_id);
  DropSilent(now);
  return ChangeOfGroup(group);
}

DiscoveryServices::Change DiscoveryServices::Report(const std::string& host_id, const std::string& hostname,
                                                    const v1::DiscoveryState& state, Time now) {
  const MutexLock lock(mutex_);
  DropSilent(now);
  if (services_.size() < kMaxDiscoveryServices || services_.contains(host_id)) {
    services_[host_id] = {ShortLine(hostname, kMaxReportedHostname), Limited(state), now};
  }

  Change change = ChangeOfGroup(state.group());
  const std::string rights = RightsOf(Limited(state));
  const auto missed = missing_.find(host_id);
  change.rights_changed = missed == missing_.end() || missed->second != rights;
  missing_[host_id] = rights;
  if (missing_.size() > kMaxDiscoveryServices) missing_.clear();
  return change;
}

std::vector<v1::DiscoveryServiceInfo> DiscoveryServices::All(Time now) {
  const MutexLock lock(mutex_);
  DropSilent(now);
  std::vector<v1::DiscoveryServiceInfo> all;
  for (const auto& [host_id, known] : services_) {
    v1::DiscoveryServiceInfo& info = all.emplace_back();
    info.set_host_id(host_id);
    info.set_hostname(known.hostname);
    *info.mutable_state() = known.state;
    info.set_other_matchers(HasOtherMatchers(known.state.group()));
  }
  std::ranges::stable_sort(all, {}, [](const v1::DiscoveryServiceInfo& info) { return info.state().group(); });
  return all;
}

}  // namespace sallyport
