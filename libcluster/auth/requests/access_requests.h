// Access requests of a cluster: asking for roles and resources, deciding, and what an approved one gives to a
// certificate. Requests wait and end by themselves: they are stored with an expiry.
//
// All functions are safe from several threads; who may call what is checked here, because it depends on the request.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/backend/backend.h"
#include "libcluster/rpc/caller.h"
#include "libresources/access/request_reviews.h"
#include "libresources/access/request_rules.h"

namespace proto {
class ListAccessRequestsRequest;
class ListAccessRequestsResponse;
class RequestStateSetter;
}  // namespace proto
namespace types {
class AccessCapabilities;
class AccessCapabilitiesRequest;
class AccessRequestV3;
class AccessReviewSubmission;
}  // namespace types

namespace sallyport {

class AuthServer;

// Returns what a user may ask for, by the roles that are theirs without any request. kNotFound: no such user or role.
Result<RequestRules> RequestRulesOf(Backend& backend, const std::string& user);
// Returns which requests a user may review, by the same roles. Fails in the same way.
Result<ReviewRules> ReviewRulesOf(Backend& backend, const std::string& user);

// Stores a new request, or with dry_run only returns what it would become. Everybody asks for themselves; the right to
// create access_request lets them ask for others. Fails with kAccessDenied, and as RequestRules::Complete does.
Result<types::AccessRequestV3> CreateAccessRequest(AuthServer& auth, const Caller& by,
                                                   const types::AccessRequestV3& wanted);

// Returns a page of the requests that the caller may see: all with the right to list and read access_request, else
// their own and those that they may review.
Result<proto::ListAccessRequestsResponse> ListAccessRequests(AuthServer& auth, const Caller& by,
                                                             const proto::ListAccessRequestsRequest& query);

// Decides a request without any review, which the right to update access_request allows, but not for one's own and not
// by the roles of another request. Fails with kAccessDenied, kNotFound, kBadParameter.
Status SetAccessRequestState(AuthServer& auth, const Caller& by, const proto::RequestStateSetter& setter);

// Adds the caller's review; the built-in Admin may review in anybody's name. Returns the request as it is then. Fails
// as ApplyReview does, and with kAccessDenied for who may not review it.
Result<types::AccessRequestV3> SubmitAccessReview(AuthServer& auth, const Caller& by,
                                                  const types::AccessReviewSubmission& submission);

Status DeleteAccessRequest(AuthServer& auth, const Caller& by, const std::string& id);

// Returns what a user may ask for: the caller, or others with the rights to read users and roles.
Result<types::AccessCapabilities> AccessCapabilitiesOf(AuthServer& auth, const Caller& by,
                                                       const types::AccessCapabilitiesRequest& query);

// What approved requests give to a certificate.
struct GrantedAccess {
  std::vector<std::string> roles;
  std::vector<std::string> allowed_resources;
  Time expires = Time::max();
};
// Returns what a user's approved requests give now. Fails with kNotFound (also for somebody else's), kAccessDenied (not
// approved), kBadParameter (over, not begun, no longer allowed, two with resources).
Result<GrantedAccess> GrantedBy(Backend& backend, const std::string& user, const std::vector<std::string>& ids);

}  // namespace sallyport
