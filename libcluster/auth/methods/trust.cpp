// Methods about certificate authorities. Every authenticated caller may read them without private keys; with keys the
// caller needs the right to read the kind.
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/util/time_util.h>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libidentity/ssh_identity.h"
#include "libresources/access/access.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
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

AuditEvent CertEvent(const AuthServer& auth, const Caller& by, const SshCertificate& certificate) {
  AuditEvent event(audit::kCertCreate, auth.cluster_name());
  Value fields = Value::EmptyMap();
  fields.Set("logins", Value::Strings(certificate.principals));
  fields.Set("teleport_cluster", auth.cluster_name());
  event.By(by).Add("cert_type", "host").Add("identity", std::move(fields));
  return event;
}

// Conditions of rules may use the requested resource.
Status MayMakeHostCert(const Caller& caller, const trustv1::GenerateHostCertRequest& request) {
  if (caller.kind != Caller::Kind::kUser) return AuthServer::CheckRule(caller, "host_cert", "create");
  RuleContext context;
  context.host_cert = Value(Value::Map{
      {"host_id", request.host_id()},
      {"node_name", request.node_name()},
      {"principals", Value::Strings({request.principals().begin(), request.principals().end()})},
      {"cluster_name", request.cluster_name()},
      {"role", request.role()},
  });
  return caller.access->CheckRule("host_cert", "create", context);
}

// Issues an SSH certificate for a host with other software (sshd), with the caller's names.
Status GenerateHostCert(AuthServer& auth, const RpcCall& call, const trustv1::GenerateHostCertRequest& request,
                        trustv1::GenerateHostCertResponse& answer) {
  RETURN_IF_ERROR(MayMakeHostCert(call.caller, request));
  if (request.cluster_name() != auth.cluster_name()) {
    return Fail(ErrorKind::kBadParameter, "host certificates can be issued only for this cluster: \"{}\"",
                auth.cluster_name());
  }
  // A certificate with another role would impersonate a service of the cluster.
  if (request.role() != "Node") {
    return Fail(ErrorKind::kBadParameter, "a host certificate must have the role Node, not \"{}\"", request.role());
  }
  if (!request.host_id().empty()) RETURN_IF_ERROR(auth.locks().CheckHost(request.host_id()));
  ASSIGN_OR_RETURN(const AuthorizedKey key, ParseAuthorizedKey(request.key()));
  HostSshRequest host;
  host.host_id = request.host_id();
  host.node_name = request.node_name();
  host.cluster = request.cluster_name();
  host.system_role = request.role();
  host.extra_principals = {request.principals().begin(), request.principals().end()};
  host.public_key = key.key;
  host.now = Now();
  host.ttl = Nanoseconds(google::protobuf::util::TimeUtil::DurationToNanoseconds(request.ttl()));
  if (host.ttl < Nanoseconds(0)) return Fail(ErrorKind::kBadParameter, "a lifetime must not be negative");
  ASSIGN_OR_RETURN(const CertSigner signer, auth.authorities().Signer("host"));
  ASSIGN_OR_RETURN(const SshCertificate certificate, IssueHostSshCertificate(host, signer.ssh_key));
  RETURN_IF_ERROR(auth.Emit(CertEvent(auth, call.caller, certificate)));
  answer.set_ssh_certificate(certificate.ToAuthorizedKey() + "\n");
  return {};
}

}  // namespace

void AddTrustMethods(RpcTable& table, AuthServer& auth) {
  using google::protobuf::Empty;
  table.Add({"/teleport.trust.v1.TrustService/GetCertAuthorities", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const trustv1::GetCertAuthoritiesRequest& request,
                    trustv1::GetCertAuthoritiesResponse& answer) -> Status {
              RETURN_IF_ERROR(CheckKeys(call, request.include_key()));
              ASSIGN_OR_RETURN(*answer.add_cert_authorities_v2(),
                               auth.authorities().Get(request.type(), auth.cluster_name(), request.include_key()));
              return {};
            });

  table.Add(
      {"/teleport.trust.v1.TrustService/GetCertAuthority", RpcAccess::Authenticated()},
      [&auth](const RpcCall& call, const trustv1::GetCertAuthorityRequest& request, CertAuthorityV2& answer) -> Status {
        RETURN_IF_ERROR(CheckKeys(call, request.include_key()));
        ASSIGN_OR_RETURN(answer, auth.authorities().Get(request.type(), request.domain(), request.include_key()));
        return {};
      });

  table.Add(
      {"/teleport.trust.v1.TrustService/GenerateHostCert", RpcAccess::Authenticated()},
      [&auth](const RpcCall& call, const trustv1::GenerateHostCertRequest& request,
              trustv1::GenerateHostCertResponse& answer) { return GenerateHostCert(auth, call, request, answer); });
  // Trusted clusters are not implemented: the list is empty.
  table.Add({"/teleport.trust.v1.TrustService/ListTrustedClusters",
             RpcAccess::Rule("trusted_cluster", {"list", "read"}), kRehearsable},
            [](const RpcCall&, const trustv1::ListTrustedClustersRequest&, trustv1::ListTrustedClustersResponse&) {
              return Status();
            });

  table.Add({"/proto.AuthService/GetTrustedCluster", RpcAccess::Rule("trusted_cluster", {"read"}), kRehearsable},
            [](const RpcCall&, const types::ResourceRequest& request, types::TrustedClusterV2&) -> Status {
              return Fail(ErrorKind::kNotFound, "trusted_cluster \"{}\" is not found", request.name());
            });

  table.Add({"/proto.AuthService/GetClusterCACert", RpcAccess::Anyone()},
            [&auth](const RpcCall&, const Empty&, proto::GetClusterCACertResponse& answer) {
              answer.set_tlsca(auth.authorities().HostTlsPem());
              return Status();
            });
}

// The authorities never change after the first start.
WatchedKind CertAuthorityWatch() { return {.kind = "cert_authority", .verb = "readnosecrets"}; }

}  // namespace sallyport
