// Access requests as resources: their form, their times, the resources they name and the filters of lists. Who may ask
// for what is in request_rules.h, who may decide in request_reviews.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libresources/kinds/kind.h"

namespace google::protobuf {
class Timestamp;
template <typename Element>
class RepeatedPtrField;
}  // namespace google::protobuf

namespace types {
class AccessRequestFilter;
class AccessRequestV3;
class ResourceID;
}  // namespace types

namespace sallyport {

// Returns a time of a message; nothing when it is unset or Go's zero time.
std::optional<Time> ToTime(const google::protobuf::Timestamp& stamp);
google::protobuf::Timestamp ToStamp(Time time);

// Returns until when a request is there: to be decided on, or once approved, to be used.
std::optional<Time> ExpiresOf(const types::AccessRequestV3& request);

// Returns the roles that were asked for, though fewer may have been approved.
std::vector<std::string> OriginalRoles(const types::AccessRequestV3& request);

// Approved is final but for a denial, and a denial is final. Fails with kBadParameter.
Status CheckNewState(const types::AccessRequestV3& request, int state);

// Returns why a start of the access that lies in the future is none that a request may have: before it was created,
// after it ends, or more than a week away. Fails with kBadParameter.
Status CheckAssumeStart(const types::AccessRequestV3& request, Time start);

// A resource as text: "/cluster/kind/name", with "/name" once more for what is inside of a Kubernetes cluster.
std::string ResourceIdText(const types::ResourceID& id);
// Reads the same. Fails with kBadParameter.
Result<types::ResourceID> ParseResourceId(std::string_view text);
// Returns a JSON list of such texts, or "" without any.
std::string ResourceIdsText(const google::protobuf::RepeatedPtrField<types::ResourceID>& ids);

// Returns whether a certificate that is restricted to some resources may be used for one. An empty list restricts
// nothing. kAccessDenied otherwise.
Status CheckAllowedResource(const std::vector<std::string>& allowed, std::string_view cluster, std::string_view kind,
                            std::string_view name);

// Returns whether a request is one that a list asks for; filter.requester is who asks.
bool MatchesFilter(const types::AccessRequestV3& request, const types::AccessRequestFilter& filter);

// Returns the row of the kind.
KindRow AccessRequestKind();

}  // namespace sallyport
