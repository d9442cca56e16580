#include "libkube/api.h"

#include <algorithm>

#include "libbase/value_fields.h"
#include "libidentity/keys.h"
#include "libidentity/x509.h"
#include "libkube/api_json.h"
#include "libkube/caller.h"

namespace sallyport {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kApplyPatch = "application/apply-patch+yaml";
constexpr std::string_view kMergePatch = "application/merge-patch+json";
constexpr std::string_view kJsonPatch = "application/json-patch+json";
constexpr int kMaxListsAnew = 3;

bool FitsIntoHeader(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

Result<Value> ReadObject(std::string_view body, std::size_t max_bytes, std::string_view asked) {
  auto json = ParseJson(body, KubeJsonLimits(max_bytes));
  if (!json || !json->is_map()) {
    return Fail(ErrorKind::kConnectionProblem, "cannot {}: the answer is no JSON object", asked);
  }
  return json;
}

Result<KubePage> ReadPage(std::string_view body, std::size_t max_bytes, std::string_view asked) {
  ASSIGN_OR_RETURN(Value list, ReadObject(body, max_bytes, asked));
  KubePage page;
  page.resource_version = MetadataOf(list, "resourceVersion");
  page.continue_token = MetadataOf(list, "continue");
  Value* items = list.Find("items");
  if (items == nullptr || page.resource_version.empty()) {
    return Fail(ErrorKind::kConnectionProblem, "cannot {}: the answer is no list", asked);
  }
  if (items->is_list()) page.items = std::move(items->mutable_list());
  return page;
}

QueryParameters Selectors(const KubeCollection& collection) {
  return {{"labelSelector", collection.label_selector}, {"fieldSelector", collection.field_selector}};
}

ApiRequest ReadRequest(std::string target, std::string asked) {
  ApiRequest request;
  request.method = "GET";
  request.target = std::move(target);
  request.asked = std::move(asked);
  request.only_reads = true;
  request.idempotent = true;
  return request;
}

// Neither creating nor a patch of a list of operations has the same effect twice.
bool IsIdempotent(std::string_view method, std::string_view content_type) {
  return method == "PUT" || method == "DELETE" || content_type == kApplyPatch;
}

Value DeleteBody(const KubeDeleteOptions& options) {
  Value body(Value::Map{{"kind", "DeleteOptions"}, {"apiVersion", "v1"}});
  Value preconditions = Value::EmptyMap();
  if (!options.uid.empty()) preconditions.Set("uid", options.uid);
  if (!options.resource_version.empty()) preconditions.Set("resourceVersion", options.resource_version);
  if (!preconditions.as_map().empty()) body.Set("preconditions", std::move(preconditions));
  if (!options.propagation_policy.empty()) body.Set("propagationPolicy", options.propagation_policy);
  return body;
}

}  // namespace

Result<std::unique_ptr<KubeApi>> KubeApi::Make(KubeEndpoint endpoint, KubeApiOptions options) {
  if (endpoint.host.empty() || !FitsIntoHeader(endpoint.host) || !FitsIntoHeader(endpoint.path_prefix)) {
    return Fail(ErrorKind::kBadParameter, "the address of Kubernetes cluster \"{}\" is no URL", endpoint.name);
  }
  const std::string context = fmt::format("the credentials of Kubernetes cluster \"{}\"", endpoint.name);
  if (!endpoint.ca_pem.empty()) {
    const auto authorities = Certificate::ChainFromPem(endpoint.ca_pem);
    if (!authorities) return std::unexpected(InContext(context, authorities.error()));
  }
  if (!endpoint.client_certificate_pem.empty()) {
    const auto chain = Certificate::ChainFromPem(endpoint.client_certificate_pem);
    if (!chain) return std::unexpected(InContext(context, chain.error()));
    const auto key = ParsePrivateKeyPem(endpoint.client_key_pem.Reveal());
    if (!key) return std::unexpected(InContext(context, key.error()));
  }

  auto caller = std::make_unique<KubeCaller>(std::move(endpoint), options.network);
  return std::unique_ptr<KubeApi>(new KubeApi(std::move(caller), std::move(options)));
}

KubeApi::KubeApi(std::unique_ptr<KubeCaller> caller, KubeApiOptions options)
    : options_(std::move(options)), caller_(std::move(caller)) {}

KubeApi::~KubeApi() = default;

Result<Value> KubeApi::Get(const KubeObjectName& object, const CallLimits& limits) {
  ASSIGN_OR_RETURN(std::string path, PathOf(object));
  const ApiRequest request = ReadRequest(std::move(path), "get " + Described(object));
  ASSIGN_OR_RETURN(const std::string body, caller_->Call(request, options_.max_object_bytes, CallWait(limits)));
  return ReadObject(body, options_.max_object_bytes, request.asked);
}

Result<std::optional<KubePage>> KubeApi::ListPage(const KubeCollection& collection, const KubePageRequest& page,
                                                  const CallLimits& limits) {
  ASSIGN_OR_RETURN(std::string path, PathOf(collection));
  QueryParameters parameters = Selectors(collection);
  if (page.limit > 0) parameters.emplace_back("limit", std::to_string(page.limit));
  parameters.emplace_back("continue", page.continue_token);
  const ApiRequest request = ReadRequest(WithQuery(std::move(path), parameters), "list " + Described(collection));

  KubeRefusal refused;
  const auto body = caller_->Call(request, options_.max_page_bytes, CallWait(limits), &refused);
  if (!body && refused.gone) return std::nullopt;
  if (!body) return std::unexpected(body.error());
  ASSIGN_OR_RETURN(KubePage read, ReadPage(*body, options_.max_page_bytes, request.asked));
  return std::optional(std::move(read));
}

Result<KubePage> KubeApi::ListAll(const KubeCollection& collection, const CallLimits& limits) {
  KubePage all;
  KubePageRequest request;
  for (int begun = 1; begun <= kMaxListsAnew;) {
    ASSIGN_OR_RETURN(std::optional<KubePage> page, ListPage(collection, request, limits));
    if (!page) {
      all = {};
      request = {};
      ++begun;
      continue;
    }
    all.resource_version = std::move(page->resource_version);
    std::ranges::move(page->items, std::back_inserter(all.items));
    request.continue_token = std::move(page->continue_token);
    if (request.continue_token.empty()) return all;
  }

  return Fail(ErrorKind::kLimitExceeded, "cannot list {}: the server forgets the list before its end",
              Described(collection));
}

Result<std::unique_ptr<KubeWatch>> KubeApi::Watch(const KubeCollection& collection, const KubeWatchRequest& watched,
                                                  const CallLimits& limits) {
  ASSIGN_OR_RETURN(std::string path, PathOf(collection));
  QueryParameters parameters = Selectors(collection);
  parameters.emplace_back("watch", "true");
  parameters.emplace_back("allowWatchBookmarks", "true");
  parameters.emplace_back("resourceVersion", watched.resource_version);
  parameters.emplace_back("timeoutSeconds", std::to_string(watched.duration.count()));
  const ApiRequest request = ReadRequest(WithQuery(std::move(path), parameters), "watch " + Described(collection));

  KubeRefusal refused;
  auto answer = caller_->Open(request, CallWait(limits), &refused);
  if (!answer && refused.gone) return std::make_unique<KubeWatch>(request.asked);
  if (!answer) return std::unexpected(std::move(answer).error());
  return std::make_unique<KubeWatch>(std::move(answer->connection), request.asked, options_.max_object_bytes);
}

Result<Value> KubeApi::Send(std::string_view method, std::string target, std::string asked, std::string content_type,
                            const Value& body, const CallLimits& limits) {
  ApiRequest request;
  request.method = method;
  request.target = std::move(target);
  request.asked = std::move(asked);
  request.idempotent = IsIdempotent(method, content_type);
  request.content_type = std::move(content_type);
  request.body = Secret(ToJson(body));
  ASSIGN_OR_RETURN(const std::string answer, caller_->Call(request, options_.max_object_bytes, CallWait(limits)));
  return ReadObject(answer, options_.max_object_bytes, request.asked);
}

Result<Value> KubeApi::Create(const KubeCollection& where, const Value& object, const CallLimits& limits) {
  ASSIGN_OR_RETURN(std::string path, PathOf(where));
  const KubeObjectName name{where.resource, where.kube_namespace, MetadataOf(object, "name")};
  return Send("POST", std::move(path), "create " + Described(name), std::string(kJson), object, limits);
}

Result<Value> KubeApi::Update(const KubeObjectName& object, const Value& value, const CallLimits& limits) {
  ASSIGN_OR_RETURN(std::string path, PathOf(object));
  return Send("PUT", std::move(path), "update " + Described(object), std::string(kJson), value, limits);
}

Result<Value> KubeApi::Apply(const KubeObjectName& object, const Value& value, const KubeApplyOptions& options,
                             const CallLimits& limits) {
  ASSIGN_OR_RETURN(std::string path, PathOf(object));
  path = WithQuery(std::move(path), {{"fieldManager", options.field_manager},
                                     {"force", options.force ? "true" : "false"},
                                     {"dryRun", options.dry_run ? "All" : ""}});
  return Send("PATCH", std::move(path), "apply " + Described(object), std::string(kApplyPatch), value, limits);
}

Result<Value> KubeApi::Patch(const KubeObjectName& object, KubePatchType type, const Value& patch,
                             const CallLimits& limits) {
  ASSIGN_OR_RETURN(std::string path, PathOf(object));
  const std::string_view content_type = type == KubePatchType::kMerge ? kMergePatch : kJsonPatch;
  return Send("PATCH", std::move(path), "patch " + Described(object), std::string(content_type), patch, limits);
}

Status KubeApi::Delete(const KubeObjectName& object, const KubeDeleteOptions& options, const CallLimits& limits) {
  ASSIGN_OR_RETURN(std::string path, PathOf(object));
  const Value body = DeleteBody(options);
  const auto answer = Send("DELETE", std::move(path), "delete " + Described(object), std::string(kJson), body, limits);
  return answer ? Status() : std::unexpected(answer.error());
}

}  // namespace sallyport
