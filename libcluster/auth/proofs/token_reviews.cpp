#include "libcluster/auth/proofs/token_reviews.h"

#include <algorithm>
#include <vector>

#include "libbase/file.h"
#include "libidentity/jwt.h"
#include "libkube/api.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kReviewTime{10};

// The audiences of the service's own token are those of the API server; tokens of old clusters have none.
std::vector<std::string> ServerAudiences(const std::string& token_file) {
  std::vector<std::string> audiences;
  const auto token = ReadFile(token_file, kMaxJwtBytes);
  if (!token) return audiences;
  const auto claims = UnverifiedClaims(token->substr(0, token->find_last_not_of("\r\n ") + 1));
  const Value* const claim = claims ? claims->Find("aud") : nullptr;
  if (claim == nullptr) return audiences;
  if (claim->is_string()) audiences.push_back(claim->as_string());
  for (const Value& one : claim->as_list()) audiences.push_back(one.as_string());
  return audiences;
}

// An API server that knows audiences says for which of the asked ones the token is; one that does not would accept a
// token for anybody.
Status CheckReviewed(const Value& status, const std::vector<std::string>& asked) {
  const Value* const audiences = status.Find("audiences");
  if (asked.empty() || audiences == nullptr || audiences->as_list().empty()) return {};
  const bool known = std::ranges::any_of(
      audiences->as_list(), [&](const Value& one) { return std::ranges::find(asked, one.as_string()) != asked.end(); });
  if (known) return {};
  return Fail(ErrorKind::kAccessDenied, "the API server says that the token is for other audiences");
}

}  // namespace

struct TokenReviews::Client {
  std::unique_ptr<KubeApi> api;
  std::vector<std::string> audiences;
};

TokenReviews::TokenReviews(PodEnvironment pod) : pod_(std::move(pod)) {}
TokenReviews::~TokenReviews() = default;

Result<std::shared_ptr<TokenReviews::Client>> TokenReviews::GetClient() {
  const MutexLock lock(mutex_);
  if (client_) return client_;
  if (pod_.service_host.empty()) {
    return Fail(ErrorKind::kBadParameter, "the auth service does not run in a pod, so it cannot review tokens");
  }
  ASSIGN_OR_RETURN(KubeEndpoint endpoint, InClusterEndpoint("in_cluster", pod_));
  auto client = std::make_shared<Client>();
  client->audiences = ServerAudiences(endpoint.bearer_token_file);
  ASSIGN_OR_RETURN(client->api, KubeApi::Make(std::move(endpoint)));
  client_ = std::move(client);
  return client_;
}

Result<Value> TokenReviews::Review(const std::string& token, const std::string& audience) {
  ASSIGN_OR_RETURN(const std::shared_ptr<Client> client, GetClient());
  Value spec(Value::Map{{"token", token}});
  std::vector<std::string> audiences = client->audiences;
  if (!audiences.empty()) {
    if (std::ranges::find(audiences, audience) == audiences.end()) audiences.push_back(audience);
    spec.Set("audiences", Value::Strings(audiences));
  }

  const KubeCollection reviews{.resource = {"authentication.k8s.io", "v1", "tokenreviews"}};
  const Value review(
      Value::Map{{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenReview"}, {"spec", std::move(spec)}});
  ASSIGN_OR_RETURN(const Value answer, client->api->Create(reviews, review, {.time = kReviewTime}));
  const Value* const status = answer.Find("status");
  if (status == nullptr) return Fail(ErrorKind::kConnectionProblem, "the API server's TokenReview has no status");
  RETURN_IF_ERROR(CheckReviewed(*status, audiences));
  return *status;
}

}  // namespace sallyport
