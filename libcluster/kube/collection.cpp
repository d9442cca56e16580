#include "libcluster/kube/collection.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "libbase/json.h"
#include "libcluster/kube/answer/list_filter.h"
#include "libcluster/kube/exchange.h"
#include "libcluster/kube/forwarder_state.h"
#include "libcluster/kube/kube_status.h"
#include "libcluster/kube/own_answer.h"
#include "libcluster/kube/request/request_header.h"
#include "libcluster/kube/request_audit.h"
#include "libcluster/kube/upstream_header.h"

namespace sallyport {
namespace {

constexpr int kStatusOk = 200;
constexpr int kMultipleChoices = 300;

constexpr std::string_view kJson = "application/json";
constexpr std::array<std::string_view, 6> kListParameters{"labelSelector", "fieldSelector",   "limit",
                                                          "continue",      "resourceVersion", "resourceVersionMatch"};
constexpr std::array<std::string_view, 6> kDeleteParameters{
    "dryRun",           "gracePeriodSeconds", "propagationPolicy",
    "orphanDependents", "fieldValidation",    "ignoreStoreReadErrorWithClusterBreakingPotential"};

bool Succeeded(const UpstreamAnswer& answer) { return answer.status >= kStatusOk && answer.status < kMultipleChoices; }

// Keeps only the parameters with one of these names.
void KeepParameters(KubeRequestInfo& info, std::span<const std::string_view> names) {
  const KubeQuery all = info.parameters;
  for (const auto& [name, value] : all.parameters()) {
    if (std::ranges::find(names, name) == names.end()) info.parameters.Remove(name);
  }
  info.query = info.parameters.ToString();
}

// Returns the request that lists the objects to delete.
UpstreamRequest ListRequest(const UpstreamPool& pool, const RequestParser& parser, const DecidedKubeRequest& decided) {
  DecidedKubeRequest list = decided;
  KeepParameters(list.asked.info, kListParameters);
  UpstreamRequest request;
  request.header = UpstreamHeader(parser.get(), list, pool);
  request.header.method(http::verb::get);
  request.header.set(http::field::accept, kJson);
  request.header.erase(http::field::content_type);
  return request;
}

// Returns the request that deletes one object, with the options of the collection's request.
UpstreamRequest DeleteRequest(const UpstreamPool& pool, const RequestParser& parser, DecidedKubeRequest one,
                              const std::string& body) {
  KeepParameters(one.asked.info, kDeleteParameters);
  UpstreamRequest request;
  request.header = UpstreamHeader(parser.get(), one, pool);
  request.header.set(http::field::accept, kJson);
  request.header.set(http::field::accept_encoding, "identity");
  request.body = body;
  return request;
}

// An object to delete.
struct Item {
  std::string kube_namespace;
  std::string name;
  std::string json;
};

std::string Text(const Value& map, std::string_view key) {
  const Value* value = map.Find(key);
  return value == nullptr ? "" : value->as_string();
}

// Returns the objects of a list that the roles allow.
Result<std::vector<Item>> ItemsOf(const DecidedKubeRequest& decided, const UpstreamAnswer& list) {
  std::vector<Item> items;
  ListFilter filter([&decided](std::string_view kube_namespace, std::string_view name) {
    return decided.MayShow(kube_namespace, name);
  });
  filter.OnObject([&items](const Value& object, std::string_view json) {
    const Value* metadata = object.Find("metadata");
    if (metadata == nullptr) return;
    items.push_back({Text(*metadata, "namespace"), Text(*metadata, "name"), std::string(json)});
  });
  std::string shown;
  RETURN_IF_ERROR(filter.Put(list.body, shown));
  RETURN_IF_ERROR(filter.End());
  return items;
}

// Returns the list of deleted objects, in the kind of the original list.
Result<std::string> ListOf(const UpstreamAnswer& list, const std::vector<std::string>& objects) {
  std::string empty;
  ListFilter filter([](std::string_view, std::string_view) { return false; });
  RETURN_IF_ERROR(filter.Put(list.body, empty));
  RETURN_IF_ERROR(filter.End());
  ASSIGN_OR_RETURN(const Value frame, ParseJson(empty));
  std::string text = "{";
  for (const auto& [key, value] : frame.as_map()) {
    if (text.size() > 1) text += ',';
    const std::string json = key == "items" ? fmt::format("[{}]", fmt::join(objects, ",")) : ToJson(value);
    text += fmt::format("{}:{}", ToJson(Value(key)), json);
  }
  return text + "}";
}

// Returns whether the client may continue: the deletion may outlast the certificate.
bool StillAllowed(const KubeClient& client, const DecidedKubeRequest& decided) {
  return client.state->decider->StillAllowed(*decided.asked.caller);
}

// Deletes the items of a list that the roles allow. Returns the JSON of the deleted items. If none was deleted and the
// API server refused one, sets `refusal` to its answer.
asio::awaitable<Result<std::vector<std::string>>> DeleteItems(KubeClient& client, const RequestParser& parser,
                                                              const DecidedKubeRequest& decided,
                                                              std::vector<Item> items, const std::string& body,
                                                              std::optional<UpstreamAnswer>& refusal) {
  const auto upstream = client.state->UpstreamOf(*decided.asked.target);
  if (!upstream) co_return std::unexpected(upstream.error());
  const auto& pool = upstream->pool;
  const HttpHeaders headers = HeadersOf(parser.get());
  std::vector<std::string> deleted;

  for (Item& item : items) {
    const auto one = client.state->decider->AuthorizeDelete(headers, decided, item.kube_namespace, item.name);
    if (!one) continue;
    if (!StillAllowed(client, decided)) break;
    UpstreamRequest request = DeleteRequest(*pool, parser, *one, body);
    auto answer = co_await CallUpstream(pool, request);
    if (!answer) co_return std::unexpected(answer.error());
    if (Succeeded(*answer)) {
      deleted.push_back(std::move(item.json));
    } else if (answer->status != static_cast<int>(http::status::not_found)) {
      refusal = std::move(*answer);
    }
  }

  if (!deleted.empty()) refusal.reset();
  co_return deleted;
}

}  // namespace

asio::awaitable<bool> DeleteEach(KubeClient& client, RequestParser& parser, const DecidedKubeRequest& decided,
                                 const std::string& body) {
  const auto upstream = client.state->UpstreamOf(*decided.asked.target);
  if (!upstream) co_return co_await Refuse(client, parser, upstream.error());
  const auto& pool = upstream->pool;
  UpstreamRequest request = ListRequest(*pool, parser, decided);
  auto listed = co_await CallUpstream(pool, request);

  std::optional<UpstreamAnswer> refusal;
  Result<std::string> answered = listed ? Result<std::string>(std::string()) : std::unexpected(listed.error());
  if (listed && !Succeeded(*listed)) refusal = std::move(*listed);
  if (answered && !refusal) {
    auto items = ItemsOf(decided, *listed);
    Result<std::vector<std::string>> deleted = std::vector<std::string>();
    if (items) {
      deleted = co_await DeleteItems(client, parser, decided, std::move(*items), body, refusal);
    } else {
      deleted = std::unexpected(items.error());
    }
    answered = deleted ? ListOf(*listed, *deleted) : Result<std::string>(std::unexpected(deleted.error()));
  }

  if (!answered) {
    AuditRequest(client, parser, decided, KubeHttpStatus(answered.error()));
    co_return co_await Refuse(client, parser, answered.error());
  }
  UpstreamAnswer answer =
      refusal ? std::move(*refusal) : UpstreamAnswer{kStatusOk, std::string(kJson), std::move(*answered)};
  AuditRequest(client, parser, decided, answer.status);
  co_return co_await Answer(client, parser, answer.status, std::move(answer.content_type), std::move(answer.body));
}

}  // namespace sallyport
