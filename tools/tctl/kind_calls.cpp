#include "tools/tctl/kind_calls.h"

#include <google/protobuf/empty.pb.h>

#include <algorithm>
#include <array>

#include "libclient/pages.h"
#include "libresources/cert_authority.h"
#include "libresources/metadata.h"
#include "teleport/clusterconfig/v1/clusterconfig_service.pb.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/lock.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"
#include "teleport/users/v1/users_service.pb.h"
#include "tools/tctl/calls_access_request.h"
#include "tools/tctl/join_token.h"

namespace sallyport {
namespace {

namespace usersv1 = teleport::users::v1;
namespace trustv1 = teleport::trust::v1;
namespace configv1 = teleport::clusterconfig::v1;
using google::protobuf::Empty;

std::unexpected<Error> Exists(const Resource& resource) {
  return FailWithHint(ErrorKind::kAlreadyExists,
                      fmt::format("{} \"{}\" already exists", resource.kind->kind, NameOf(*resource.message)),
                      "replace it: tctl create -f");
}

// Whether a read found something: absence is no error here.
template <typename T>
Result<bool> Found(const Result<T>& read) {
  if (read) return true;
  if (read.error().kind == ErrorKind::kNotFound) return false;
  return std::unexpected(read.error());
}

template <typename Items>
Status SinkAll(const Items& items, const MessageSink& sink) {
  for (const auto& item : items) RETURN_IF_ERROR(sink(item));
  return {};
}

// Roles.

Status ListRoles(RpcClient& rpc, bool, const MessageSink& sink) {
  const auto show = [&](const proto::ListRolesResponse& page) { return SinkAll(page.roles(), sink); };
  return EachPage<proto::ListRolesResponse>(rpc, "/proto.AuthService/ListRoles", proto::ListRolesRequest(), show);
}

Result<types::RoleV6> ReadRole(RpcClient& rpc, const std::string& name) {
  proto::GetRoleRequest request;
  request.set_name(name);
  return rpc.Call<types::RoleV6>("/proto.AuthService/GetRole", request);
}

Status GetRole(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto role, ReadRole(rpc, name));
  return sink(role);
}

Result<bool> PutRole(RpcClient& rpc, const Resource& resource, bool force) {
  ASSIGN_OR_RETURN(const bool found, Found(ReadRole(rpc, NameOf(*resource.message))));
  if (found && !force) return Exists(resource);
  proto::UpsertRoleRequest request;
  *request.mutable_role() = resource.as<types::RoleV6>();
  RETURN_IF_ERROR(rpc.Call<types::RoleV6>("/proto.AuthService/UpsertRoleV2", request));
  return !found;
}

Status UpdateRole(RpcClient& rpc, const Resource& resource) {
  proto::UpdateRoleRequest request;
  *request.mutable_role() = resource.as<types::RoleV6>();
  RETURN_IF_ERROR(rpc.Call<types::RoleV6>("/proto.AuthService/UpdateRole", request));
  return {};
}

Status RemoveRole(RpcClient& rpc, const std::string& name) {
  proto::DeleteRoleRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteRole", request));
  return {};
}

// Users.

Status ListUsers(RpcClient& rpc, bool with_secrets, const MessageSink& sink) {
  usersv1::ListUsersRequest request;
  request.set_with_secrets(with_secrets);
  const auto show = [&](const usersv1::ListUsersResponse& page) { return SinkAll(page.users(), sink); };
  return EachPage<usersv1::ListUsersResponse>(rpc, "/teleport.users.v1.UsersService/ListUsers", request, show);
}

Result<types::UserV2> ReadUser(RpcClient& rpc, const std::string& name, bool with_secrets = false) {
  usersv1::GetUserRequest request;
  request.set_with_secrets(with_secrets);
  request.set_name(name);
  ASSIGN_OR_RETURN(auto answer, rpc.Call<usersv1::GetUserResponse>("/teleport.users.v1.UsersService/GetUser", request));
  return std::move(*answer.mutable_user());
}

Status GetUser(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto user, ReadUser(rpc, name, with_secrets));
  return sink(user);
}

Result<bool> PutUser(RpcClient& rpc, const Resource& resource, bool force) {
  const auto stored = ReadUser(rpc, NameOf(*resource.message));
  ASSIGN_OR_RETURN(const bool found, Found(stored));
  if (found && !force) return Exists(resource);
  if (!found) {
    usersv1::CreateUserRequest request;
    *request.mutable_user() = resource.as<types::UserV2>();
    RETURN_IF_ERROR(rpc.Call<usersv1::CreateUserResponse>("/teleport.users.v1.UsersService/CreateUser", request));
    return true;
  }
  usersv1::UpsertUserRequest request;
  *request.mutable_user() = resource.as<types::UserV2>();
  *request.mutable_user()->mutable_spec()->mutable_createdby() = stored->spec().createdby();
  RETURN_IF_ERROR(rpc.Call<usersv1::UpsertUserResponse>("/teleport.users.v1.UsersService/UpsertUser", request));
  return false;
}

Status UpdateUser(RpcClient& rpc, const Resource& resource) {
  usersv1::UpdateUserRequest request;
  *request.mutable_user() = resource.as<types::UserV2>();
  RETURN_IF_ERROR(rpc.Call<usersv1::UpdateUserResponse>("/teleport.users.v1.UsersService/UpdateUser", request));
  return {};
}

Status RemoveUser(RpcClient& rpc, const std::string& name) {
  usersv1::DeleteUserRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<Empty>("/teleport.users.v1.UsersService/DeleteUser", request));
  return {};
}

// Tokens.

Status ListTokens(RpcClient& rpc, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto tokens, AllTokens(rpc));
  for (const auto& token : tokens) RETURN_IF_ERROR(sink(token));
  return {};
}

types::ResourceRequest ByName(const std::string& name) {
  types::ResourceRequest request;
  request.set_name(name);
  return request;
}

Status GetToken(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto token, rpc.Call<types::ProvisionTokenV2>("/proto.AuthService/GetToken", ByName(name)));
  return sink(token);
}

Result<bool> PutToken(RpcClient& rpc, const Resource& resource, bool force) {
  const auto stored =
      rpc.Call<types::ProvisionTokenV2>("/proto.AuthService/GetToken", ByName(NameOf(*resource.message)));
  ASSIGN_OR_RETURN(const bool found, Found(stored));
  if (found && !force) return FailWithHint(ErrorKind::kAlreadyExists, "this token already exists", "tctl create -f");
  proto::UpsertTokenV2Request request;
  *request.mutable_v2() = resource.as<types::ProvisionTokenV2>();
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpsertTokenV2", request));
  return !found;
}

Status RemoveToken(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteToken", ByName(name)));
  return {};
}

// Kubernetes.

Status ListKubeClusters(RpcClient& rpc, bool, const MessageSink& sink) {
  using Page = proto::ListKubernetesClustersResponse;
  const auto show = [&](const Page& page) { return SinkAll(page.kubernetes_clusters(), sink); };
  return EachPage<Page>(rpc, "/proto.AuthService/ListKubernetesClusters", proto::ListKubernetesClustersRequest(), show);
}

Status GetKubeCluster(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto cluster,
                   rpc.Call<types::KubernetesClusterV3>("/proto.AuthService/GetKubernetesCluster", ByName(name)));
  return sink(cluster);
}

Result<bool> PutKubeCluster(RpcClient& rpc, const Resource& resource, bool force) {
  auto cluster = resource.as<types::KubernetesClusterV3>();
  const auto created = rpc.Call<Empty>("/proto.AuthService/CreateKubernetesCluster", cluster);
  if (created) return true;
  if (created.error().kind != ErrorKind::kAlreadyExists) return std::unexpected(created.error());
  if (!force) return Exists(resource);
  cluster.mutable_metadata()->clear_revision();  // whatever is there is replaced
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpdateKubernetesCluster", cluster));
  return false;
}

// The cluster checks the revision of an update.
Status UpdateKubeCluster(RpcClient& rpc, const Resource& resource) {
  const auto& cluster = resource.as<types::KubernetesClusterV3>();
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpdateKubernetesCluster", cluster));
  return {};
}

Status RemoveKubeCluster(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteKubernetesCluster", ByName(name)));
  return {};
}

Status ListKubeServers(RpcClient& rpc, bool, const MessageSink& sink) {
  proto::ListResourcesRequest request;
  request.set_resourcetype("kube_server");
  request.set_namespace_("default");
  const auto show = [&](const proto::ListResourcesResponse& page) -> Status {
    for (const auto& item : page.resources()) RETURN_IF_ERROR(sink(item.kubernetesserver()));
    return {};
  };
  return EachPage<proto::ListResourcesResponse>(rpc, "/proto.AuthService/ListResources", request, show);
}

// Several servers may announce one name; all of them are meant.
Status GetKubeServer(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  bool found = false;
  RETURN_IF_ERROR(ListKubeServers(rpc, false, [&](const google::protobuf::Message& server) -> Status {
    if (NameOf(server) != name) return {};
    found = true;
    return sink(server);
  }));
  return found ? Status() : Fail(ErrorKind::kNotFound, "kube_server \"{}\" is not found", name);
}

// Certificate authorities.

Status GetAuthoritiesOf(RpcClient& rpc, const std::string& type, bool with_secrets, const MessageSink& sink) {
  trustv1::GetCertAuthoritiesRequest request;
  request.set_type(type);
  request.set_include_key(with_secrets);
  ASSIGN_OR_RETURN(const auto answer, rpc.Call<trustv1::GetCertAuthoritiesResponse>(
                                          "/teleport.trust.v1.TrustService/GetCertAuthorities", request));
  for (const auto& authority : answer.cert_authorities_v2()) RETURN_IF_ERROR(sink(authority));
  return {};
}

Status ListAuthorities(RpcClient& rpc, bool with_secrets, const MessageSink& sink) {
  for (const auto type : CertAuthorityTypes()) {
    RETURN_IF_ERROR(GetAuthoritiesOf(rpc, std::string(type), with_secrets, sink));
  }
  return {};
}

// "host" gives all of the type, "host/CLUSTER" one.
Status GetAuthority(RpcClient& rpc, const std::string& name, bool with_secrets, const MessageSink& sink) {
  const auto slash = name.find('/');
  if (slash == std::string::npos) return GetAuthoritiesOf(rpc, name, with_secrets, sink);
  trustv1::GetCertAuthorityRequest request;
  request.set_type(name.substr(0, slash));
  request.set_domain(name.substr(slash + 1));
  request.set_include_key(with_secrets);
  ASSIGN_OR_RETURN(const auto authority,
                   rpc.Call<types::CertAuthorityV2>("/teleport.trust.v1.TrustService/GetCertAuthority", request));
  return sink(authority);
}

// Locks.

Status ListLocks(RpcClient& rpc, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto answer,
                   rpc.Call<proto::GetLocksResponse>("/proto.AuthService/GetLocks", proto::GetLocksRequest()));
  for (const auto& lock : answer.locks()) RETURN_IF_ERROR(sink(lock));
  return {};
}

Result<types::LockV2> ReadLock(RpcClient& rpc, const std::string& name) {
  proto::GetLockRequest request;
  request.set_name(name);
  return rpc.Call<types::LockV2>("/proto.AuthService/GetLock", request);
}

Status GetLock(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto lock, ReadLock(rpc, name));
  return sink(lock);
}

Result<bool> PutLock(RpcClient& rpc, const Resource& resource, bool force) {
  ASSIGN_OR_RETURN(const bool found, Found(ReadLock(rpc, NameOf(*resource.message))));
  if (found && !force) return Exists(resource);
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpsertLock", resource.as<types::LockV2>()));
  return !found;
}

Status RemoveLock(RpcClient& rpc, const std::string& name) {
  proto::DeleteLockRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteLock", request));
  return {};
}

// Settings: there is one of each, and it is always there.

std::string ConfigPath(std::string_view verb, std::string_view method) {
  return fmt::format("/teleport.clusterconfig.v1.ClusterConfigService/{}{}", verb, method);
}

struct AuthPreferenceCalls {
  using Message = types::AuthPreferenceV2;
  using Get = configv1::GetAuthPreferenceRequest;
  using Update = configv1::UpdateAuthPreferenceRequest;
  using Upsert = configv1::UpsertAuthPreferenceRequest;
  using Reset = configv1::ResetAuthPreferenceRequest;
  static constexpr std::string_view kMethod = "AuthPreference";
  template <typename Request>
  static void Set(Request& request, const Message& setting) {
    *request.mutable_auth_preference() = setting;
  }
};
struct NetworkingCalls {
  using Message = types::ClusterNetworkingConfigV2;
  using Get = configv1::GetClusterNetworkingConfigRequest;
  using Update = configv1::UpdateClusterNetworkingConfigRequest;
  using Upsert = configv1::UpsertClusterNetworkingConfigRequest;
  using Reset = configv1::ResetClusterNetworkingConfigRequest;
  static constexpr std::string_view kMethod = "ClusterNetworkingConfig";
  template <typename Request>
  static void Set(Request& request, const Message& setting) {
    *request.mutable_cluster_network_config() = setting;
  }
};
struct RecordingCalls {
  using Message = types::SessionRecordingConfigV2;
  using Get = configv1::GetSessionRecordingConfigRequest;
  using Update = configv1::UpdateSessionRecordingConfigRequest;
  using Upsert = configv1::UpsertSessionRecordingConfigRequest;
  using Reset = configv1::ResetSessionRecordingConfigRequest;
  static constexpr std::string_view kMethod = "SessionRecordingConfig";
  template <typename Request>
  static void Set(Request& request, const Message& setting) {
    *request.mutable_session_recording_config() = setting;
  }
};

template <typename Calls>
Status ListSetting(RpcClient& rpc, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto setting,
                   rpc.Call<typename Calls::Message>(ConfigPath("Get", Calls::kMethod), typename Calls::Get()));
  return sink(setting);
}

template <typename Calls>
Status GetSetting(RpcClient& rpc, const std::string&, bool with_secrets, const MessageSink& sink) {
  return ListSetting<Calls>(rpc, with_secrets, sink);
}

// A setting that is not the default any more is replaced with -f only.
template <typename Calls>
Result<bool> PutSetting(RpcClient& rpc, const Resource& resource, bool force) {
  ASSIGN_OR_RETURN(const auto stored,
                   rpc.Call<typename Calls::Message>(ConfigPath("Get", Calls::kMethod), typename Calls::Get()));
  const auto labels = LabelsOf(stored);
  const auto origin = labels.find(std::string(kOriginLabel));
  const bool changed = origin != labels.end() && origin->second != "defaults";
  if (changed && !force) return Exists(resource);
  typename Calls::Message setting = resource.as<typename Calls::Message>();
  SetLabel(setting, std::string(kOriginLabel), "dynamic");
  typename Calls::Upsert request;
  Calls::Set(request, setting);
  RETURN_IF_ERROR(rpc.Call<typename Calls::Message>(ConfigPath("Upsert", Calls::kMethod), request));
  return false;
}

template <typename Calls>
Status UpdateSetting(RpcClient& rpc, const Resource& resource) {
  typename Calls::Message setting = resource.as<typename Calls::Message>();
  SetLabel(setting, std::string(kOriginLabel), "dynamic");
  typename Calls::Update request;
  Calls::Set(request, setting);
  RETURN_IF_ERROR(rpc.Call<typename Calls::Message>(ConfigPath("Update", Calls::kMethod), request));
  return {};
}

template <typename Calls>
Status ResetSetting(RpcClient& rpc, const std::string&) {
  RETURN_IF_ERROR(rpc.Call<typename Calls::Message>(ConfigPath("Reset", Calls::kMethod), typename Calls::Reset()));
  return {};
}

template <typename Calls>
constexpr KindCalls SettingRow(std::string_view kind) {
  return {kind, ListSetting<Calls>, GetSetting<Calls>, PutSetting<Calls>, UpdateSetting<Calls>, ResetSetting<Calls>};
}

const std::array kCalls{
    KindCalls{"role", ListRoles, GetRole, PutRole, UpdateRole, RemoveRole},
    KindCalls{"user", ListUsers, GetUser, PutUser, UpdateUser, RemoveUser},
    KindCalls{"token", ListTokens, GetToken, PutToken, nullptr, RemoveToken},
    KindCalls{"kube_cluster", ListKubeClusters, GetKubeCluster, PutKubeCluster, UpdateKubeCluster, RemoveKubeCluster},
    KindCalls{"kube_server", ListKubeServers, GetKubeServer, nullptr, nullptr, nullptr},
    KindCalls{"cert_authority", ListAuthorities, GetAuthority, nullptr, nullptr, nullptr},
    KindCalls{"lock", ListLocks, GetLock, PutLock, nullptr, RemoveLock},
    AccessRequestCalls(),
    SettingRow<AuthPreferenceCalls>("cluster_auth_preference"),
    SettingRow<NetworkingCalls>("cluster_networking_config"),
    SettingRow<RecordingCalls>("session_recording_config"),
};

}  // namespace

Result<const KindCalls*> CallsOf(const KindRow& kind) {
  const auto found = std::ranges::find(kCalls, kind.kind, &KindCalls::kind);
  if (found == kCalls.end())
    return Fail(ErrorKind::kNotImplemented, "resources of kind {} are not implemented", kind.kind);
  return &*found;
}

Result<const KindCalls*> WritingCallsOf(const KindRow& kind) {
  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(kind));
  if (calls->put != nullptr) return calls;
  return Fail(ErrorKind::kNotImplemented, "a {} cannot be written with tctl create", kind.kind);
}

Status CheckNotOfFile(const KindRow& kind, const google::protobuf::Message& stored) {
  if (kind.singleton_name.empty()) return {};
  const auto labels = LabelsOf(stored);
  const auto origin = labels.find(std::string(kOriginLabel));
  if (origin == labels.end() || origin->second != "config-file") return {};
  return FailWithHint(
      ErrorKind::kBadParameter,
      fmt::format("{} is set by the configuration file, which takes it back at the next start", kind.kind),
      "change the file, or add --confirm");
}

Status UpdateResource(RpcClient& rpc, const Resource& resource) {
  ASSIGN_OR_RETURN(const KindCalls* calls, CallsOf(*resource.kind));
  if (calls->update != nullptr) return calls->update(rpc, resource);
  if (calls->put == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "a {} is not written by hand", resource.kind->kind);
  }
  RETURN_IF_ERROR(
      calls->get(rpc, NameOf(*resource.message), false, [&](const google::protobuf::Message& now) -> Status {
        if (RevisionOf(now) == RevisionOf(*resource.message)) return {};
        return Fail(ErrorKind::kCompareFailed, "the {} has another revision now", resource.kind->kind);
      }));
  RETURN_IF_ERROR(calls->put(rpc, resource, true));
  return {};
}

}  // namespace sallyport
