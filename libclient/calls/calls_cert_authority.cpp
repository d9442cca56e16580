// Certificate authorities.
#include "libclient/calls/calls.h"
#include "libresources/kinds/cert_authority.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"

namespace sallyport {
namespace {

namespace trustv1 = teleport::trust::v1;

Status GetAuthoritiesOf(RpcClient& rpc, const std::string& type, bool with_secrets, const MessageSink& sink) {
  trustv1::GetCertAuthoritiesRequest request;
  request.set_type(type);
  request.set_include_key(with_secrets);
  ASSIGN_OR_RETURN(const auto answer, rpc.Call<trustv1::GetCertAuthoritiesResponse>(
                                          "/teleport.trust.v1.TrustService/GetCertAuthorities", request));
  for (const auto& authority : answer.cert_authorities_v2()) RETURN_IF_ERROR(sink(authority));
  return {};
}

Status ListAuthorities(RpcClient& rpc, bool with_secrets, const MessageSink& sink) {
  for (const auto type : CertAuthorityTypes()) {
    RETURN_IF_ERROR(GetAuthoritiesOf(rpc, std::string(type), with_secrets, sink));
  }
  return {};
}

// "host" means all authorities of the type, "host/CLUSTER" one of them.
Status GetAuthority(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) {
  const auto slash = name.find('/');
  if (slash == std::string::npos) return GetAuthoritiesOf(rpc, name, with_secrets, sink);
  trustv1::GetCertAuthorityRequest request;
  request.set_type(name.substr(0, slash));
  request.set_domain(name.substr(slash + 1));
  request.set_include_key(with_secrets);
  ASSIGN_OR_RETURN(const auto authority,
                   rpc.Call<types::CertAuthorityV2>("/teleport.trust.v1.TrustService/GetCertAuthority", request));
  return sink(authority);
}

}  // namespace

constinit const KindCalls kCertAuthorityCalls{"cert_authority", ListAuthorities, GetAuthority,
                                              nullptr,          nullptr,         nullptr};

}  // namespace sallyport
