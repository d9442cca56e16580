#include "libcluster/auth/startup_resources.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <array>

#include "libbase/log.h"
#include "libcluster/auth/resource_file.h"
#include "libresources/difference.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/user.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Message;

// Returns whether the stored resource is equal, so that no write is needed.
template <typename M>
bool IsStored(AuthServer& auth, const Message& message) {
  const auto stored = GetResource<M>(auth.backend(), NameOf(message));
  if (!stored) return false;
  M wanted = static_cast<const M&>(message);
  if constexpr (std::is_same_v<M, types::UserV2>) KeepHistory(*stored, wanted);
  return SaysTheSame(wanted, *stored);
}

// Returns the same for a setting; also skips settings that the configuration file has, as Teleport does.
template <typename M>
bool IsDecided(AuthServer& auth, const Message& message) {
  const auto stored = GetResource<M>(auth.backend(), NameOf(message));
  if (!stored || SaysTheSame(message, *stored)) return stored.has_value();
  const auto labels = LabelsOf(*stored);
  const auto origin = labels.find(std::string(kOriginLabel));
  if (origin == labels.end() || origin->second != "config-file") return false;
  Log(LogLevel::kWarning, "a setting of --apply-on-startup is left out: the configuration file decides this setting",
      {{"kind", std::string(KindOf<M>().kind)}});
  return true;
}

// A bot is stored as a user and a role and does not show all of their fields: always writes it.
bool IsNeverStored(AuthServer&, const Message&) { return false; }

// The write method of each kind, in the order of writing.
struct Row {
  std::string_view kind;
  std::string_view method;
  bool (*is_stored)(AuthServer& auth, const Message& message);
};
constexpr std::array kRows{
    Row{"role", "/proto.AuthService/UpsertRoleV2", IsStored<types::RoleV6>},
    Row{"user", "/teleport.users.v1.UsersService/UpsertUser", IsStored<types::UserV2>},
    Row{"token", "/proto.AuthService/UpsertTokenV2", IsStored<types::ProvisionTokenV2>},
    Row{"cluster_networking_config", "/teleport.clusterconfig.v1.ClusterConfigService/UpsertClusterNetworkingConfig",
        IsDecided<types::ClusterNetworkingConfigV2>},
    Row{"cluster_auth_preference", "/teleport.clusterconfig.v1.ClusterConfigService/UpsertAuthPreference",
        IsDecided<types::AuthPreferenceV2>},
    Row{"bot", "/teleport.machineid.v1.BotService/UpsertBot", IsNeverStored},
};

std::size_t RowIndexOf(const Resource& resource) {
  return static_cast<std::size_t>(std::ranges::find(kRows, resource.kind->kind, &Row::kind) - kRows.begin());
}

// Puts a resource into the field of a request that has its type.
void SetResource(const Message& resource, Message& request) {
  const auto& type = *request.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() != resource.GetDescriptor()) continue;
    request.GetReflection()->MutableMessage(&request, type.field(i))->CopyFrom(resource);
    return;
  }
}

Status Apply(AuthServer& auth, const RpcTable& methods, const Resource& resource) {
  const Row& row = kRows[RowIndexOf(resource)];
  if (row.is_stored(auth, *resource.message)) return {};

  const RpcMethod& method = *methods.Find(row.method);
  const auto request = method.new_request();
  const auto answer = method.new_response();
  if (!resource.kind->singleton_name.empty()) SetLabel(*resource.message, std::string(kOriginLabel), "dynamic");
  SetResource(*resource.message, *request);
  Caller caller{.kind = Caller::Kind::kAdmin, .identity = {}, .remote_address = {}, .access = nullptr};
  caller.identity.username = "system";
  const RpcCall call{.caller = caller, .method = row.method, .client_version = {}, .user_agent = {}};
  return method.handler(call, *request, *answer);
}

}  // namespace

Result<std::vector<Resource>> ReadStartupResources(const std::string& path) {
  std::array<std::string_view, kRows.size()> kinds;
  std::ranges::transform(kRows, kinds.begin(), &Row::kind);
  return ReadResourceFile(path, kinds, "--apply-on-startup");
}

Status ApplyOnStartup(AuthServer& auth, const RpcTable& methods, std::vector<Resource> resources) {
  std::ranges::stable_sort(resources, {}, RowIndexOf);
  for (const Resource& resource : resources) {
    if (const Status applied = Apply(auth, methods, resource); !applied) {
      const std::string name = resource.kind->name_is_secret ? "" : fmt::format(" \"{}\"", NameOf(*resource.message));
      return std::unexpected(InContext(fmt::format("{}{}", resource.kind->kind, name), applied.error()));
    }
  }
  if (!resources.empty()) {
    Log(LogLevel::kInfo, "the resources of the start are applied", {{"resources", std::to_string(resources.size())}});
  }
  return {};
}

}  // namespace sallyport
