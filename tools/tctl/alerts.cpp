#include <algorithm>

#include "libclient/listing.h"
#include "libresources/codec.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "tools/listing/list_options.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

// Severe ones first, among them the newest.
bool IsBefore(const types::ClusterAlert& a, const types::ClusterAlert& b) {
  if (a.spec().severity() != b.spec().severity()) return a.spec().severity() > b.spec().severity();
  return a.spec().created().seconds() > b.spec().created().seconds();
}

std::vector<std::string> Row(const Value& alert) {
  const Value& severity = At(alert, "spec", "severity");
  return {At(alert, "metadata", "name").as_string(),
          severity.is_string() ? severity.as_string() : fmt::format("{}", severity.as_int()),
          At(alert, "metadata", "expires").as_string(), At(alert, "spec", "message").as_string()};
}

Result<Output> List(const Invocation& invocation) {
  types::GetClusterAlertsRequest request;
  ASSIGN_OR_RETURN(const auto labels, ParseLabels(invocation.Get("labels")));
  for (const auto& [key, value] : labels) (*request.mutable_labels())[key] = value;
  request.set_withacknowledged(invocation.Flag("verbose"));
  request.set_withuntargeted(true);
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(auto answer,
                   rpc->Call<proto::GetClusterAlertsResponse>("/proto.AuthService/GetClusterAlerts", request));
  std::stable_sort(answer.mutable_alerts()->begin(), answer.mutable_alerts()->end(), IsBefore);
  if (answer.alerts().empty() && (!invocation.Has("format") || invocation.Get("format") == "text")) {
    return Output::Text("no alerts\n");
  }
  Value::List alerts;
  for (const auto& alert : answer.alerts()) alerts.push_back(EncodeMessage(alert));
  return Output::List(std::move(alerts), {"ID", "Severity", "Expires", "Message"}, Row);
}

}  // namespace

Command AlertListCommand() {
  return {.path = "alerts ls",
          .summary = "List alerts of the cluster",
          .options = {{"labels", '\0', "KEY=VALUE,...", "Only alerts with these labels"},
                      {"verbose", 'v', "", "Acknowledged ones too"}},
          .example = "tctl alerts ls",
          .run = List};
}

}  // namespace sallyport
