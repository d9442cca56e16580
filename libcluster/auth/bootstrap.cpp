#include "libcluster/auth/bootstrap.h"

#include <algorithm>
#include <array>
#include <set>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/resource_file.h"
#include "libcluster/auth/users/bots.h"
#include "libcluster/backend/store.h"
#include "libresources/access/presets.h"
#include "libresources/kinds/metadata.h"
#include "libresources/promises.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

// The kinds that administrators write. Hosts announce the other kinds again.
constexpr std::array<std::string_view, 18> kKinds{"role",
                                                  "user",
                                                  "bot",
                                                  "token",
                                                  "lock",
                                                  "cluster_auth_preference",
                                                  "cluster_networking_config",
                                                  "github",
                                                  "oidc",
                                                  "saml",
                                                  "cert_authority",
                                                  "app",
                                                  "db",
                                                  "session_recording_config",
                                                  "node",
                                                  "kube_cluster",
                                                  "server_info",
                                                  "discovery_config"};

bool HasPrivateKeys(const types::CAKeySet& keys) {
  return std::ranges::any_of(keys.tls(), [](const auto& pair) { return !pair.key().empty(); }) ||
         std::ranges::any_of(keys.ssh(), [](const auto& pair) { return !pair.privatekey().empty(); }) ||
         std::ranges::any_of(keys.jwt(), [](const auto& pair) { return !pair.privatekey().empty(); });
}

// Collects one backup into a transaction.
class Restore {
 public:
  Restore(LocalUsers& users, const std::string& cluster_name) : users_(users), cluster_name_(cluster_name) {
    for (const auto& preset : PresetRoles()) roles_.insert(preset->metadata().name());
  }

  Status Add(const Resource& resource) {
    RETURN_IF_ERROR(CheckPromises(*resource.message));
    const std::string_view kind = resource.kind->kind;
    if (kind == "user") return AddUser(resource.as<types::UserV2>());
    if (kind == "bot") return AddBot(resource.as<teleport::machineid::v1::Bot>());
    if (kind == "cert_authority") return AddAuthority(resource.as<types::CertAuthorityV2>());
    if (kind == "role") roles_.insert(NameOf(*resource.message));
    std::unique_ptr<google::protobuf::Message> copy(resource.message->New());
    copy->CopyFrom(*resource.message);
    FillIn(*copy);
    return Write(kind, *copy);
  }

  // Returns the transaction after a check that every user's roles exist.
  Result<BackendTransaction> Finish() && {
    for (const auto& [user, role] : wanted_roles_) {
      if (roles_.contains(role)) continue;
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("user \"{}\" has the role \"{}\", which does not exist", user, role),
                          "add the role to the file");
    }
    return std::move(transaction_);
  }

 private:
  // Fills in a setting as the methods that write settings do.
  static void FillIn(google::protobuf::Message& message) {
    if (auto* preference = dynamic_cast<types::AuthPreferenceV2*>(&message)) FillInSetting(*preference);
    if (auto* networking = dynamic_cast<types::ClusterNetworkingConfigV2*>(&message)) FillInSetting(*networking);
  }

  Status Write(std::string_view kind, google::protobuf::Message& message) {
    if (!keys_.insert(ResourceKey(kind, NameOf(message))).second) {
      return Fail(ErrorKind::kBadParameter, "{} \"{}\" is in the file twice", kind, NameOf(message));
    }
    WriteResource(transaction_, kind, message, WriteMode::kCreate);
    return {};
  }

  Status AddUser(types::UserV2 user) {
    for (const auto& role : user.spec().roles()) wanted_roles_.emplace_back(user.metadata().name(), role);
    user.mutable_status()->set_password_state(types::PASSWORD_STATE_UNSET);
    RETURN_IF_ERROR(users_.TakeSecrets(user, transaction_));
    return Write("user", user);
  }

  Status AddBot(const teleport::machineid::v1::Bot& bot) {
    ASSIGN_OR_RETURN(BotParts parts, PartsOfBot(bot, "", Now()));
    roles_.insert(parts.role.metadata().name());
    RETURN_IF_ERROR(Write("role", parts.role));
    return Write("user", parts.user);
  }

  Status AddAuthority(types::CertAuthorityV2 authority) {
    const auto& spec = authority.spec();
    const bool with_keys = HasPrivateKeys(spec.activekeys());
    const bool own = authority.metadata().name() == cluster_name_;
    if (with_keys != own) {
      return FailWithHint(
          ErrorKind::kBadParameter,
          fmt::format("the {} authority of \"{}\" {}", spec.type(), authority.metadata().name(),
                      own ? "has no private key"
                          : fmt::format("has private keys, and the name of this cluster is \"{}\"", cluster_name_)),
          own ? "back up the authority with tctl get cert_authority --with-secrets, or leave the authority out: the "
                "cluster then makes a new one"
              : "set auth_service.cluster_name to the name of the cluster in the backup");
    }
    return Write(fmt::format("cert_authority/{}", spec.type()), authority);
  }

  LocalUsers& users_;
  const std::string cluster_name_;
  std::set<std::string> roles_;
  std::vector<std::pair<std::string, std::string>> wanted_roles_;  // pairs of user and role
  std::set<std::string> keys_;
  BackendTransaction transaction_;
};

}  // namespace

Result<std::vector<Resource>> ReadBootstrap(const std::string& path) {
  return ReadResourceFile(path, kKinds, "--bootstrap");
}

Result<bool> Bootstrap(Backend& backend, LocalUsers& users, const std::string& cluster_name,
                       const std::vector<Resource>& resources) {
  ASSIGN_OR_RETURN(const auto authorities, backend.List(ResourceKey("cert_authority", ""), "", 1));
  if (!authorities.empty()) return false;

  Restore restore(users, cluster_name);
  for (const auto& resource : resources) RETURN_IF_ERROR(restore.Add(resource));
  ASSIGN_OR_RETURN(BackendTransaction transaction, std::move(restore).Finish());
  RETURN_IF_ERROR(backend.Commit(std::move(transaction)));
  return true;
}

}  // namespace sallyport
