// As whom a request goes to the Kubernetes API server: the users and groups that the roles give, narrowed by what the
// request itself asks for (docs/protocol/services.md#kubernetes-impersonation).
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

// `users` and `groups` are what the roles give; `headers` those of the request, of which Impersonate-User and
// Impersonate-Group may choose among them. Fails with kAccessDenied when they ask for more, for another Impersonate-
// header, or when several users are possible and none was chosen.
Result<Impersonation> ChooseImpersonation(std::string_view username, const std::vector<std::string>& users,
                                          const std::vector<std::string>& groups,
                                          const std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace sallyport
