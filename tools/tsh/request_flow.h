// Requests access and logs in with an approved request, for `tsh request create` and `tsh login`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libclient/access_requests.h"
#include "libclient/session.h"
#include "tools/shell/command.h"

namespace types {
class AccessRequestV3;
}  // namespace types

namespace sallyport {

// The wanted request: an existing request, or a new one.
struct WantedAccess {
  std::string id;
  std::vector<std::string> roles;
  std::vector<std::string> resources;
  std::string reason;
  std::vector<std::string> reviewers;
  Nanoseconds request_ttl{};
  Nanoseconds session_ttl{};
  Nanoseconds max_duration{};
  std::optional<Time> start;
  bool wait = true;
};

// Creates a request, waits for the decision unless told otherwise, and adds the approved request to the login. Returns
// the request in its final state. Fails with kAccessDenied when it was denied, and as the cluster does.
Result<types::AccessRequestV3> ObtainAccess(const Invocation& invocation, Session& session, const WantedAccess& wanted);

// Adds requests to a login, or removes them.
Status ChangeRequests(const Invocation& invocation, Session& session, const RequestChange& change);

// Returns the text of `tsh request show`.
std::string RequestText(const types::AccessRequestV3& request);

}  // namespace sallyport
