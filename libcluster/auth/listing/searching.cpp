#include "libcluster/auth/listing/searching.h"

#include "libcluster/auth/access/user_access.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/requests/access_request_events.h"
#include "libcluster/auth/requests/access_requests.h"
#include "libresources/access/access.h"
#include "teleport/legacy/client/proto/authservice.pb.h"

namespace sallyport {

Result<Caller> SearchingCaller(AuthServer& auth, const Caller& caller, const proto::ListResourcesRequest& request) {
  if (caller.kind != Caller::Kind::kUser) return caller;
  ASSIGN_OR_RETURN(const RequestRules rules, RequestRulesOf(auth.backend(), caller.identity.username));
  std::vector<std::string> roles = caller.access->RoleNames();
  const std::vector<std::string> search_as = rules.SearchAsRoles();
  if (search_as.empty()) return caller;
  for (const auto& role : search_as) {
    if (!caller.access->HasRole(role)) roles.push_back(role);
  }
  Caller searching = caller;
  ASSIGN_OR_RETURN(searching.access, AccessOf(auth.backend(), caller.identity.username, roles, caller.identity.traits));
  RETURN_IF_ERROR(auth.Emit(RequestSearchEvent(auth.cluster_name(), caller, search_as, request)));
  return searching;
}

}  // namespace sallyport
