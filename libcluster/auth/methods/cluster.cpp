// Methods about the cluster itself: ping, capabilities, second-factor questions, remote clusters.
#include <google/protobuf/empty.pb.h>

#include "libbase/version.h"
#include "libcluster/auth/auth_server.h"
#include "libresources/access/access.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "teleport/presence/v1/service.pb.h"
#include "teleport/transport/v1/transport_service.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

Status Ping(AuthServer& auth, const RpcCall& call, proto::PingResponse& answer) {
  answer.set_clustername(auth.cluster_name());
  answer.set_serverversion(std::string(kWireVersion));
  answer.set_proxypublicaddr(auth.options().proxy_public_address);
  answer.set_remoteaddr(call.caller.remote_address);
  answer.mutable_serverfeatures()->set_kubernetes(true);
  ASSIGN_OR_RETURN(const auto preference, auth.Setting<types::AuthPreferenceV2>());
  answer.set_signature_algorithm_suite(preference.spec().signature_algorithm_suite());
  return {};
}

// Returns whether a session to a target needs a second factor. Targets without label rules need none.
bool NeedsMfa(AuthServer& auth, const Caller& caller, const proto::IsMFARequiredRequest& request) {
  if (caller.kind != Caller::Kind::kUser) return false;
  if (request.Target_case() == proto::IsMFARequiredRequest::kAdminAction) return false;  // one-time codes are allowed
  const auto preference = auth.Setting<types::AuthPreferenceV2>();
  const bool cluster_wide = preference && preference->spec().requiremfatype() == types::RequireMFAType::SESSION;
  return caller.access->RequiredMfa(cluster_wide) != AccessState::Mfa::kNever;
}

proto::MFARequired ToWire(bool required) { return required ? proto::MFA_REQUIRED_YES : proto::MFA_REQUIRED_NO; }

Status CreateChallenge(AuthServer& auth, const RpcCall& call, const proto::CreateAuthenticateChallengeRequest& request,
                       proto::MFAAuthenticateChallenge& answer) {
  const bool for_caller = request.Request_case() == proto::CreateAuthenticateChallengeRequest::kContextUser ||
                          request.Request_case() == proto::CreateAuthenticateChallengeRequest::REQUEST_NOT_SET;
  if (!for_caller) return Fail(ErrorKind::kNotImplemented, "challenges for other users are not implemented");
  if (request.challengeextensions().scope() == teleport::mfa::v1::CHALLENGE_SCOPE_UNSPECIFIED) {
    return Fail(ErrorKind::kBadParameter, "MFA challenge scope must be set");
  }
  if (request.has_mfarequiredcheck() && !NeedsMfa(auth, call.caller, request.mfarequiredcheck())) {
    answer.set_mfarequired(ToWire(false));
    return {};
  }
  if (call.caller.kind != Caller::Kind::kUser) {
    return Fail(ErrorKind::kBadParameter, "only users have second factors");
  }
  if (request.has_mfarequiredcheck()) answer.set_mfarequired(ToWire(true));
  ASSIGN_OR_RETURN(const auto devices, auth.local_users().Devices(call.caller.identity.username));
  if (!devices.empty()) answer.mutable_totp();
  return {};
}

Status GetDevices(AuthServer& auth, const RpcCall& call, proto::GetMFADevicesResponse& answer) {
  ASSIGN_OR_RETURN(auto devices, auth.local_users().Devices(call.caller.identity.username));
  for (auto& device : devices) {
    if (device.has_totp()) device.mutable_totp()->clear_key();
    *answer.add_devices() = std::move(device);
  }
  return {};
}

void AddQuestions(RpcTable& table, AuthServer& auth) {
  table.Add(
      {"/proto.AuthService/IsMFARequired", RpcAccess::Authenticated()},
      [&auth](const RpcCall& call, const proto::IsMFARequiredRequest& request, proto::IsMFARequiredResponse& answer) {
        const bool required = NeedsMfa(auth, call.caller, request);
        answer.set_required(required);
        answer.set_mfarequired(ToWire(required));
        return Status();
      });

  table.Add({"/proto.AuthService/CreateAuthenticateChallenge", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::CreateAuthenticateChallengeRequest& request,
                    proto::MFAAuthenticateChallenge& answer) { return CreateChallenge(auth, call, request, answer); });

  table.Add({"/proto.AuthService/GetMFADevices", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::GetMFADevicesRequest&, proto::GetMFADevicesResponse& answer) {
              return GetDevices(auth, call, answer);
            });
}

}  // namespace

void AddClusterMethods(RpcTable& table, AuthServer& auth) {
  namespace presencev1 = teleport::presence::v1;
  namespace transportv1 = teleport::transport::v1;
  AddQuestions(table, auth);

  table.Add({"/proto.AuthService/Ping", RpcAccess::Anyone()},
            [&auth](const RpcCall& call, const proto::PingRequest&, proto::PingResponse& answer) {
              return Ping(auth, call, answer);
            });

  table.Add({"/proto.AuthService/GetDomainName", RpcAccess::Authenticated()},
            [&auth](const RpcCall&, const Empty&, proto::GetDomainNameResponse& answer) {
              answer.set_domainname(auth.cluster_name());
              return Status();
            });
  // No other cluster is trusted: the truthful answers are empty.
  table.Add({"/teleport.presence.v1.PresenceService/ListRemoteClusters",
             RpcAccess::Rule("remote_cluster", {"list", "read"}), kRehearsable},
            [](const RpcCall&, const presencev1::ListRemoteClustersRequest&, presencev1::ListRemoteClustersResponse&) {
              return Status();
            });

  table.Add({"/teleport.presence.v1.PresenceService/GetRemoteCluster", RpcAccess::Rule("remote_cluster", {"read"}),
             kRehearsable},
            [](const RpcCall&, const presencev1::GetRemoteClusterRequest& request, types::RemoteClusterV3&) -> Status {
              return Fail(ErrorKind::kNotFound, "remote cluster \"{}\" is not found", request.name());
            });

  table.Add(
      {"/teleport.transport.v1.TransportService/GetClusterDetails", RpcAccess::Authenticated()},
      [](const RpcCall&, const transportv1::GetClusterDetailsRequest&, transportv1::GetClusterDetailsResponse& answer) {
        answer.mutable_details();
        return Status();
      });
}

}  // namespace sallyport
