#include "tools/listing/alert_notices.h"

#include "libbase/text.h"
#include "libclient/alerts.h"
#include "libresources/kinds/cluster_alert.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

std::string_view SeverityPrefix(types::AlertSeverity severity) {
  if (severity >= types::HIGH) return "alert (high): ";
  return severity >= types::MEDIUM ? "alert (medium): " : "alert: ";
}

}  // namespace

std::vector<std::string> AlertNotices(RpcClient& rpc, const types::GetClusterAlertsRequest& query) {
  const auto alerts = FetchAlerts(rpc, query, {.timeout = kAlertPatience});
  if (!alerts) return {fmt::format("cannot read the alerts of the cluster: {}", ToText(alerts.error()))};
  std::vector<std::string> texts;
  for (const auto& alert : *alerts) {
    if (!CheckAlertMessage(alert)) continue;
    texts.push_back(std::string(SeverityPrefix(alert.spec().severity())) + StripControl(alert.spec().message()));
  }
  return texts;
}

}  // namespace sallyport
