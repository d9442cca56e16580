#include "libclient/kube_credentials.h"

#include "libbase/json.h"
#include "libclient/certs_request.h"
#include "libidentity/keys.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/x509.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kMargin{1};

std::string WholeSeconds(Time time) { return FormatTime(std::chrono::floor<std::chrono::seconds>(time)); }

// A certificate of its own needs a key of its own, unless keys are slow to make: then the login's is used again.
Result<PrivateKey> KeyForKube(const Session& session) {
  ASSIGN_OR_RETURN(PrivateKey key, ParsePrivateKeyPem(session.ring.tls_key_pem.Reveal()));
  if (key.type() == KeyType::kRsa) return key;
  return GeneratePrivateKey(KeyAlgorithm::kEcdsaP256);
}

Status CheckNoMfa(RpcClient& rpc, std::string_view kube_cluster) {
  proto::IsMFARequiredRequest request;
  request.set_kubernetescluster(std::string(kube_cluster));
  ASSIGN_OR_RETURN(const auto answer,
                   rpc.Call<proto::IsMFARequiredResponse>("/proto.AuthService/IsMFARequired", request));
  if (!answer.required() && answer.mfarequired() != proto::MFA_REQUIRED_YES) return {};
  return FailWithHint(ErrorKind::kNotImplemented,
                      fmt::format("{} needs a security key for each session, which is not implemented", kube_cluster),
                      "use a role that does not set require_session_mfa");
}

proto::UserCertsRequest CertsRequest(const Session& session, const PrivateKey& key, std::string_view teleport_cluster,
                                     std::string_view kube_cluster) {
  proto::UserCertsRequest request = CertsRequestOf(session, teleport_cluster);
  request.set_usage(proto::UserCertsRequest::Kubernetes);
  request.set_kubernetescluster(std::string(kube_cluster));
  request.set_tlspublickey(key.public_key().ToPem());
  AddActiveRequests(session, request);
  const auto identity = session.certificate.ToIdentity();
  if (identity && !identity->principals.empty()) request.set_sshlogin(identity->principals.front());
  return request;
}

}  // namespace

Secret FormatExecCredential(const KubeCredential& credential, Time certificate_expires) {
  std::string text = fmt::format(
      R"({{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{{"interactive":false}},)"
      R"("status":{{"expirationTimestamp":"{}","clientCertificateData":{},"clientKeyData":)",
      WholeSeconds(certificate_expires - kMargin), ToJson(Value(credential.certificate_pem)));
  text.reserve(text.size() + 2 * credential.key_pem.Reveal().size() + 8);
  text += '"';
  for (const char c : credential.key_pem.Reveal()) {
    if (c == '\n') {
      text += "\\n";
    } else if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) {  // PEM has no other characters
      text += c;
    }
  }
  text += "\"}}\n";
  return Secret(std::move(text));
}

Result<Secret> CachedKubeCredential(const ProfilePaths& paths, std::string_view teleport_cluster,
                                    std::string_view kube_cluster, Time now) {
  const auto cached = LoadKubeCredential(paths, teleport_cluster, kube_cluster);
  const auto certificate = cached ? Certificate::FromPem(cached->certificate_pem) : Result<Certificate>(Certificate());
  // A broken file counts as absent, and a new file replaces it.
  if (!cached || !certificate || certificate->not_after() - now <= kMargin) {
    return Fail(ErrorKind::kNotFound, "no credentials for {} are cached", kube_cluster);
  }
  return FormatExecCredential(*cached, certificate->not_after());
}

Result<Secret> FetchKubeCredential(const Session& session, RpcClient& rpc, std::string_view teleport_cluster,
                                   std::string_view kube_cluster) {
  RETURN_IF_ERROR(CheckNoMfa(rpc, kube_cluster));
  ASSIGN_OR_RETURN(const PrivateKey key, KeyForKube(session));
  const auto request = CertsRequest(session, key, teleport_cluster, kube_cluster);
  ASSIGN_OR_RETURN(const auto answer, rpc.Call<proto::Certs>("/proto.AuthService/GenerateUserCerts", request));
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(answer.tls()));
  const KubeCredential credential{key.ToPem(), answer.tls()};
  if (session.identity_path.empty()) {
    RETURN_IF_ERROR(SaveKubeCredential(session.paths, teleport_cluster, kube_cluster, credential));
    RETURN_IF_ERROR(RemoveFile(session.paths.KubeLock()));
  }
  return FormatExecCredential(credential, certificate.not_after());
}

}  // namespace sallyport
