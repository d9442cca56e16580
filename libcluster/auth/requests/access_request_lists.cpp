// Pages of access requests that a caller may see.
#include <algorithm>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/requests/access_requests.h"
#include "libresources/access/access.h"
#include "libresources/kinds/access_request.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {
namespace {

using proto::ListAccessRequestsRequest;
using types::AccessRequestV3;

constexpr std::string_view kKind = "access_request";
constexpr int kDefaultPage = 1000;

// Returns the sort key of a request; pages start at such a key.
std::string SortKey(const AccessRequestV3& request, proto::AccessRequestSort sort) {
  const std::string& name = request.metadata().name();
  switch (sort) {
    case proto::CREATED:
      return fmt::format(
          "{}/{}",
          FormatTime(std::chrono::floor<std::chrono::seconds>(ToTime(request.spec().created()).value_or(Time{}))),
          name);
    case proto::STATE:
      return fmt::format("{}/{}", types::RequestState_Name(request.spec().state()), name);
    case proto::USER:
      return fmt::format("{}/{}", request.spec().user(), name);
    default:
      return name;
  }
}

Result<std::vector<AccessRequestV3>> Matching(Backend& backend, const types::AccessRequestFilter& filter) {
  std::vector<AccessRequestV3> requests;
  if (filter.id().empty()) {
    ASSIGN_OR_RETURN(requests, ListAllResources<AccessRequestV3>(backend));
  } else {
    auto request = GetResource<AccessRequestV3>(backend, filter.id());
    if (!request && request.error().kind != ErrorKind::kNotFound) return std::unexpected(request.error());
    if (request) requests.push_back(std::move(*request));
  }
  std::erase_if(requests, [&](const auto& request) { return !MatchesFilter(request, filter); });
  return requests;
}

// Keeps the requests that a caller without the right to list may see. A deny rule counts.
Status KeepOwnAndReviewable(AuthServer& auth, const Caller& by, std::vector<AccessRequestV3>& requests) {
  for (const std::string_view verb : {"list", "read"}) {
    if (by.kind != Caller::Kind::kUser || by.access->RuleDenies(kKind, verb)) {
      return Fail(ErrorKind::kAccessDenied, "access denied to perform action \"{}\" on \"{}\"", verb, kKind);
    }
  }
  const std::string& user = by.identity.username;
  const auto own = [&](const AccessRequestV3& request) { return request.spec().user() == user; };
  if (std::ranges::all_of(requests, own)) return {};
  ASSIGN_OR_RETURN(const ReviewRules rules, ReviewRulesOf(auth.backend(), user));
  std::erase_if(requests, [&](const auto& request) {
    // A condition that cannot be evaluated hides everything.
    return !own(request) && !rules.MayReview(request).value_or(false);
  });
  return {};
}

bool MaySeeAll(const Caller& by) {
  return AuthServer::CheckRule(by, kKind, "list") && AuthServer::CheckRule(by, kKind, "read");
}

}  // namespace

Result<proto::ListAccessRequestsResponse> ListAccessRequests(AuthServer& auth, const Caller& by,
                                                             const ListAccessRequestsRequest& query) {
  if (query.limit() < 0) return Fail(ErrorKind::kBadParameter, "a limit must not be negative");
  types::AccessRequestFilter filter = query.filter();
  filter.set_requester(by.identity.username);
  ASSIGN_OR_RETURN(auto requests, Matching(auth.backend(), filter));
  if (!MaySeeAll(by)) RETURN_IF_ERROR(KeepOwnAndReviewable(auth, by, requests));
  std::vector<std::pair<std::string, AccessRequestV3*>> sorted;
  for (auto& request : requests) sorted.emplace_back(SortKey(request, query.sort()), &request);
  std::ranges::sort(sorted);
  if (query.descending()) std::ranges::reverse(sorted);
  const int limit = query.limit() == 0 ? kDefaultPage : std::min(query.limit(), kDefaultPage);
  proto::ListAccessRequestsResponse page;
  std::size_t bytes = 0;
  for (auto& [key, request] : sorted) {
    const bool before = query.descending() ? key > query.startkey() : key < query.startkey();
    if (!query.startkey().empty() && before) continue;
    bytes += request->ByteSizeLong();
    if (page.accessrequests_size() == limit || (page.accessrequests_size() > 0 && bytes > kMaxPageBytes)) {
      page.set_nextkey(key);
      break;
    }
    *page.add_accessrequests() = std::move(*request);
  }
  return page;
}

}  // namespace sallyport
