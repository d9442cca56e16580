// Access requests of a cluster: creates, reviews and decides requests for roles and resources, and returns the access
// that approved requests grant. Requests expire by themselves: they are stored with an expiry.
//
// All functions are safe from several threads; they authorize the caller themselves, because the decision depends on
// the request.
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

// Returns what a user may request, by the user's own roles (without access requests). Fails with kNotFound for an
// unknown user or role.
Result<RequestRules> RequestRulesOf(Backend& backend, const std::string& user);
// Returns which requests a user may review, by the same roles. Fails in the same way.
Result<ReviewRules> ReviewRulesOf(Backend& backend, const std::string& user);

// Stores a new request, or with dry_run only returns the request that would be stored. Users create requests for
// themselves; a rule to create access_request allows requests for others. Fails with kAccessDenied, and as
// RequestRules::Complete does.
Result<types::AccessRequestV3> CreateAccessRequest(AuthServer& auth, const Caller& by,
                                                   const types::AccessRequestV3& wanted);

// Returns a page of the requests that the caller may see: all with a rule to list and read access_request, else the
// caller's own and those that the caller may review.
Result<proto::ListAccessRequestsResponse> ListAccessRequests(AuthServer& auth, const Caller& by,
                                                             const proto::ListAccessRequestsRequest& query);

// Decides a request without a review. Requires a rule to update access_request; the caller's own requests, and rules
// from roles of another request, are refused. Fails with kAccessDenied, kNotFound, kBadParameter.
Status SetAccessRequestState(AuthServer& auth, const Caller& by, const proto::RequestStateSetter& setter);

// Adds the caller's review; the built-in Admin may review in anybody's name. Returns the updated request. Fails as
// ApplyReview does, and with kAccessDenied when the caller may not review the request.
Result<types::AccessRequestV3> SubmitAccessReview(AuthServer& auth, const Caller& by,
                                                  const types::AccessReviewSubmission& submission);

Status DeleteAccessRequest(AuthServer& auth, const Caller& by, const std::string& id);

// Returns what a user may request. Callers ask for themselves, or for others if they may read users and roles.
Result<types::AccessCapabilities> AccessCapabilitiesOf(AuthServer& auth, const Caller& by,
                                                       const types::AccessCapabilitiesRequest& query);

// The access that approved requests add to a certificate.
struct GrantedAccess {
  std::vector<std::string> roles;
  std::vector<std::string> allowed_resources;
  Time expires = Time::max();
};
// Returns the access that a user's approved requests grant now. Fails with kNotFound (also for another user's request),
// kAccessDenied (not approved), kBadParameter (expired, not started, no longer allowed, two with resources).
Result<GrantedAccess> GrantedBy(Backend& backend, const std::string& user, const std::vector<std::string>& ids);

}  // namespace sallyport
