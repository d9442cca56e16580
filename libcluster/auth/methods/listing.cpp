// Lists the resources that a caller may access: access by labels first, then the request's labels, words and query,
// then a page (docs/protocol/auth-api.md#listing).
#include <algorithm>
#include <set>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/listing/listing_cursor.h"
#include "libcluster/auth/listing/searching.h"
#include "libresources/access/access.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kDefaultListingPage = 1000;

// The requested page.
struct ListingRequest {
  ListingFilter filter;
  std::vector<const ListedKind*> kinds;
  bool by_kind = false;  // sorted by kind first, else all kinds in one order
  bool descending = false;
  std::string start;
  std::size_t limit = kDefaultListingPage;
  bool with_logins = false;
};

template <typename Request>
Result<ListingRequest> ListingRequestOf(const Request& request) {
  ListingRequest listing;
  listing.filter.labels = {request.labels().begin(), request.labels().end()};
  listing.filter.words = {request.searchkeywords().begin(), request.searchkeywords().end()};
  if (!request.predicateexpression().empty()) {
    ASSIGN_OR_RETURN(listing.filter.query,
                     Predicate::Parse(request.predicateexpression(), PredicateDialect::kResource));
  }
  if (request.limit() < 0) return Fail(ErrorKind::kBadParameter, "a limit must not be negative");
  if (request.limit() > 0)
    listing.limit = std::min<std::size_t>(kDefaultListingPage, static_cast<std::size_t>(request.limit()));
  listing.start = request.startkey();
  listing.descending = request.sortby().isdesc();
  listing.with_logins = request.includelogins();
  return listing;
}

// The sort position of a resource.
struct Position {
  std::string kind;
  std::string order;

  std::string ToStartKey() const { return kind + kOrderSeparator + order; }
  bool operator==(const Position&) const = default;
};

Result<Position> ParseStartKey(const std::string& text) {
  const auto end = text.find(kOrderSeparator);
  if (end == std::string::npos) return Fail(ErrorKind::kBadParameter, "the start key does not belong to this list");
  return Position{text.substr(0, end), text.substr(end + 1)};
}

// Returns whether `one` comes before `other` in the listing.
bool StandsBefore(const ListingRequest& listing, const Position& one, const Position& other) {
  const auto less = [&listing](const Position& a, const Position& b) {
    return listing.by_kind ? std::tie(a.kind, a.order) < std::tie(b.kind, b.order)
                           : std::tie(a.order, a.kind) < std::tie(b.order, b.kind);
  };
  return listing.descending ? less(other, one) : less(one, other);
}

// Makes cursors of all kinds that start after the end of the previous page.
Result<std::vector<ListingCursor>> CursorsOf(AuthServer& auth, const Caller& caller, const ListingRequest& listing) {
  std::vector<ListingCursor> cursors;
  std::optional<Position> last;
  if (!listing.start.empty()) {
    ASSIGN_OR_RETURN(last, ParseStartKey(listing.start));
  }

  for (const ListedKind* kind : listing.kinds) {
    ListPlace place{.order = {}, .included = true, .descending = listing.descending};
    if (last) {
      const Position same{std::string(NameOf(*kind)), last->order};
      const bool is_after = StandsBefore(listing, *last, same);
      if (listing.by_kind && same != *last) {
        if (!is_after) continue;
      } else {
        place = {last->order, is_after, listing.descending};
      }
    }
    cursors.emplace_back(auth, caller, listing.filter, *kind, std::move(place), listing.limit + 1);
  }
  return cursors;
}

Result<int> CountAll(AuthServer& auth, const Caller& caller, ListingRequest listing) {
  listing.start.clear();
  ASSIGN_OR_RETURN(auto cursors, CursorsOf(auth, caller, listing));
  int count = 0;
  for (auto& cursor : cursors) {
    while (true) {
      ASSIGN_OR_RETURN(const Listed* item, cursor.Next());
      if (item == nullptr) break;
      ++count;
      cursor.Pop();
    }
  }
  return count;
}

// Returns the cursor with the first resource of all, and its position; nullptr at the end.
Result<std::pair<ListingCursor*, Position>> First(std::vector<ListingCursor>& cursors, const ListingRequest& listing) {
  std::pair<ListingCursor*, Position> first;
  for (auto& cursor : cursors) {
    ASSIGN_OR_RETURN(const Listed* item, cursor.Next());
    if (item == nullptr) continue;
    Position position{std::string(cursor.kind()), item->order};
    if (first.first == nullptr || StandsBefore(listing, position, first.second)) first = {&cursor, std::move(position)};
  }
  return first;
}

// Puts one page into an answer, and sets the start key of the next page.
template <typename Answer>
Status FillPage(AuthServer& auth, const Caller& caller, const ListingRequest& listing, Answer& answer) {
  std::optional<ResourceAccess> logins;
  if (listing.with_logins && caller.kind == Caller::Kind::kUser) logins = caller.access->AccessTo("node");
  ASSIGN_OR_RETURN(auto cursors, CursorsOf(auth, caller, listing));

  std::size_t bytes = 0;
  std::string last;
  while (true) {
    ASSIGN_OR_RETURN(const auto first, First(cursors, listing));
    const auto& [cursor, position] = first;
    if (cursor == nullptr) return {};
    auto& resource = *answer.add_resources();
    cursor->Put(resource);
    bytes += resource.ByteSizeLong();

    const auto taken = static_cast<std::size_t>(answer.resources_size());
    if (taken > listing.limit || (taken > 1 && bytes > kMaxPageBytes)) {
      answer.mutable_resources()->RemoveLast();
      answer.set_nextkey(last);
      return {};
    }

    if (logins && resource.has_node()) {
      ASSIGN_OR_RETURN(const Listed* item, cursor->Next());
      for (auto& login : logins->LoginsFor(item->labels)) resource.add_logins(std::move(login));
    }

    cursor->Pop();
    last = position.ToStartKey();
  }
}

Status ListResources(AuthServer& auth, const RpcCall& call, const proto::ListResourcesRequest& request,
                     proto::ListResourcesResponse& answer) {
  ASSIGN_OR_RETURN(ListingRequest listing, ListingRequestOf(request));
  ASSIGN_OR_RETURN(const ListedKind* kind, FindListedKind(request.resourcetype()));
  listing.kinds.push_back(kind);
  std::optional<Caller> searching;
  if (request.usesearchasroles()) {
    ASSIGN_OR_RETURN(searching, SearchingCaller(auth, call.caller, request));
  }
  const Caller& caller = searching ? *searching : call.caller;
  if (request.needtotalcount()) {
    ASSIGN_OR_RETURN(const int count, CountAll(auth, caller, listing));
    answer.set_totalcount(count);
  }
  return FillPage(auth, caller, listing, answer);
}

// All kinds as one list, by name or by kind.
Status ListUnified(AuthServer& auth, const RpcCall& call, const proto::ListUnifiedResourcesRequest& request,
                   proto::ListUnifiedResourcesResponse& answer) {
  const std::string& field = request.sortby().field();
  if (!field.empty() && field != "name" && field != "kind") {
    return Fail(ErrorKind::kNotImplemented, "sorting by \"{}\" is not implemented", field);
  }
  ASSIGN_OR_RETURN(ListingRequest listing, ListingRequestOf(request));
  listing.by_kind = field == "kind";
  std::set<std::string> kinds(request.kinds().begin(), request.kinds().end());
  if (kinds.empty()) kinds = {"node", "kube_server", "app_server", "db_server", "windows_desktop", "git_server"};
  if (kinds.erase("kube_cluster") != 0) kinds.insert("kube_server");
  for (const auto& name : kinds) {
    ASSIGN_OR_RETURN(const ListedKind* kind, FindListedKind(name));
    listing.kinds.push_back(kind);
  }
  return FillPage(auth, call.caller, listing, answer);
}

}  // namespace

void AddListingMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/ListResources", RpcAccess::Authenticated(), kRehearsable},
            [&auth](const RpcCall& call, const proto::ListResourcesRequest& request,
                    proto::ListResourcesResponse& answer) { return ListResources(auth, call, request, answer); });

  table.Add({"/proto.AuthService/ListUnifiedResources", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const proto::ListUnifiedResourcesRequest& request,
                    proto::ListUnifiedResourcesResponse& answer) { return ListUnified(auth, call, request, answer); });
}

}  // namespace sallyport
