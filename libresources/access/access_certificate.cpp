// Collects the names of a user in databases and clouds from roles; every certificate of the user carries these names,
// beside logins and Kubernetes principals.
#include <algorithm>

#include "libresources/access/access.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using types::RoleConditions;
using Names = google::protobuf::RepeatedPtrField<std::string>;

// One list of names: its field in roles, and its destination.
struct NamesRow {
  const Names& (RoleConditions::*of_role)() const;
  std::vector<std::string> AccessChecker::ExternalNames::* in_certificate;
};

constexpr NamesRow kRows[] = {
    {&RoleConditions::databasenames, &AccessChecker::ExternalNames::database_names},
    {&RoleConditions::databaseusers, &AccessChecker::ExternalNames::database_users},
    {&RoleConditions::awsrolearns, &AccessChecker::ExternalNames::aws_role_arns},
    {&RoleConditions::azureidentities, &AccessChecker::ExternalNames::azure_identities},
    {&RoleConditions::gcpserviceaccounts, &AccessChecker::ExternalNames::gcp_service_accounts},
};

}  // namespace

AccessChecker::ExternalNames AccessChecker::ExternalNamesFor(Nanoseconds ttl) const {
  ExternalNames names;
  for (const auto& row : kRows) {
    std::set<std::string> granted;
    for (const auto& role : roles_) {
      const Nanoseconds max_ttl(role->spec().options().maxsessionttl());
      if (max_ttl <= Nanoseconds::zero() || ttl > max_ttl) continue;
      const auto& allowed = (role->spec().allow().*row.of_role)();
      granted.insert(allowed.begin(), allowed.end());
    }
    for (const auto& role : roles_) {
      for (const auto& denied : (role->spec().deny().*row.of_role)()) granted.erase(denied);
    }
    (names.*row.in_certificate).assign(granted.begin(), granted.end());
  }
  return names;
}

}  // namespace sallyport
