// Validates access requests: their form, times, resources and the filters of lists. request_rules.h decides what a user
// may request, request_reviews.h which users may review.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libresources/codec/timestamps.h"
#include "libresources/kinds/kind.h"

namespace google::protobuf {
template <typename Element>
class RepeatedPtrField;
}  // namespace google::protobuf

namespace types {
class AccessRequestFilter;
class AccessRequestV3;
class ResourceID;
}  // namespace types

namespace sallyport {

// Returns when a request expires: until then it is pending, or its access can be used once approved.
std::optional<Time> ExpiresOf(const types::AccessRequestV3& request);

// Returns the requested roles; fewer may have been approved.
std::vector<std::string> OriginalRoles(const types::AccessRequestV3& request);

// Checks a change of state: an approved request can only be denied, and a denial is final. Fails with kBadParameter.
Status CheckNewState(const types::AccessRequestV3& request, int state);

// Fails with kBadParameter when a future start of the access is invalid: before the creation of the request, after its
// end, or more than a week away.
Status CheckAssumeStart(const types::AccessRequestV3& request, Time start);

// Returns a resource as text: "/cluster/kind/name", with another "/name" for an object inside a Kubernetes cluster.
std::string ResourceIdText(const types::ResourceID& id);
// Reads such a text. Fails with kBadParameter.
Result<types::ResourceID> ParseResourceId(std::string_view text);
// Returns a JSON list of such texts, or "" without any.
std::string ResourceIdsText(const google::protobuf::RepeatedPtrField<types::ResourceID>& ids);

// Checks that a certificate restricted to some resources may be used for a resource; an empty list restricts nothing.
// Fails with kAccessDenied.
Status CheckAllowedResource(const std::vector<std::string>& allowed, std::string_view cluster, std::string_view kind,
                            std::string_view name);

// Returns whether a request matches the filter of a list; filter.requester is the caller.
bool MatchesFilter(const types::AccessRequestV3& request, const types::AccessRequestFilter& filter);

// Returns the row of the kind.
KindRow AccessRequestKind();

}  // namespace sallyport
