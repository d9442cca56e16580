// Asking for access and logging in with what was approved: what `tsh request create` and `tsh login` have in common.
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

// What is wanted: an existing request, or a new one.
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

// Asks, waits for the decision unless that is not wanted, and changes the login to what was approved. Returns the
// request as it is then. Fails with kAccessDenied when it was denied, and as the cluster does.
Result<types::AccessRequestV3> ObtainAccess(const Invocation& invocation, Session& session, const WantedAccess& wanted);

// Adds requests to a login, or takes them away.
Status ChangeRequests(const Invocation& invocation, Session& session, const RequestChange& change);

// What `tsh request show` says of a request.
std::string RequestText(const types::AccessRequestV3& request);

}  // namespace sallyport
