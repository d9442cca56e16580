// Finds the access requests of a user, waits for a decision, and reissues the login with the approved access
// (docs/protocol/auth-api.md#access-requests).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libclient/rpc.h"
#include "libclient/session.h"

namespace proto {
class ListAccessRequestsRequest;
}  // namespace proto
namespace types {
class AccessRequestV3;
}  // namespace types

namespace sallyport {

// Returns every request that matches a query, in the order of the query. Fails as RpcClient::Call does.
Result<std::vector<types::AccessRequestV3>> FetchAccessRequests(RpcClient& rpc, proto::ListAccessRequestsRequest query);
// Returns one request. Fails with kNotFound when the request does not exist or the caller may not see it.
Result<types::AccessRequestV3> FetchAccessRequest(RpcClient& rpc, const std::string& id);

// Waits, without a time limit, until a request is no longer pending, and returns the request. Fails with kNotFound when
// the request is deleted meanwhile.
Result<types::AccessRequestV3> AwaitDecision(RpcClient& rpc, const std::string& id,
                                             std::chrono::milliseconds pause = std::chrono::seconds(1));

// The requests to add to a login and to drop from it.
struct RequestChange {
  std::vector<std::string> add;
  std::vector<std::string> drop;  // "*": all
};
// Gets new certificates for the keys of a login and saves them; removes the certificates for Kubernetes clusters,
// because they have the old roles. `rpc` is a connection to the root cluster. Fails as the cluster does, and changes
// nothing then.
Status ReissueLogin(Session& session, RpcClient& rpc, const RequestChange& change);

}  // namespace sallyport
