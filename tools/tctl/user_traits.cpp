#include "tools/tctl/user_traits.h"

#include <algorithm>

#include "libbase/text.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kSetPrefix = "set-";
constexpr std::size_t kAzureParts = 8;

std::unexpected<Error> Wrong(std::string_view what, std::string_view value, std::string hint) {
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a valid {}", StripControl(value), what),
                      std::move(hint));
}

Status CheckNumber(const std::string& value) {
  if (!value.empty() && value.size() < 11 && std::ranges::all_of(value, IsDigit)) {
    return {};
  }
  return Wrong("number of a user or group of a host", value, "such as 1000");
}

Status CheckNoWildcard(const std::string& value) {
  if (value != "*") return {};
  return Wrong("database role", value, "list each role");
}

// /subscriptions/ID/resourceGroups/NAME/providers/Microsoft.ManagedIdentity/userAssignedIdentities/NAME
Status CheckAzure(const std::string& value) {
  const std::string lower = LowerCase(value);
  const auto parts = SplitNonEmpty(lower, '/');
  if (value.starts_with('/') && parts.size() == kAzureParts && parts[0] == "subscriptions" &&
      parts[2] == "resourcegroups" && parts[4] == "providers" && parts[5] == "microsoft.managedidentity" &&
      parts[6] == "userassignedidentities") {
    return {};
  }
  return Wrong("Azure identity", value,
               "/subscriptions/ID/resourceGroups/NAME/providers/Microsoft.ManagedIdentity/"
               "userAssignedIdentities/NAME");
}

Status CheckGcp(const std::string& value) {
  const auto at = value.find('@');
  const std::string_view domain = at == std::string::npos ? std::string_view() : std::string_view(value).substr(at + 1);
  if (at != 0 && domain.ends_with(".iam.gserviceaccount.com") && !domain.contains('@') && !domain.starts_with('.')) {
    return {};
  }
  return Wrong("service account of Google Cloud", value, "NAME@PROJECT.iam.gserviceaccount.com");
}

struct TraitRow {
  std::string_view set_option;  // "set-logins"; `users add` has it without "set-"
  std::string_view trait;
  bool many;
  Status (*check)(const std::string& value);
};
constexpr std::array<TraitRow, kTraitCount> kTraits{{
    {"set-logins", "logins", true, nullptr},
    {"set-windows-logins", "windows_logins", true, nullptr},
    {"set-kubernetes-users", "kubernetes_users", true, nullptr},
    {"set-kubernetes-groups", "kubernetes_groups", true, nullptr},
    {"set-db-users", "db_users", true, nullptr},
    {"set-db-names", "db_names", true, nullptr},
    {"set-db-roles", "db_roles", true, CheckNoWildcard},
    {"set-aws-role-arns", "aws_role_arns", true, nullptr},
    {"set-azure-identities", "azure_identities", true, CheckAzure},
    {"set-gcp-service-accounts", "gcp_service_accounts", true, CheckGcp},
    {"set-mcp-tools", "mcp_tools", true, nullptr},
    {"set-host-user-uid", "host_user_uid", false, CheckNumber},
    {"set-host-user-gid", "host_user_gid", false, CheckNumber},
    {"set-default-relay-addr", "default_relay_addr", false, nullptr},
}};

std::string_view NameFor(const TraitRow& row, std::string_view prefix) {
  return prefix.empty() ? row.set_option.substr(kSetPrefix.size()) : row.set_option;
}

}  // namespace

std::vector<Option> TraitRowsInto(std::string_view prefix, const std::array<Field, kTraitCount>& fields) {
  std::vector<Option> options;
  for (std::size_t i = 0; i < kTraitCount; ++i) {
    const TraitRow& row = kTraits[i];
    options.push_back({.name = NameFor(row, prefix),
                       .value_name = row.many ? "VALUE,..." : "VALUE",
                       .help = row.many ? "Values of the trait of this name" : "Value of the trait of this name",
                       .repeated = row.many,
                       .may_be_empty = true,
                       .into = fields[i]});
  }
  return options;
}

Result<std::vector<std::string>> SetTraits(const UserTraits& given, types::UserV2& user) {
  std::vector<std::string> changes;
  auto& traits = *user.mutable_spec()->mutable_traits()->mutable_values();
  for (std::size_t i = 0; i < kTraitCount; ++i) {
    if (!given[i]) continue;
    const TraitRow& row = kTraits[i];
    const auto& values = *given[i];
    traits.erase(std::string(row.trait));
    for (const auto& value : values) {
      if (row.check != nullptr) RETURN_IF_ERROR(row.check(value));
      traits[std::string(row.trait)].add_values(value);
    }
    changes.push_back(
        fmt::format("{}: {}", row.trait, values.empty() ? "none" : fmt::format("{}", fmt::join(values, ","))));
  }
  return changes;
}

}  // namespace sallyport
