#include "libcluster/auth/discovery/discovery_sync.h"

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/log.h"
#include "libbase/text.h"
#include "libcluster/auth/alerts.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/codec/timestamps.h"
#include "libresources/kinds/cluster_alert.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using teleport::discoveryconfig::v1::DiscoveryConfig;

constexpr std::size_t kMaxSyncBytes = 256 << 10;
constexpr std::size_t kMaxStatusMessage = 1024;
constexpr std::string_view kSeers = "kube_cluster:update|discovery_config:update";

// Raises an alert for a week, or ends it.
Status SetAlert(AuthServer& auth, const std::string& id, const std::string& message) {
  constexpr std::chrono::hours kRaisedFor{7 * 24};
  if (message.empty()) {
    BackendTransaction transaction;
    transaction.Remove(ResourceKey("cluster_alert", id), false);
    return auth.backend().Commit(std::move(transaction));
  }
  types::ClusterAlert alert;
  auto& metadata = *alert.mutable_header()->mutable_metadata();
  metadata.set_name(id);
  (*metadata.mutable_labels())[std::string(alert_label::kVerbPermit)] = kSeers;
  (*metadata.mutable_labels())[std::string(alert_label::kOnLogin)] = "yes";
  *metadata.mutable_expires() = ToStamp(std::chrono::floor<std::chrono::seconds>(Now() + kRaisedFor));
  alert.mutable_spec()->set_severity(types::AlertSeverity::MEDIUM);
  alert.mutable_spec()->set_message(message);
  return UpsertAlert(auth.backend(), std::move(alert));
}

Status TellOtherMatchers(AuthServer& auth, const std::string& group, bool others) {
  const std::string id = "discovery-matchers-" + ToHex(Sha256(group)).substr(0, 16);
  const bool was = auth.backend().Get(ResourceKey("cluster_alert", id)).has_value();
  if (others) {
    Log(LogLevel::kWarning, "discovery services of one group have different matchers", {{"discovery_group", group}});
  } else if (was) {
    Log(LogLevel::kInfo, "the discovery services of a group have the same matchers again",
        {{"discovery_group", group}});
  }
  if (!others && !was) return {};
  return SetAlert(auth, id,
                  others ? fmt::format("Discovery services of the group \"{}\" have different matchers: give each set "
                                       "of matchers a group of its own (tctl inventory status)",
                                       StripControl(group))
                         : "");
}

Status TellMissingRights(AuthServer& auth, const std::string& host_id, const v1::SyncDiscoveryRequest& request) {
  constexpr std::size_t kMaxNamed = 3;
  const std::string id = "discovery-rights-" + host_id;
  const auto& rights = request.state().missing_rights();
  if (rights.empty()) {
    if (!auth.backend().Get(ResourceKey("cluster_alert", id))) return {};
    return SetAlert(auth, id, "");
  }

  std::string named;
  for (int i = 0; i < std::min<int>(rights.size(), kMaxNamed); ++i) {
    named += (i == 0 ? "" : ", ") + StripControl(rights.Get(i).substr(0, kMaxStatusMessage));
  }
  if (rights.size() > static_cast<int>(kMaxNamed)) named += fmt::format(" and {} more", rights.size() - kMaxNamed);
  Log(LogLevel::kWarning, "a discovery service has not the rights that it needs",
      {{"host", host_id}, {"missing", named}});
  return SetAlert(auth, id,
                  fmt::format("The discovery service on {} cannot read its cloud; missing: {}",
                              StripControl(request.hostname().substr(0, kMaxStatusMessage)), named));
}

// Writes the status of a config of the group.
Status WriteStatus(AuthServer& auth, const std::string& group, const v1::DiscoveryConfigState& said) {
  auto stored = GetResource<DiscoveryConfig>(auth.backend(), said.name());
  if (!stored && stored.error().kind == ErrorKind::kNotFound) return {};
  if (!stored) return std::unexpected(stored.error());
  if (stored->spec().discovery_group() != group) return {};

  auto& status = *stored->mutable_status();
  status.set_state(said.status().state());
  status.clear_error_message();
  if (said.status().has_error_message()) {
    status.set_error_message(StripControl(said.status().error_message().substr(0, kMaxStatusMessage)));
  }
  status.set_discovered_resources(said.status().discovered_resources());
  if (said.status().has_last_sync_time()) *status.mutable_last_sync_time() = said.status().last_sync_time();

  BackendTransaction transaction;
  WriteResource(transaction, *stored, WriteMode::kUpdate);
  const Status written = auth.backend().Commit(std::move(transaction));
  // Another writer of the config was faster; the next pass writes the status again.
  const bool changed =
      !written && (written.error().kind == ErrorKind::kCompareFailed || written.error().kind == ErrorKind::kNotFound);
  return changed ? Status() : written;
}

}  // namespace

Result<v1::SyncDiscoveryResponse> SyncDiscovery(AuthServer& auth, DiscoveryServices& services,
                                                const std::string& host_id, const v1::SyncDiscoveryRequest& request) {
  if (request.ByteSizeLong() > kMaxSyncBytes) {
    return Fail(ErrorKind::kLimitExceeded, "the report of the discovery service is too large");
  }
  const std::string& group = request.state().group();
  const auto change = request.leaving() ? services.Leave(host_id, group, Now())
                                        : services.Report(host_id, request.hostname(), request.state(), Now());
  if (change.matchers_changed) RETURN_IF_ERROR(TellOtherMatchers(auth, group, change.other_matchers));
  if (change.rights_changed) RETURN_IF_ERROR(TellMissingRights(auth, host_id, request));

  v1::SyncDiscoveryResponse answer;
  answer.set_other_matchers(change.other_matchers);
  if (group.empty()) return answer;
  for (const auto& said : request.configs()) RETURN_IF_ERROR(WriteStatus(auth, group, said));
  ASSIGN_OR_RETURN(const auto configs, ListAllResources<DiscoveryConfig>(auth.backend()));
  for (const auto& config : configs) {
    if (config.spec().discovery_group() == group) *answer.add_configs() = config;
  }
  return answer;
}

}  // namespace sallyport
