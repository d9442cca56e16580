// Methods about alerts. Acknowledgements need the same rights as alerts.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/alerts.h"
#include "libcluster/auth/auth_server.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {

void AddAlertMethods(RpcTable& table, AuthServer& auth) {
  using google::protobuf::Empty;
  table.Add({"/proto.AuthService/GetClusterAlerts", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const types::GetClusterAlertsRequest& query,
                    proto::GetClusterAlertsResponse& answer) -> Status {
              ASSIGN_OR_RETURN(auto alerts, AlertsFor(auth.backend(), call.caller, query));
              for (auto& alert : alerts) *answer.add_alerts() = std::move(alert);
              return {};
            });

  table.Add(
      {"/proto.AuthService/UpsertClusterAlert", RpcAccess::Rule("cluster_alert", {"create", "update"}), kRehearsable},
      [&auth](const RpcCall&, const proto::UpsertClusterAlertRequest& request, Empty&) {
        return UpsertAlert(auth.backend(), request.alert());
      });

  table.Add({"/proto.AuthService/CreateAlertAck", RpcAccess::Rule("cluster_alert", {"create", "update"}), kRehearsable},
            [&auth](const RpcCall&, const types::AlertAcknowledgement& ack, Empty&) {
              return CreateAlertAck(auth.backend(), ack);
            });

  table.Add({"/proto.AuthService/GetAlertAcks", RpcAccess::Rule("cluster_alert", {"read", "list"}), kRehearsable},
            [&auth](const RpcCall&, const proto::GetAlertAcksRequest&, proto::GetAlertAcksResponse& answer) -> Status {
              ASSIGN_OR_RETURN(auto acks, AlertAcks(auth.backend()));
              for (auto& ack : acks) *answer.add_acks() = std::move(ack);
              return {};
            });

  table.Add({"/proto.AuthService/ClearAlertAcks", RpcAccess::Rule("cluster_alert", {"delete"})},
            [&auth](const RpcCall&, const proto::ClearAlertAcksRequest& request, Empty&) {
              return ClearAlertAcks(auth.backend(), request.alertid());
            });
}

}  // namespace sallyport
