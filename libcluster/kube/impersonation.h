// Chooses the user and groups that a request is sent with to the Kubernetes API server: those of the roles, narrowed by
// the request's own headers (docs/protocol/services.md#kubernetes-impersonation).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"

namespace sallyport {

struct Impersonation {
  std::string user;
  std::vector<std::string> groups;
};

// Chooses among `users` and `groups` of the roles by the request's Impersonate-User and Impersonate-Group in `headers`.
// Fails with kAccessDenied when these ask for more, for another Impersonate- header, or when several users are possible
// and the request chooses none.
Result<Impersonation> ChooseImpersonation(std::string_view username, const std::vector<std::string>& users,
                                          const std::vector<std::string>& groups,
                                          const std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace sallyport
