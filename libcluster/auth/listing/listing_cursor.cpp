#include "libcluster/auth/listing/listing_cursor.h"

#include <algorithm>

#include "libcluster/auth/auth_server.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/node.h"
#include "libresources/resource_query.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {

// One piece of a list, in order.
struct ListedPiece {
  std::deque<Listed> items;
  bool last = true;  // the last piece
};

struct ListedKind {
  std::string_view kind;
  std::string_view access_kind;  // the kind for access by labels
  // Returns a piece of about `limit` resources from a place on.
  Result<ListedPiece> (*load)(AuthServer&, const ListPlace&, std::size_t);
  void (*put)(const google::protobuf::Message&, proto::PaginatedResource&);
};

namespace {

using proto::PaginatedResource;

Listed Describe(types::KubernetesServerV3 server) {
  const auto& cluster = server.spec().cluster();
  Listed item{cluster.metadata().name(), {}, LabelsOf(cluster), {}};
  item.order = item.name + kOrderSeparator + server.spec().hostid();
  item.message = std::make_shared<const types::KubernetesServerV3>(std::move(server));
  return item;
}

Listed Describe(types::KubernetesClusterV3 cluster) {
  const std::string& name = cluster.metadata().name();
  Listed item{name, name, LabelsOf(cluster), {}};
  item.message = std::make_shared<const types::KubernetesClusterV3>(std::move(cluster));
  return item;
}

Listed Describe(types::AppServerV3 server) {
  const auto& app = server.spec().app();
  Listed item{app.metadata().name(), {}, AllLabelsOf(app), {}};
  item.order = item.name + kOrderSeparator + server.spec().hostid();
  item.message = std::make_shared<const types::AppServerV3>(std::move(server));
  return item;
}

bool IsBefore(const ListPlace& place, const std::string& order) {
  if (place.order.empty()) return false;
  if (order == place.order) return !place.included;
  return (order < place.order) != place.descending;
}

// Kinds with few resources: reads all of them and returns those from the place on as one piece.
template <typename M>
Result<ListedPiece> LoadFew(AuthServer& auth, const ListPlace& place, std::size_t) {
  ASSIGN_OR_RETURN(auto messages, ListAllResources<M>(auth.backend()));
  ListedPiece piece;
  for (auto& message : messages) {
    Listed item = Describe(std::move(message));
    if (!IsBefore(place, item.order)) piece.items.push_back(std::move(item));
  }
  const auto goes_before = [&place](const std::string& one, const std::string& other) {
    return place.descending ? other < one : one < other;
  };
  std::ranges::sort(piece.items, goes_before, &Listed::order);
  return piece;
}

Result<ListedPiece> LoadNodes(AuthServer& auth, const ListPlace& place, std::size_t count) {
  ASSIGN_OR_RETURN(const auto nodes, auth.nodes().List(place, count));
  ListedPiece piece{.items = {}, .last = nodes.size() < count};
  for (const auto& node : nodes) {
    piece.items.push_back({node->metadata().name(), NodeCache::OrderOf(*node), LabelsOfNode(*node), node});
  }
  return piece;
}

// Services of these kinds are not implemented, so the list is empty.
Result<ListedPiece> LoadNone(AuthServer&, const ListPlace&, std::size_t) { return ListedPiece(); }

template <typename M, M* (PaginatedResource::*mutable_field)()>
void PutAs(const google::protobuf::Message& message, PaginatedResource& resource) {
  *(resource.*mutable_field)() = static_cast<const M&>(message);
}
void PutNone(const google::protobuf::Message&, PaginatedResource&) {}

constexpr ListedKind kListedKinds[] = {
    {"kube_server", "kube_cluster", LoadFew<types::KubernetesServerV3>,
     PutAs<types::KubernetesServerV3, &PaginatedResource::mutable_kubernetesserver>},
    {"kube_cluster", "kube_cluster", LoadFew<types::KubernetesClusterV3>,
     PutAs<types::KubernetesClusterV3, &PaginatedResource::mutable_kubecluster>},
    {"node", "node", LoadNodes, PutAs<types::ServerV2, &PaginatedResource::mutable_node>},
    {"app_server", "app_server", LoadFew<types::AppServerV3>,
     PutAs<types::AppServerV3, &PaginatedResource::mutable_appserver>},
    {"db_server", "db_server", LoadNone, PutNone},
    {"db_service", "db_service", LoadNone, PutNone},
    {"windows_desktop", "windows_desktop", LoadNone, PutNone},
    {"windows_desktop_service", "windows_desktop_service", LoadNone, PutNone},
    {"user_group", "user_group", LoadNone, PutNone},
    {"saml_idp_service_provider", "saml_idp_service_provider", LoadNone, PutNone},
    {"git_server", "git_server", LoadNone, PutNone},
};

}  // namespace

Result<const ListedKind*> FindListedKind(std::string_view kind) {
  const auto* found = std::ranges::find(kListedKinds, kind, &ListedKind::kind);
  if (found != std::end(kListedKinds)) return found;
  return Fail(ErrorKind::kNotImplemented, "listing of \"{}\" is not implemented", kind);
}

std::string_view NameOf(const ListedKind& kind) { return kind.kind; }

ListingCursor::ListingCursor(AuthServer& auth, const Caller& caller, const ListingFilter& filter,
                             const ListedKind& kind, ListPlace place, std::size_t piece)
    : auth_(auth),
      filter_(filter),
      kind_(kind),
      may_see_(caller, auth.cluster_name(), kind.access_kind),
      place_(std::move(place)),
      piece_(piece) {}

Result<const Listed*> ListingCursor::Next() {
  while (!decided_) {
    if (items_.empty()) {
      if (all_loaded_) return nullptr;
      RETURN_IF_ERROR(Load());
      continue;
    }
    const Listed& item = items_.front();
    if (may_see_(item.name, item.labels)) {
      ASSIGN_OR_RETURN(decided_, Wanted(item));
    }
    if (!decided_) items_.pop_front();
  }
  return &items_.front();
}

void ListingCursor::Pop() {
  items_.pop_front();
  decided_ = false;
}

Status ListingCursor::Load() {
  ASSIGN_OR_RETURN(auto piece, kind_.load(auth_, place_, piece_));
  items_ = std::move(piece.items);
  all_loaded_ = piece.last;
  if (!all_loaded_) place_ = {items_.back().order, false, place_.descending};
  return {};
}

Result<bool> ListingCursor::Wanted(const Listed& item) const {
  for (const auto& [key, value] : filter_.labels) {
    const auto found = item.labels.find(key);
    if (found == item.labels.end() || (value != "*" && found->second != value)) return false;
  }
  if (filter_.words.empty() && !filter_.query) return true;
  const ResourceFields fields(*item.message);
  if (!fields.Search(filter_.words)) return false;
  if (!filter_.query) return true;
  return filter_.query->Evaluate(fields);
}

void ListingCursor::Put(PaginatedResource& resource) const { kind_.put(*items_.front().message, resource); }

}  // namespace sallyport
