#include "libcluster/kube/access_review.h"

#include <string_view>

#include "libcluster/kube/discover.h"
#include "libcluster/kube/forwarder_state.h"
#include "libcluster/kube/own_answer.h"
#include "libcluster/kube/relay.h"
#include "libcluster/kube/request/request_body.h"
#include "libcluster/kube/request_audit.h"

namespace sallyport {
namespace {

constexpr int kCreated = 201;
constexpr std::string_view kReviewJson = "application/json";

// Roles have the verbs exec and portforward where Kubernetes creates or gets a subresource of a pod.
void UseRoleVerb(AccessReview& review) {
  if (review.request.resource != "pods") return;
  if (review.subresource == "exec" || review.subresource == "attach") review.request.verb = "exec";
  if (review.subresource == "portforward") review.request.verb = "portforward";
}

// Returns why the roles refuse the action of a review; `asked` has the caller.
std::string DenialReason(IdentifiedKubeRequest asked, const AccessReview& review) {
  asked.info.request = review.request;
  asked.info.subresource = review.subresource;
  return ForbiddenText(asked);
}

}  // namespace

asio::awaitable<bool> AnswerAccessReview(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                         const std::string& body) {
  const RequestHeader& header = parser.get();
  auto review = ReadAccessReview(body, std::string_view(header[http::field::content_type]));
  if (!review) co_return co_await Refuse(client, parser, review.error());
  UseRoleVerb(*review);
  if (!review->about_resource || decided.asked.access->ReachesAll()) {
    co_return co_await ForwardRequest(client, parser, decided, &body);
  }

  KubeRequest& object = review->request;
  const auto upstream = client.state->UpstreamOf(*decided.asked.target);
  if (!upstream) co_return co_await Refuse(client, parser, upstream.error());
  object.cluster_wide = co_await IsClusterWide(upstream->scopes, object.api_group, review->version, object.resource);
  if (object.cluster_wide) object.kube_namespace.clear();  // kubectl sends one
  if (decided.asked.access->MayDo(object)) co_return co_await ForwardRequest(client, parser, decided, &body);

  const std::string_view accept(header[http::field::accept]);
  const bool protobuf = accept.contains(kKubeProtobuf) && !accept.contains(kReviewJson) && !accept.contains("*/*");
  std::string answer = DeniedReview(*review, DenialReason(decided.asked, *review), protobuf);
  std::string type(protobuf ? kKubeProtobuf : kReviewJson);
  AuditRequest(client, parser, decided, kCreated);
  co_return co_await Answer(client, parser, kCreated, std::move(type), std::move(answer));
}

}  // namespace sallyport
