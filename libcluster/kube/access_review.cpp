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

// Roles speak of exec and portforward where Kubernetes creates or gets a part of a pod.
void UseRoleVerb(AccessReview& review) {
  if (review.request.resource != "pods") return;
  if (review.subresource == "exec" || review.subresource == "attach") review.request.verb = "exec";
  if (review.subresource == "portforward") review.request.verb = "portforward";
}

std::string DenialReason(const KubePlan& plan, const AccessReview& review) {
  KubePlan asked = plan;
  asked.info.request = review.request;
  asked.info.subresource = review.subresource;
  return ForbiddenText(asked);
}

}  // namespace

asio::awaitable<bool> AnswerAccessReview(KubeClient& client, RequestParser& parser, const KubePlan& plan,
                                         const std::string& body) {
  const RequestHeader& header = parser.get();
  auto review = ReadAccessReview(body, std::string_view(header[http::field::content_type]));
  if (!review) co_return co_await Refuse(client, parser, review.error());
  UseRoleVerb(*review);
  if (!review->about_resource || plan.access->ReachesAll())
    co_return co_await ForwardRequest(client, parser, plan, &body);
  KubeRequest& asked = review->request;
  const auto upstream = client.state->UpstreamOf(*plan.target);
  if (!upstream) co_return co_await Refuse(client, parser, upstream.error());
  asked.cluster_wide = co_await IsClusterWide(upstream->scopes, asked.api_group, review->version, asked.resource);
  if (asked.cluster_wide) asked.kube_namespace.clear();  // kubectl fills one in
  if (plan.access->MayDo(asked)) co_return co_await ForwardRequest(client, parser, plan, &body);
  const std::string_view accept(header[http::field::accept]);
  const bool protobuf = accept.contains(kKubeProtobuf) && !accept.contains(kReviewJson) && !accept.contains("*/*");
  std::string answer = DeniedReview(*review, DenialReason(plan, *review), protobuf);
  std::string type(protobuf ? kKubeProtobuf : kReviewJson);
  AuditRequest(client, parser, plan, kCreated);
  co_return co_await Answer(client, parser, kCreated, std::move(type), std::move(answer));
}

}  // namespace sallyport
