// Access requests from the side of whoever asks: finding them, waiting for a decision, and a login with what was
// approved (docs/protocol/auth-api.md#access-requests).
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

// Returns every request that a list asks for, in its order. Fails as RpcClient::Call does.
Result<std::vector<types::AccessRequestV3>> FetchAccessRequests(RpcClient& rpc, proto::ListAccessRequestsRequest query);
// Returns one. kNotFound when it is not there or not the caller's to see.
Result<types::AccessRequestV3> FetchAccessRequest(RpcClient& rpc, const std::string& id);

// Waits until a request is pending no more, however long that takes, and returns it. kNotFound when it goes meanwhile.
Result<types::AccessRequestV3> AwaitDecision(RpcClient& rpc, const std::string& id,
                                             std::chrono::milliseconds pause = std::chrono::seconds(1));

// Which requests a login is to have.
struct RequestChange {
  std::vector<std::string> add;
  std::vector<std::string> drop;  // "*": all
};
// Gets new certificates for the keys of a login and saves them; those for Kubernetes clusters go, because they have the
// old roles. `rpc` is a connection to the root cluster. Fails as the cluster does: nothing is changed then.
Status ReissueLogin(Session& session, RpcClient& rpc, const RequestChange& change);

}  // namespace sallyport
