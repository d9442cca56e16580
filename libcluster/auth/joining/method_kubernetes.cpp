// Verifies joins with the token of a Kubernetes service account: by the API server of this pod, by keys in the join
// token, or by the keys of the issuer (docs/protocol/joining.md#kubernetes).
#include <algorithm>
#include <array>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/joining/join_methods.h"
#include "libcluster/auth/joining/join_proof.h"
#include "libcluster/auth/joining/service_account.h"
#include "libcluster/auth/proofs/issuer_keys.h"
#include "libcluster/auth/proofs/token_reviews.h"
#include "libidentity/jwt.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

using types::ProvisionTokenV2;

constexpr std::string_view kInCluster = "in_cluster";
// Projected tokens are renewed after some minutes, so tokens of longer life come from elsewhere.
constexpr std::chrono::minutes kMaxTokenLife{30};
// The label of a join token that allows an issuer on addresses that are not public.
constexpr std::string_view kPrivateIssuerLabel = "sallyport.dev/private-issuer";

// The verified claims of a service account's token.
struct ReadToken {
  Value raw;  // for the audit log
  ServiceAccount account;
};

Result<ReadToken> ReadByKeys(const AuthServer& auth, const JoinRequest& request, const std::vector<JsonWebKey>& keys,
                             const std::string& issuer) {
  ASSIGN_OR_RETURN(Value claims, VerifyJwt(request.id_token, keys));
  RETURN_IF_ERROR(CheckJwtClaims(claims, {issuer, auth.cluster_name(), kMaxTokenLife}, Now()));
  ASSIGN_OR_RETURN(ServiceAccount account, ServiceAccountOfClaims(claims));
  return ReadToken{std::move(claims), std::move(account)};
}

Result<ReadToken> ReadByReview(AuthServer& auth, const ProvisionTokenV2& /*token*/, const JoinRequest& request) {
  ASSIGN_OR_RETURN(Value status, auth.token_reviews().Review(request.id_token, auth.cluster_name()));
  ASSIGN_OR_RETURN(ServiceAccount account, ServiceAccountOfReview(status));
  return ReadToken{std::move(status), std::move(account)};
}

Result<ReadToken> ReadByStaticKeys(AuthServer& auth, const ProvisionTokenV2& token, const JoinRequest& request) {
  ASSIGN_OR_RETURN(const auto keys, ParseJsonWebKeys(token.spec().kubernetes().staticjwks().jwks()));
  return ReadByKeys(auth, request, keys, "");
}

Result<ReadToken> ReadByIssuer(AuthServer& auth, const ProvisionTokenV2& token, const JoinRequest& request) {
  const auto& oidc = token.spec().kubernetes().oidc();
  const auto labels = LabelsOf(token);
  const auto label = labels.find(std::string(kPrivateIssuerLabel));
  const Issuer issuer{oidc.issuer(), oidc.insecureallowhttpissuer(), label != labels.end() && label->second == "yes"};
  ASSIGN_OR_RETURN(const std::string key_id, KeyIdOfJwt(request.id_token));
  if (key_id.empty()) return Fail(ErrorKind::kAccessDenied, "the header kid of the ID token is missing");
  auto keys = auth.issuer_keys().KeysOf(issuer, key_id);
  if (!keys) return std::unexpected(InContext("the keys of the issuer are not known", std::move(keys).error()));
  return ReadByKeys(auth, request, **keys, oidc.issuer());
}

struct KubernetesJoinType {
  std::string_view name;
  Result<ReadToken> (*read)(AuthServer& auth, const ProvisionTokenV2& token, const JoinRequest& request);
};
constexpr std::array kKubernetesJoinTypes{
    KubernetesJoinType{kInCluster, ReadByReview},
    KubernetesJoinType{"static_jwks", ReadByStaticKeys},
    KubernetesJoinType{"oidc", ReadByIssuer},
};

Status VerifyKubernetes(AuthServer& auth, const ProvisionTokenV2& token, const JoinRequest& request,
                        JoinEvidence& evidence) {
  if (request.id_token.empty()) return Fail(ErrorKind::kAccessDenied, "id_token is missing");
  const std::string& stored = token.spec().kubernetes().type();
  const std::string_view name = stored.empty() ? kInCluster : std::string_view(stored);
  const auto* const type = std::ranges::find(kKubernetesJoinTypes, name, &KubernetesJoinType::name);
  if (type == kKubernetesJoinTypes.end()) {
    return Fail(ErrorKind::kNotImplemented, "the type {} of the token is not implemented", name);
  }

  ASSIGN_OR_RETURN(ReadToken read, type->read(auth, token, request));
  const ServiceAccount& account = read.account;
  auto& attributes = *evidence.attributes.mutable_kubernetes();
  attributes.set_subject(account.user);
  attributes.mutable_service_account()->set_name(account.name);
  attributes.mutable_service_account()->set_namespace_(account.kube_namespace);
  attributes.mutable_pod()->set_name(account.pod);
  evidence.claims = Value(Value::Map{{"raw", std::move(read.raw)}, {"type", name}, {"username", account.user}});
  return CheckAllowed(token, account);
}

}  // namespace

ServedJoinMethod ServedKubernetesMethod() { return {"kubernetes", VerifyKubernetes}; }

}  // namespace sallyport
