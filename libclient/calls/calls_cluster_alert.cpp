// Alerts of the cluster. Alerts expire by themselves: no method removes an alert.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

// Returns all alerts, or the alert with a name, including acknowledged alerts and alerts for other users.
Result<proto::GetClusterAlertsResponse> Ask(RpcClient& rpc, const std::string& name) {
  types::GetClusterAlertsRequest query;
  query.set_alertid(name);
  query.set_withsuperseded(true);
  query.set_withacknowledged(true);
  query.set_withuntargeted(true);
  return rpc.Call<proto::GetClusterAlertsResponse>("/proto.AuthService/GetClusterAlerts", query);
}

Status ListClusterAlerts(RpcClient& rpc, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto answer, Ask(rpc, ""));
  return SinkAll(answer.alerts(), sink);
}

Status GetAlert(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto answer, Ask(rpc, name));
  if (answer.alerts().empty()) return Fail(ErrorKind::kNotFound, "cluster_alert \"{}\" is not found", name);
  return SinkAll(answer.alerts(), sink);
}

Status PutAlert(RpcClient& rpc, const Resource& resource, const google::protobuf::Message*) {
  proto::UpsertClusterAlertRequest request;
  *request.mutable_alert() = resource.as<types::ClusterAlert>();
  RETURN_IF_ERROR(rpc.Call<google::protobuf::Empty>("/proto.AuthService/UpsertClusterAlert", request));
  return {};
}

}  // namespace

constinit const KindCalls kClusterAlertCalls{"cluster_alert", ListClusterAlerts, GetAlert, PutAlert, nullptr, nullptr};

}  // namespace sallyport
