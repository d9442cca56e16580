#include "libcluster/auth/alerts.h"

#include <algorithm>
#include <map>
#include <set>

#include "libbase/text.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/rpc/caller.h"
#include "libresources/kinds/cluster_alert.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::util::TimeUtil;
using types::AlertAcknowledgement;
using types::ClusterAlert;
using types::GetClusterAlertsRequest;

constexpr std::string_view kAlert = "cluster_alert";
constexpr std::string_view kAck = "alert_ack";
constexpr std::string_view kYes = "yes";
constexpr std::string_view kAll = "*";

Result<std::vector<ClusterAlert>> Matching(Backend& backend, const GetClusterAlertsRequest& query) {
  std::vector<ClusterAlert> alerts;
  if (query.alertid().empty()) {
    ASSIGN_OR_RETURN(alerts, ListAllResources<ClusterAlert>(backend));
  } else {
    auto alert = GetResource<ClusterAlert>(backend, query.alertid());
    if (!alert && alert.error().kind != ErrorKind::kNotFound) return std::unexpected(alert.error());
    if (alert) alerts.push_back(std::move(*alert));
  }
  std::erase_if(alerts, [&](const ClusterAlert& alert) { return !MatchesQuery(alert, query); });
  return alerts;
}

bool May(const Caller& caller, std::string_view kind, std::string_view verb) {
  return AuthServer::CheckRule(caller, kind, verb).has_value();
}

// Returns whether an alert's labels target the caller: everybody, or callers with one of the listed rights.
bool IsMeantFor(const ClusterAlert& alert, const Caller& caller) {
  if (AlertLabel(alert, alert_label::kPermitAll) == kYes) return true;
  return std::ranges::any_of(SplitNonEmpty(AlertLabel(alert, alert_label::kVerbPermit), '|'),
                             [&](const std::string& right) {
                               const auto colon = right.find(':');
                               if (colon == std::string::npos || right.find(':', colon + 1) != std::string::npos)
                                 return false;
                               return May(caller, right.substr(0, colon), right.substr(colon + 1));
                             });
}

Status RemoveAcknowledged(Backend& backend, std::vector<ClusterAlert>& alerts) {
  ASSIGN_OR_RETURN(const auto acks, AlertAcks(backend));
  std::set<std::string> ids;
  for (const auto& ack : acks) ids.insert(ack.alertid());
  std::erase_if(alerts, [&](const ClusterAlert& alert) { return ids.contains(NameOf(alert.header())); });
  return {};
}

// Only alerts that the caller sees supersede others, so that the caller always sees one of the two.
void RemoveSuperseded(std::vector<ClusterAlert>& alerts) {
  std::map<std::string, int> severity_above;
  for (const auto& alert : alerts) {
    for (const auto& id : SplitNonEmpty(AlertLabel(alert, alert_label::kSupersedes), ',')) {
      int& severity = severity_above[id];
      severity = std::max<int>(severity, alert.spec().severity());
    }
  }
  std::erase_if(alerts, [&](const ClusterAlert& alert) {
    const auto found = severity_above.find(NameOf(alert.header()));
    return found != severity_above.end() && found->second > alert.spec().severity();
  });
}

}  // namespace

Result<std::vector<ClusterAlert>> AlertsFor(Backend& backend, const Caller& caller,
                                            const GetClusterAlertsRequest& query) {
  ASSIGN_OR_RETURN(auto alerts, Matching(backend, query));
  if (!query.withacknowledged()) RETURN_IF_ERROR(RemoveAcknowledged(backend, alerts));
  const bool all = query.withuntargeted() && May(caller, kAlert, "read") && May(caller, kAlert, "list");
  if (!all) std::erase_if(alerts, [&](const ClusterAlert& alert) { return !IsMeantFor(alert, caller); });
  if (!query.withsuperseded()) RemoveSuperseded(alerts);
  return alerts;
}

Status UpsertAlert(Backend& backend, ClusterAlert alert) {
  RETURN_IF_ERROR(CheckClusterAlert(alert));
  auto& header = *alert.mutable_header();
  auto& spec = *alert.mutable_spec();
  // Go's clients send Go's zero time for a missing time.
  if (!spec.has_created() || spec.created().seconds() == kGoZeroSeconds) {
    *spec.mutable_created() = TimeUtil::NanosecondsToTimestamp(Now().time_since_epoch().count());
  }
  if (!header.metadata().has_expires() || header.metadata().expires().seconds() == kGoZeroSeconds) {
    auto& end = *header.mutable_metadata()->mutable_expires();
    end = spec.created();
    end.set_seconds(end.seconds() + std::chrono::floor<std::chrono::seconds>(kDefaultAlertTtl).count());
  }
  header.mutable_metadata()->clear_revision();
  BackendTransaction transaction;
  transaction.Put(ResourceKey(kAlert, NameOf(header)), alert.SerializeAsString(), ExpiresOf(alert));
  return backend.Commit(std::move(transaction));
}

Status CreateAlertAck(Backend& backend, const AlertAcknowledgement& ack) {
  RETURN_IF_ERROR(CheckAlertAck(ack));
  BackendTransaction transaction;
  transaction.Create(ResourceKey(kAck, ack.alertid()), ack.SerializeAsString(), ExpiresOf(ack));
  const Status status = backend.Commit(std::move(transaction));
  if (!status && status.error().kind == ErrorKind::kAlreadyExists) {
    return Fail(ErrorKind::kAlreadyExists, "alert \"{}\" is acknowledged already", ack.alertid());
  }
  return status;
}

Result<std::vector<AlertAcknowledgement>> AlertAcks(Backend& backend) {
  return ListAllResources<AlertAcknowledgement>(backend, kAck);
}

Status ClearAlertAcks(Backend& backend, std::string_view alert_id) {
  if (alert_id.empty()) {
    return FailWithHint(ErrorKind::kBadParameter, "the ID of the alert is missing",
                        "give the ID of an alert, or \"*\" for all alerts");
  }
  BackendTransaction transaction;
  if (alert_id == kAll) {
    ASSIGN_OR_RETURN(const auto acks, AlertAcks(backend));
    for (const auto& ack : acks) transaction.Remove(ResourceKey(kAck, ack.alertid()), false);
  } else {
    transaction.Remove(ResourceKey(kAck, alert_id), false);
  }
  return backend.Commit(std::move(transaction));
}

}  // namespace sallyport
