// Methods for joining and rejoining by gRPC (docs/protocol/joining.md#by-grpc), and for renewing the certificates of
// joined hosts.
#include "libcluster/auth/joining/joining.h"

#include <algorithm>

#include "libcluster/auth/auth_server.h"
#include "sallyport/v1/host_service.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/join.pb.h"

namespace sallyport {
namespace {

// Copies the fields that both requests have.
template <typename Request>
JoinRequest RequestOf(const RpcCall& call, const Request& request) {
  JoinRequest join;
  join.host_id = request.hostid();
  join.node_name = request.nodename();
  join.role = request.role();
  join.additional_principals = {request.additionalprincipals().begin(), request.additionalprincipals().end()};
  join.dns_names = {request.dnsnames().begin(), request.dnsnames().end()};
  join.public_tls_key = request.publictlskey();
  join.public_ssh_key = request.publicsshkey();
  join.remote_address = call.caller.remote_address;
  join.caller = call.caller;
  return join;
}

// Copies these fields and the proof that the host may join.
JoinRequest TokenRequestOf(const RpcCall& call, const types::RegisterUsingTokenRequest& request) {
  JoinRequest join = RequestOf(call, request);
  join.token = request.token();
  join.id_token = request.idtoken();
  // Later times do not fit into a Time, and a bot's certificates end earlier anyway.
  constexpr std::int64_t kLatest = 9'000'000'000;
  if (request.has_expires()) {
    join.expires = Time(std::chrono::seconds(std::clamp<std::int64_t>(request.expires().seconds(), 0, kLatest)));
  }
  return join;
}

Status Answer(const JoinResult& joined, proto::Certs& answer) {
  answer.set_ssh(joined.ssh_certificate);
  answer.set_tls(joined.tls_certificate);
  for (const auto& authority : joined.tls_authorities) answer.add_tlscacerts(authority);
  for (const auto& authority : joined.ssh_authorities) answer.add_sshcacerts(authority);
  return {};
}

Status Register(AuthServer& auth, const RpcCall& call, const types::RegisterUsingTokenRequest& request,
                proto::Certs& answer) {
  const JoinRequest join = TokenRequestOf(call, request);
  ASSIGN_OR_RETURN(const JoinResult joined, JoinCluster(auth, join));
  return Answer(joined, answer);
}

Status Rejoin(AuthServer& auth, const RpcCall& call, const v1::RejoinRequest& request, proto::Certs& answer) {
  const JoinRequest join = TokenRequestOf(call, request.join());
  ASSIGN_OR_RETURN(const JoinResult joined, RejoinCluster(auth, join, {request.certificate(), request.proof()}));
  return Answer(joined, answer);
}

Status Renew(AuthServer& auth, const RpcCall& call, const proto::HostCertsRequest& request, proto::Certs& answer) {
  ASSIGN_OR_RETURN(const JoinResult renewed, RenewHost(auth, call.caller, RequestOf(call, request),
                                                       {request.systemroles().begin(), request.systemroles().end()}));
  return Answer(renewed, answer);
}

}  // namespace

void AddJoiningMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.JoinService/RegisterUsingToken", RpcAccess::Anyone()},
            [&auth](const RpcCall& call, const types::RegisterUsingTokenRequest& request, proto::Certs& answer) {
              return Register(auth, call, request, answer);
            });
  // The handler requires a token, and a proof of the host's key.
  table.Add({"/sallyport.v1.HostService/Rejoin", RpcAccess::Anyone()},
            [&auth](const RpcCall& call, const v1::RejoinRequest& request, proto::Certs& answer) {
              return Rejoin(auth, call, request, answer);
            });
  // The handler refuses callers that are no hosts.
  table.Add({"/proto.AuthService/GenerateHostCerts", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::HostCertsRequest& request, proto::Certs& answer) {
              return Renew(auth, call, request, answer);
            });
}

}  // namespace sallyport
