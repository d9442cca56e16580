// Listing what a caller can reach: access by labels first, then the request's labels, words and query, then a page
// (auth-api sections 4.1 and 4.2).
#include <algorithm>
#include <array>
#include <set>

#include "libcluster/auth/access_request_events.h"
#include "libcluster/auth/access_requests.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/user_access.h"
#include "libcluster/auth/visibility.h"
#include "libresources/access.h"
#include "libresources/kinds.h"
#include "libresources/node.h"
#include "libresources/predicate.h"
#include "libresources/resource_query.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kDefaultPage = 1000;

// A resource of a listing: what filters look at, and the resource itself.
struct Listed {
  std::string name;
  std::string sort_key;
  Labels labels;
  proto::PaginatedResource resource;
  const google::protobuf::Message* message = nullptr;  // inside `resource`
};

// What both listing methods ask for.
struct Filter {
  std::map<std::string, std::string> labels;
  std::vector<std::string> words;
  std::optional<Predicate> query;
  std::string start;
  std::size_t limit = kDefaultPage;
};

Result<bool> Wanted(const Listed& item, const Filter& filter) {
  for (const auto& [key, value] : filter.labels) {
    const auto found = item.labels.find(key);
    if (found == item.labels.end() || (value != "*" && found->second != value)) return false;
  }
  if (filter.words.empty() && !filter.query) return true;
  const ResourceFields fields(*item.message);
  if (!fields.Search(filter.words)) return false;
  if (!filter.query) return true;
  return filter.query->Evaluate(fields);
}

Result<std::vector<Listed>> LoadKubeServers(AuthServer& auth) {
  ASSIGN_OR_RETURN(auto servers, ListAllResources<types::KubernetesServerV3>(auth.backend(), "kube_server"));
  std::vector<Listed> items;
  for (auto& server : servers) {
    Listed item{server.spec().cluster().metadata().name(), {}, LabelsOf(server.spec().cluster()), {}, {}};
    item.sort_key = item.name + "/" + server.spec().hostid();
    *item.resource.mutable_kubernetesserver() = std::move(server);
    items.push_back(std::move(item));
    items.back().message = nullptr;  // set when the vector no longer moves
  }
  for (auto& item : items) item.message = &item.resource.kubernetesserver();
  return items;
}

Result<std::vector<Listed>> LoadKubeClusters(AuthServer& auth) {
  ASSIGN_OR_RETURN(auto clusters, ListAllResources<types::KubernetesClusterV3>(auth.backend(), "kube_cluster"));
  std::vector<Listed> items;
  for (auto& cluster : clusters) {
    Listed item{cluster.metadata().name(), cluster.metadata().name(), LabelsOf(cluster), {}, {}};
    *item.resource.mutable_kubecluster() = std::move(cluster);
    items.push_back(std::move(item));
  }
  for (auto& item : items) item.message = &item.resource.kubecluster();
  return items;
}

// Nodes go by host name; several may share one.
Result<std::vector<Listed>> LoadNodes(AuthServer& auth) {
  ASSIGN_OR_RETURN(auto nodes, ListAllResources<types::ServerV2>(auth.backend(), "node"));
  std::vector<Listed> items;
  for (auto& node : nodes) {
    const std::string& name = node.metadata().name();
    Listed item{name, node.spec().hostname() + "/" + name, LabelsOfNode(node), {}, {}};
    *item.resource.mutable_node() = std::move(node);
    items.push_back(std::move(item));
  }
  for (auto& item : items) item.message = &item.resource.node();
  return items;
}

Result<std::vector<Listed>> LoadAppServers(AuthServer& auth) {
  ASSIGN_OR_RETURN(auto servers, ListAllResources<types::AppServerV3>(auth.backend(), "app_server"));
  std::vector<Listed> items;
  for (auto& server : servers) {
    Listed item{server.spec().app().metadata().name(), {}, AllLabelsOf(server.spec().app()), {}, {}};
    item.sort_key = item.name + "/" + server.spec().hostid();
    *item.resource.mutable_appserver() = std::move(server);
    items.push_back(std::move(item));
  }
  for (auto& item : items) item.message = &item.resource.appserver();
  return items;
}

// No service of these kinds can be part of the cluster yet, so there is none to list.
Result<std::vector<Listed>> LoadNone(AuthServer&) { return std::vector<Listed>(); }

struct KindLoader {
  std::string_view kind;
  Result<std::vector<Listed>> (*load)(AuthServer&);
  std::string_view access_kind;  // whose labels decide
};
constexpr std::array kLoaders{
    KindLoader{"kube_server", LoadKubeServers, "kube_cluster"},
    KindLoader{"kube_cluster", LoadKubeClusters, "kube_cluster"},
    KindLoader{"node", LoadNodes, "node"},
    KindLoader{"app_server", LoadAppServers, "app_server"},
    KindLoader{"db_server", LoadNone, "db_server"},
    KindLoader{"db_service", LoadNone, "db_service"},
    KindLoader{"windows_desktop", LoadNone, "windows_desktop"},
    KindLoader{"windows_desktop_service", LoadNone, "windows_desktop_service"},
    KindLoader{"user_group", LoadNone, "user_group"},
    KindLoader{"saml_idp_service_provider", LoadNone, "saml_idp_service_provider"},
    KindLoader{"git_server", LoadNone, "git_server"},
};

template <typename Request>
Result<Filter> FilterOf(const Request& request) {
  Filter filter;
  filter.labels = {request.labels().begin(), request.labels().end()};
  filter.words = {request.searchkeywords().begin(), request.searchkeywords().end()};
  if (!request.predicateexpression().empty()) {
    ASSIGN_OR_RETURN(filter.query, Predicate::Parse(request.predicateexpression(), PredicateDialect::kResource));
  }
  filter.start = request.startkey();
  if (request.limit() < 0) return Fail(ErrorKind::kBadParameter, "a limit must not be negative");
  if (request.limit() > 0)
    filter.limit = std::min<std::size_t>(kDefaultPage, static_cast<std::size_t>(request.limit()));
  return filter;
}

// Returns what a caller may see of a kind and a filter lets through.
Result<std::vector<Listed>> CollectKind(AuthServer& auth, const Caller& caller, std::string_view kind,
                                        const Filter& filter) {
  const auto loader = std::ranges::find(kLoaders, kind, &KindLoader::kind);
  if (loader == kLoaders.end()) return Fail(ErrorKind::kNotImplemented, "listing of \"{}\" is not implemented", kind);
  ASSIGN_OR_RETURN(auto all, loader->load(auth));
  const Visibility may_see(caller, auth.cluster_name(), loader->access_kind);
  std::vector<Listed> wanted;
  for (auto& item : all) {
    if (!may_see(item.name, item.labels)) continue;
    ASSIGN_OR_RETURN(const bool fits, Wanted(item, filter));
    if (fits) wanted.push_back(std::move(item));
  }
  return wanted;
}

// Returns what a user's logins on nodes are taken from, when they are wanted.
std::optional<ResourceAccess> AccessForLogins(const Caller& caller, bool wanted) {
  if (!wanted || caller.kind != Caller::Kind::kUser) return std::nullopt;
  return caller.access->AccessTo("node");
}

// Moves one page into an answer, in order, and sets where the next one starts. `logins` adds those of a user to nodes.
template <typename Answer>
void TakePage(std::vector<Listed> items, const Filter& filter, bool descending,
              const std::optional<ResourceAccess>& logins, Answer& answer) {
  const auto before = [descending](const std::string& one, const std::string& other) {
    return descending ? other < one : one < other;
  };
  std::ranges::sort(items, before, &Listed::sort_key);
  std::size_t bytes = 0;
  for (auto& item : items) {
    if (!filter.start.empty() && before(item.sort_key, filter.start)) continue;
    bytes += item.resource.ByteSizeLong();
    const auto taken = static_cast<std::size_t>(answer.resources_size());
    if (taken == filter.limit || (taken > 0 && bytes > kMaxPageBytes)) {
      answer.set_nextkey(item.sort_key);
      return;
    }
    if (logins && item.resource.has_node()) {
      for (auto& login : logins->LoginsFor(item.labels)) item.resource.add_logins(std::move(login));
    }
    *answer.add_resources() = std::move(item.resource);
  }
}

// Returns the caller with the roles that it may ask for resources with: who looks for what could be asked for.
Result<Caller> Searching(AuthServer& auth, const Caller& caller, const proto::ListResourcesRequest& request) {
  if (caller.kind != Caller::Kind::kUser) return caller;
  ASSIGN_OR_RETURN(const RequestRules rules, RequestRulesOf(auth.backend(), caller.identity.username));
  std::vector<std::string> roles = caller.access->RoleNames();
  const std::vector<std::string> search_as = rules.SearchAsRoles();
  if (search_as.empty()) return caller;
  for (const auto& role : search_as) {
    if (!caller.access->HasRole(role)) roles.push_back(role);
  }
  Caller searching = caller;
  ASSIGN_OR_RETURN(searching.access, AccessOf(auth.backend(), caller.identity.username, roles, caller.identity.traits));
  RETURN_IF_ERROR(auth.Emit(RequestSearchEvent(auth.cluster_name(), caller, search_as, request)));
  return searching;
}

Status ListResources(AuthServer& auth, const RpcCall& call, const proto::ListResourcesRequest& request,
                     proto::ListResourcesResponse& answer) {
  ASSIGN_OR_RETURN(const Filter filter, FilterOf(request));
  std::optional<Caller> searching;
  if (request.usesearchasroles()) {
    ASSIGN_OR_RETURN(searching, Searching(auth, call.caller, request));
  }
  const Caller& caller = searching ? *searching : call.caller;
  ASSIGN_OR_RETURN(auto items, CollectKind(auth, caller, request.resourcetype(), filter));
  if (request.needtotalcount()) answer.set_totalcount(static_cast<int>(items.size()));
  TakePage(std::move(items), filter, request.sortby().isdesc(), AccessForLogins(caller, request.includelogins()),
           answer);
  return {};
}

// All kinds as one list, by name or by kind.
Status ListUnified(AuthServer& auth, const RpcCall& call, const proto::ListUnifiedResourcesRequest& request,
                   proto::ListUnifiedResourcesResponse& answer) {
  const std::string& field = request.sortby().field();
  if (!field.empty() && field != "name" && field != "kind") {
    return Fail(ErrorKind::kNotImplemented, "sorting by \"{}\" is not implemented", field);
  }
  ASSIGN_OR_RETURN(const Filter filter, FilterOf(request));
  std::set<std::string> kinds(request.kinds().begin(), request.kinds().end());
  if (kinds.empty()) kinds = {"node", "kube_server", "app_server", "db_server", "windows_desktop", "git_server"};
  if (kinds.erase("kube_cluster") != 0) kinds.insert("kube_server");
  std::vector<Listed> all;
  for (const auto& kind : kinds) {
    ASSIGN_OR_RETURN(auto items, CollectKind(auth, call.caller, kind, filter));
    for (auto& item : items) {
      item.sort_key = field == "kind" ? kind + "/" + item.sort_key : item.sort_key + "/" + kind;
      all.push_back(std::move(item));
    }
  }
  TakePage(std::move(all), filter, request.sortby().isdesc(), AccessForLogins(call.caller, request.includelogins()),
           answer);
  return {};
}

}  // namespace

void AddListingMethods(RpcTable& table, AuthServer& auth) {
  table.Add<proto::ListResourcesRequest, proto::ListResourcesResponse>(
      "/proto.AuthService/ListResources", RpcAccess::Authenticated(),
      [&auth](const RpcCall& call, const proto::ListResourcesRequest& request, proto::ListResourcesResponse& answer) {
        return ListResources(auth, call, request, answer);
      });
  table.Add<proto::ListUnifiedResourcesRequest, proto::ListUnifiedResourcesResponse>(
      "/proto.AuthService/ListUnifiedResources", RpcAccess::Authenticated(),
      [&auth](const RpcCall& call, const proto::ListUnifiedResourcesRequest& request,
              proto::ListUnifiedResourcesResponse& answer) { return ListUnified(auth, call, request, answer); });
}

}  // namespace sallyport
