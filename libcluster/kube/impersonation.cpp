#include "libcluster/kube/impersonation.h"

#include <algorithm>

#include "libcluster/net/http.h"

namespace sallyport {
namespace {

constexpr std::string_view kPrefix = "Impersonate-";
constexpr std::string_view kAuthenticated = "system:authenticated";

bool Contains(const std::vector<std::string>& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

struct AskedIdentity {
  std::string user;
  std::vector<std::string> groups;
};

Result<AskedIdentity> ReadHeaders(const std::vector<std::pair<std::string, std::string>>& headers) {
  AskedIdentity asked;
  for (const auto& [name, value] : headers) {
    if (name.size() < kPrefix.size() || !EqualIgnoringCase(std::string_view(name).substr(0, kPrefix.size()), kPrefix)) {
      continue;
    }
    if (EqualIgnoringCase(name, "Impersonate-User") && asked.user.empty()) {
      asked.user = value;
    } else if (EqualIgnoringCase(name, "Impersonate-Group")) {
      asked.groups.push_back(value);
    } else {
      return Fail(ErrorKind::kAccessDenied, "impersonation header \"{}\" is not supported", name);
    }
  }
  return asked;
}

Result<std::string> ChooseUser(std::string_view username, const std::vector<std::string>& users,
                               const std::string& asked) {
  const bool any = Contains(users, "*");
  if (!asked.empty()) {
    const bool own_name = users.empty() && asked == username;
    if (any || own_name || Contains(users, asked)) return asked;
    return Fail(ErrorKind::kAccessDenied, "impersonation of user \"{}\" is not allowed by your roles", asked);
  }
  if (any || users.empty()) return std::string(username);
  if (users.size() == 1) return users.front();
  return FailWithHint(
      ErrorKind::kAccessDenied,
      fmt::format("your roles allow several Kubernetes users ({}), choose one: kubectl --as", fmt::join(users, ", ")),
      {});
}

}  // namespace

Result<Impersonation> ChooseImpersonation(std::string_view username, const std::vector<std::string>& users,
                                          const std::vector<std::string>& groups,
                                          const std::vector<std::pair<std::string, std::string>>& headers) {
  ASSIGN_OR_RETURN(const AskedIdentity asked, ReadHeaders(headers));
  Impersonation chosen;
  ASSIGN_OR_RETURN(chosen.user, ChooseUser(username, users, asked.user));
  for (const auto& group : asked.groups) {
    if (!Contains(groups, group) && group != kAuthenticated) {
      return Fail(ErrorKind::kAccessDenied, "impersonation of group \"{}\" is not allowed by your roles", group);
    }
  }
  for (const auto& group : asked.groups.empty() ? groups : asked.groups) {
    if (!Contains(chosen.groups, group)) chosen.groups.push_back(group);
  }
  if (!Contains(chosen.groups, kAuthenticated)) chosen.groups.emplace_back(kAuthenticated);
  return chosen;
}

}  // namespace sallyport
