// Audit events of access requests, with the fields that Teleport's have.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libcluster/auth/audit/audit.h"
#include "libcluster/rpc/caller.h"

namespace proto {
class ListResourcesRequest;
class RequestStateSetter;
}  // namespace proto
namespace types {
class AccessRequestV3;
}  // namespace types

namespace sallyport {

AuditEvent RequestCreatedEvent(std::string_view cluster, const Caller& by, const types::AccessRequestV3& request);
AuditEvent RequestDecidedEvent(std::string_view cluster, const Caller& by, const proto::RequestStateSetter& setter,
                               const types::AccessRequestV3& request);
// For the last review of the request.
AuditEvent RequestReviewedEvent(std::string_view cluster, const types::AccessRequestV3& request);
AuditEvent RequestDeletedEvent(std::string_view cluster, const Caller& by, std::string_view id);
// For an expired request in any state: has the expiry of the granted access and of the request.
AuditEvent RequestExpiredEvent(std::string_view cluster, const types::AccessRequestV3& request);
// For a search for resources that could be requested.
AuditEvent RequestSearchEvent(std::string_view cluster, const Caller& by, const std::vector<std::string>& search_as,
                              const proto::ListResourcesRequest& query);

}  // namespace sallyport
