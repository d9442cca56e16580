#include "libmachine/operator/custom_kind.h"

#include <algorithm>

#include <fmt/format.h>

namespace sallyport {
namespace {

// clang-format off
constexpr CustomKind kCustomKinds[] = {
    {"TeleportAppV3", "teleportappsv3", "teleportappv3", "appv3 appsv3", "v1", true, "app", "v3"},
    {"TeleportBotV1", "teleportbotsv1", "teleportbotv1", "botv1 botsv1", "v1", true, "bot", "v1"},
    {"TeleportDatabaseV3", "teleportdatabasesv3", "teleportdatabasev3", "databasev3 databasesv3", "v1", true,
     "db", "v3"},
    {"TeleportGithubConnector", "teleportgithubconnectors", "teleportgithubconnector",
     "githubconnector githubconnectors", "v3", true, "github", "v3"},
    {"TeleportOIDCConnector", "teleportoidcconnectors", "teleportoidcconnector", "oidcconnector oidcconnectors", "v3",
     true, "oidc", "v3"},
    {"TeleportOpenSSHEICEServerV2", "teleportopenssheiceserversv2", "teleportopenssheiceserverv2",
     "openssheiceserverv2 openssheiceserversv2", "v1", true, "node", "v2", "openssh-ec2-ice"},
    {"TeleportOpenSSHServerV2", "teleportopensshserversv2", "teleportopensshserverv2",
     "opensshserverv2 opensshserversv2", "v1", true, "node", "v2", "openssh"},
    {"TeleportProvisionToken", "teleportprovisiontokens", "teleportprovisiontoken", "provisiontoken provisiontokens",
     "v2", true, "token", "v2"},
    {"TeleportRole", "teleportroles", "teleportrole", "", "v5", true, "role", "v5"},
    {"TeleportRole", "teleportroles", "teleportrole", "", "v6", false, "role", "v6"},
    {"TeleportRoleV6", "teleportrolesv6", "teleportrolev6", "rolev6 rolesv6", "v1", true, "role", "v6"},
    {"TeleportRoleV7", "teleportrolesv7", "teleportrolev7", "rolev7 rolesv7", "v1", true, "role", "v7"},
    {"TeleportRoleV8", "teleportrolesv8", "teleportrolev8", "rolev8 rolesv8", "v1", true, "role", "v8"},
    {"TeleportSAMLConnector", "teleportsamlconnectors", "teleportsamlconnector", "samlconnector samlconnectors", "v2",
     true, "saml", "v2"},
    {"TeleportTrustedClusterV2", "teleporttrustedclustersv2", "teleporttrustedclusterv2",
     "trustedclusterv2 trustedclustersv2", "v1", true, "trusted_cluster", "v2"},
    {"TeleportUser", "teleportusers", "teleportuser", "user users", "v2", true, "user", "v2"},
    {"TeleportWorkloadIdentityV1", "teleportworkloadidentitiesv1", "teleportworkloadidentityv1",
     "workloadidentityv1 workloadidentitiesv1", "v1", true, "workload_identity", "v1"},
};
// clang-format on

}  // namespace

std::span<const CustomKind> CustomKinds() { return kCustomKinds; }

const CustomKind* FindCustomKind(std::string_view kind) {
  const auto* const found =
      std::ranges::find_if(kCustomKinds, [&](const CustomKind& row) { return row.kind == kind && row.stored; });
  return found == std::end(kCustomKinds) ? nullptr : found;
}

KubeResource KubeResourceOf(const CustomKind& kind) {
  return {.group = std::string(kCustomGroup), .version = std::string(kind.version), .plural = std::string(kind.plural)};
}

std::string ApiVersionOf(const CustomKind& kind) { return fmt::format("{}/{}", kCustomGroup, kind.version); }

}  // namespace sallyport
