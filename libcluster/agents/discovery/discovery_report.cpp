#include "libcluster/agents/discovery/discovery_report.h"

#include <algorithm>

#include "libbase/log.h"
#include "libresources/codec/timestamps.h"

namespace sallyport {
namespace {

using teleport::discoveryconfig::v1::DiscoveryConfigStatus;

constexpr std::size_t kMaxToldLines = 20;

DiscoveryConfigStatus StatusOfConfig(const ConfigOutcome& outcome, Time now) {
  DiscoveryConfigStatus status;
  status.set_state(outcome.problems.empty() ? teleport::discoveryconfig::v1::DISCOVERY_CONFIG_STATE_RUNNING
                                            : teleport::discoveryconfig::v1::DISCOVERY_CONFIG_STATE_ERROR);
  if (!outcome.problems.empty()) {
    status.set_error_message(fmt::format("{}", fmt::join(outcome.problems, "; ")));
  }
  status.set_discovered_resources(outcome.found);
  *status.mutable_last_sync_time() = ToStamp(now);
  return status;
}

template <typename Texts>
void CopyLines(const std::vector<std::string>& from, Texts& to) {
  to.Clear();
  for (std::size_t i = 0; i < std::min(from.size(), kMaxToldLines); ++i) *to.Add() = from[i];
}

}  // namespace

DiscoveryReport::DiscoveryReport(std::string group, std::string hostname, std::string matchers_hash) {
  const MutexLock lock(mutex_);
  report_.set_hostname(std::move(hostname));
  report_.mutable_state()->set_group(std::move(group));
  report_.mutable_state()->set_matchers_hash(std::move(matchers_hash));
}

void DiscoveryReport::LogChange(std::set<std::string>& known, const std::vector<std::string>& now, const char* text,
                                const char* over) {
  std::set<std::string> current;
  for (const auto& line : now) {
    if (current.size() >= kMaxToldLines) break;
    if (current.insert(line).second && !known.contains(line)) Log(LogLevel::kWarning, text, {{"reason", line}});
  }
  if (current.empty() && !known.empty()) Log(LogLevel::kInfo, over);
  known = std::move(current);
}

void DiscoveryReport::TakePass(const PassOutcome& outcome, Time now) {
  const MutexLock lock(mutex_);
  LogChange(problems_, outcome.problems, "clusters of a cloud cannot be found; none is removed meanwhile",
            "the clusters of all clouds are found again");
  LogChange(notices_, outcome.notices, "a cluster that was found is left out", "no cluster is left out any more");

  auto& state = *report_.mutable_state();
  if (outcome.whole) {
    state.set_clusters(static_cast<std::uint32_t>(outcome.clusters));
    *state.mutable_last_pass() = ToStamp(now);
  }
  std::vector<std::string> told = outcome.problems;
  told.insert(told.end(), outcome.notices.begin(), outcome.notices.end());
  CopyLines(told, *state.mutable_problems());
  std::vector<std::string> rights = outcome.missing_rights;
  std::ranges::sort(rights);
  rights.erase(std::unique(rights.begin(), rights.end()), rights.end());
  CopyLines(rights, *state.mutable_missing_rights());

  report_.clear_configs();
  configs_sent_ = 0;
  for (const auto& [name, config] : outcome.configs) {
    auto& said = *report_.add_configs();
    said.set_name(name);
    *said.mutable_status() = StatusOfConfig(config, now);
  }
}

void DiscoveryReport::TakeSync(const Status& synced) {
  const MutexLock lock(mutex_);
  is_taken_ = synced.has_value();
  if (synced) {
    if (!sync_failure_.empty()) Log(LogLevel::kInfo, "the auth service takes the reports of discovery again");
    sync_failure_.clear();
    // A pass that ended meanwhile has other statuses, which were not sent.
    if (configs_sent_ > 0) report_.clear_configs();
    configs_sent_ = 0;
    return;
  }
  if (synced.error().message == sync_failure_) return;
  sync_failure_ = synced.error().message;
  Log(LogLevel::kWarning, "the auth service does not take the reports of discovery",
      {{"reason", synced.error().message}, {"hint", synced.error().hint}});
}

void DiscoveryReport::TakeOtherMatchers(bool others) {
  const MutexLock lock(mutex_);
  if (others == other_matchers_) return;
  other_matchers_ = others;
  const std::string& group = report_.state().group();
  if (others) {
    Log(LogLevel::kWarning,
        "another discovery service of the group has other matchers: each set of matchers needs a group of its own",
        {{"discovery_group", group}});
  } else {
    Log(LogLevel::kInfo, "all discovery services of the group have the same matchers", {{"discovery_group", group}});
  }
}

std::optional<v1::SyncDiscoveryRequest> DiscoveryReport::Last() {
  const MutexLock lock(mutex_);
  if (!is_taken_) return std::nullopt;
  v1::SyncDiscoveryRequest last = report_;
  last.clear_configs();
  last.set_leaving(true);
  return last;
}

v1::SyncDiscoveryRequest DiscoveryReport::Next() {
  const MutexLock lock(mutex_);
  configs_sent_ = static_cast<std::size_t>(report_.configs_size());
  return report_;
}

}  // namespace sallyport
