// Requests that are answered by more than passing them on: questions of what a user may do, and deleting the part of a
// collection that the roles reach (services section 5.3).
#include <array>

#include "libbase/json.h"
#include "libbase/log.h"
#include "libcluster/kube/exchange.h"
#include "libcluster/kube/request_body.h"

namespace sallyport {
namespace {

constexpr JsonLimits kListLimits{kMaxFilteredBytes, 256};
constexpr int kOk = 200;
constexpr int kCreated = 201;
constexpr int kMultipleChoices = 300;

constexpr std::string_view kJson = "application/json";
constexpr std::array<std::string_view, 6> kListParameters{"labelSelector", "fieldSelector",   "limit",
                                                          "continue",      "resourceVersion", "resourceVersionMatch"};
constexpr std::array<std::string_view, 6> kDeleteParameters{
    "dryRun",           "gracePeriodSeconds", "propagationPolicy",
    "orphanDependents", "fieldValidation",    "ignoreStoreReadErrorWithClusterBreakingPotential"};

bool Succeeded(const UpstreamAnswer& answer) { return answer.status >= kOk && answer.status < kMultipleChoices; }

// Returns the parameters of a query that have one of these names.
std::string Parameters(std::string_view query, std::span<const std::string_view> names) {
  std::string kept;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::string name = PercentDecode(pair.substr(0, pair.find('=')));
    if (std::ranges::find(names, name) != names.end()) kept += fmt::format("{}{}", kept.empty() ? "" : "&", pair);
  }
  return kept;
}

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

// The request that lists what is to be deleted.
UpstreamRequest ListRequest(const UpstreamPool& pool, const RequestParser& parser, const KubePlan& plan) {
  KubePlan list = plan;
  list.query = Parameters(plan.query, kListParameters);
  UpstreamRequest request;
  request.header = UpstreamHeader(parser.get(), list, pool);
  request.header.method(http::verb::get);
  request.header.set(http::field::accept, kJson);
  request.header.erase(http::field::content_type);
  GiveBody(request, "");
  return request;
}

// The request that deletes one of them, with the options of the whole.
UpstreamRequest DeleteRequest(const UpstreamPool& pool, const RequestParser& parser, KubePlan plan,
                              const std::string& body) {
  plan.query = Parameters(plan.query, kDeleteParameters);
  UpstreamRequest request;
  request.header = UpstreamHeader(parser.get(), plan, pool);
  request.header.set(http::field::accept, kJson);
  request.header.set(http::field::accept_encoding, "identity");
  GiveBody(request, body);
  return request;
}

std::string Text(const Value* map, std::string_view key) {
  const Value* value = map == nullptr ? nullptr : map->Find(key);
  return value == nullptr ? "" : value->as_string();
}

// Whether the client may go on: what it began may last longer than its certificate.
bool StillAllowed(const KubeClient& client, const KubePlan& plan) {
  return client.state->decider->StillAllowed(*plan.caller);
}

// Deletes the items of a list that the roles reach. Returns those that have gone; when none has, and the API server
// refused one, `refusal` is its answer.
asio::awaitable<Result<Value::List>> DeleteItems(KubeClient& client, const RequestParser& parser, const KubePlan& plan,
                                                 const Value::List& items, const std::string& body,
                                                 std::optional<UpstreamAnswer>& refusal) {
  const auto upstream = client.state->UpstreamOf(plan);
  if (!upstream) co_return std::unexpected(upstream.error());
  const auto& pool = upstream->pool;
  const HttpHeaders headers = HeadersOf(parser.get());
  Value::List deleted;
  for (const Value& item : items) {
    const Value* metadata = item.Find("metadata");
    const std::string kube_namespace = Text(metadata, "namespace");
    const std::string name = Text(metadata, "name");
    const auto one = client.state->decider->PlanDelete(headers, plan, kube_namespace, name);
    if (!one || name.empty()) continue;
    if (!StillAllowed(client, plan)) break;
    UpstreamRequest request = DeleteRequest(*pool, parser, *one, body);
    auto answer = co_await CallUpstream(pool, request);
    if (!answer) co_return std::unexpected(answer.error());
    if (Succeeded(*answer)) {
      deleted.push_back(item);
    } else if (answer->status != static_cast<int>(http::status::not_found)) {
      refusal = std::move(*answer);
    }
  }
  if (!deleted.empty()) refusal.reset();
  co_return deleted;
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
  const auto upstream = client.state->UpstreamOf(plan);
  if (!upstream) co_return co_await Refuse(client, parser, upstream.error());
  asked.cluster_wide = co_await IsClusterWide(*upstream, asked.api_group, review->version, asked.resource);
  if (asked.cluster_wide) asked.kube_namespace.clear();  // kubectl fills one in
  if (plan.access->MayDo(asked)) co_return co_await ForwardRequest(client, parser, plan, &body);
  const std::string_view accept(header[http::field::accept]);
  const bool protobuf = accept.contains(kKubeProtobuf) && !accept.contains(kJson) && !accept.contains("*/*");
  std::string answer = DeniedReview(*review, DenialReason(plan, *review), protobuf);
  std::string type(protobuf ? kKubeProtobuf : kJson);
  AuditRequest(client, parser, plan, kCreated);
  co_return co_await Answer(client, parser, kCreated, std::move(type), std::move(answer));
}

asio::awaitable<bool> DeleteEach(KubeClient& client, RequestParser& parser, const KubePlan& plan,
                                 const std::string& body) {
  const auto upstream = client.state->UpstreamOf(plan);
  if (!upstream) co_return co_await Refuse(client, parser, upstream.error());
  const auto& pool = upstream->pool;
  UpstreamRequest request = ListRequest(*pool, parser, plan);
  auto listed = co_await CallUpstream(pool, request);
  Result<Value> list = listed ? Result<Value>(Value()) : std::unexpected(listed.error());
  if (listed && Succeeded(*listed)) list = ParseJson(listed->body, kListLimits);
  std::optional<UpstreamAnswer> refusal;
  if (listed && !Succeeded(*listed)) refusal = std::move(*listed);
  if (list && !refusal) {
    const Value* items = list->Find("items");
    const Value::List all = items == nullptr ? Value::List() : items->as_list();
    auto deleted = co_await DeleteItems(client, parser, plan, all, body, refusal);
    if (deleted) {
      list->Set("items", Value(std::move(*deleted)));
    } else {
      list = std::unexpected(deleted.error());
    }
  }
  if (!list) {
    AuditRequest(client, parser, plan, KubeHttpStatus(list.error()));
    co_return co_await Refuse(client, parser, list.error());
  }
  UpstreamAnswer answer = refusal ? std::move(*refusal) : UpstreamAnswer{kOk, std::string(kJson), ToJson(*list)};
  AuditRequest(client, parser, plan, answer.status);
  co_return co_await Answer(client, parser, answer.status, std::move(answer.content_type), std::move(answer.body));
}

}  // namespace sallyport
