// Methods about certificate authorities. Everybody who is authenticated may read them without private keys; with keys
// it takes the right to read the kind.
#include <google/protobuf/empty.pb.h>

#include "libcluster/auth/auth_server.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"

namespace sallyport {
namespace {

namespace trustv1 = teleport::trust::v1;
using types::CertAuthorityV2;

Status CheckKeys(const RpcCall& call, bool with_keys) {
  if (with_keys) return AuthServer::CheckRule(call.caller, "cert_authority", "read");
  if (call.caller.kind == Caller::Kind::kSystem) return {};
  return AuthServer::CheckRule(call.caller, "cert_authority", "readnosecrets");
}

}  // namespace

void AddTrustMethods(RpcTable& table, AuthServer& auth) {
  using google::protobuf::Empty;
  table.Add<trustv1::GetCertAuthoritiesRequest, trustv1::GetCertAuthoritiesResponse>(
      "/teleport.trust.v1.TrustService/GetCertAuthorities", RpcAccess::Authenticated(),
      [&auth](const RpcCall& call, const trustv1::GetCertAuthoritiesRequest& request,
              trustv1::GetCertAuthoritiesResponse& answer) -> Status {
        RETURN_IF_ERROR(CheckKeys(call, request.include_key()));
        ASSIGN_OR_RETURN(*answer.add_cert_authorities_v2(),
                         auth.authorities().Get(request.type(), auth.cluster_name(), request.include_key()));
        return {};
      });
  table.Add<trustv1::GetCertAuthorityRequest, CertAuthorityV2>(
      "/teleport.trust.v1.TrustService/GetCertAuthority", RpcAccess::Authenticated(),
      [&auth](const RpcCall& call, const trustv1::GetCertAuthorityRequest& request, CertAuthorityV2& answer) -> Status {
        RETURN_IF_ERROR(CheckKeys(call, request.include_key()));
        ASSIGN_OR_RETURN(answer, auth.authorities().Get(request.type(), request.domain(), request.include_key()));
        return {};
      });
  table.Add<Empty, proto::GetClusterCACertResponse>(
      "/proto.AuthService/GetClusterCACert", RpcAccess::Anyone(),
      [&auth](const RpcCall&, const Empty&, proto::GetClusterCACertResponse& answer) {
        answer.set_tlsca(auth.authorities().HostTlsPem());
        return Status();
      });
}

}  // namespace sallyport
