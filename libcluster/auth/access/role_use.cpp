#include "libcluster/auth/access/role_use.h"

#include <algorithm>

#include "libcluster/backend/store.h"
#include "libresources/kinds/bot.h"
#include "teleport/legacy/types/connector.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

bool NamesRole(const google::protobuf::RepeatedPtrField<std::string>& roles, std::string_view role) {
  return std::ranges::find(roles, role) != roles.end();
}

template <typename Mappings>
bool AnyNames(const Mappings& mappings, std::string_view role) {
  return std::ranges::any_of(mappings, [role](const auto& mapping) { return NamesRole(mapping.roles(), role); });
}

// A bot's own role, which its user has, impersonates the bot's roles.
Result<std::string> UseByUser(Backend& backend, std::string_view role) {
  ASSIGN_OR_RETURN(const auto users, ListAllResources<types::UserV2>(backend));
  for (const auto& user : users) {
    if (NamesRole(user.spec().roles(), role)) return fmt::format("a user: \"{}\"", user.metadata().name());
  }
  ASSIGN_OR_RETURN(const auto roles, ListAllResources<types::RoleV6>(backend));
  for (const auto& other : roles) {
    const auto bot = other.metadata().labels().find(std::string(kBotLabel));
    if (bot == other.metadata().labels().end() || !NamesRole(other.spec().allow().impersonate().roles(), role))
      continue;
    return fmt::format("a bot: \"{}\"", bot->second);
  }
  return std::string();
}

template <typename Connector, typename MappingsOf>
Result<std::string> UseByConnector(Backend& backend, std::string_view role, MappingsOf mappings_of) {
  ASSIGN_OR_RETURN(const auto connectors, ListAllResources<Connector>(backend));
  for (const auto& connector : connectors) {
    if (AnyNames(mappings_of(connector.spec()), role)) {
      return fmt::format("a {} connector: \"{}\"", KindOf<Connector>().kind, connector.metadata().name());
    }
  }
  return std::string();
}

}  // namespace

Result<std::string> UseOfRole(Backend& backend, std::string_view role) {
  ASSIGN_OR_RETURN(std::string use, UseByUser(backend, role));
  if (!use.empty()) return use;
  ASSIGN_OR_RETURN(use, UseByConnector<types::GithubConnectorV3>(backend, role,
                                                                 [](const auto& spec) { return spec.teamstoroles(); }));
  if (!use.empty()) return use;
  ASSIGN_OR_RETURN(use, UseByConnector<types::OIDCConnectorV3>(backend, role,
                                                               [](const auto& spec) { return spec.claimstoroles(); }));
  if (!use.empty()) return use;
  return UseByConnector<types::SAMLConnectorV2>(backend, role,
                                                [](const auto& spec) { return spec.attributestoroles(); });
}

}  // namespace sallyport
