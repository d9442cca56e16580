#include "libresources/kinds/join_method.h"

#include <algorithm>

namespace sallyport {
namespace {

constexpr JoinMethodRules kJoinMethods[] = {
    {kJoinByToken, "", "", ""},
    {"ec2", "", "", ""},
    {"iam", "", "", ""},
    {"github", "github", "allow", "repository repository_owner sub"},
    {"circleci", "circleci", "allow organization_id", "project_id context_id"},
    {"kubernetes", "kubernetes", "allow", "service_account"},
    {"azure", "azure", "allow", "subscription"},
    {"azure_devops", "azure_devops", "allow organization_id", "sub project_name project_id"},
    {"gitlab", "gitlab", "allow", "sub namespace_path project_path ci_config_ref_uri"},
    {"gcp", "gcp", "allow", "project_ids"},
    {"spacelift", "spacelift", "allow hostname", "space_id caller_id"},
    {"tpm", "tpm", "allow", "ek_public_hash ek_certificate_serial"},
    {"terraform_cloud", "terraform_cloud", "allow", "organization_id organization_name"},
    {"bitbucket", "bitbucket", "allow audience identity_provider_url", "workspace_uuid repository_uuid"},
    {"oracle", "oracle", "allow", "tenancy"},
    {"bound_keypair", "", "", ""},
};

}  // namespace

std::span<const JoinMethodRules> AllJoinMethods() { return kJoinMethods; }

const JoinMethodRules* FindJoinMethodRules(std::string_view name) {
  const auto* const found = std::ranges::find(kJoinMethods, name, &JoinMethodRules::name);
  return found == std::end(kJoinMethods) ? nullptr : found;
}

}  // namespace sallyport
