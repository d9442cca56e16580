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
// Of the last review that the request has.
AuditEvent RequestReviewedEvent(std::string_view cluster, const types::AccessRequestV3& request);
AuditEvent RequestDeletedEvent(std::string_view cluster, const Caller& by, std::string_view id);
// Of one that is over, whatever became of it: when the access ends that it gave, and when itself did.
AuditEvent RequestExpiredEvent(std::string_view cluster, const types::AccessRequestV3& request);
// Of a look at what could be asked for.
AuditEvent RequestSearchEvent(std::string_view cluster, const Caller& by, const std::vector<std::string>& search_as,
                              const proto::ListResourcesRequest& query);

}  // namespace sallyport
