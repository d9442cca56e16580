// Methods about the settings of the cluster: three kinds with the same four methods each.
#include "libbase/log.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"
#include "libresources/promises.h"
#include "teleport/clusterconfig/v1/clusterconfig_service.pb.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/trust.pb.h"

namespace sallyport {
namespace {

namespace configv1 = teleport::clusterconfig::v1;

template <typename M>
Status WriteSetting(AuthServer& auth, const RpcCall& call, const AuditType& type, M setting, WriteMode mode,
                    M& answer) {
  setting.mutable_metadata()->set_name(std::string(KindOf<M>().singleton_name));
  RETURN_IF_ERROR(CheckResource(setting));
  RETURN_IF_ERROR(CheckPromises(setting));
  for (const std::string& field : FieldsWithoutEffect(setting)) {
    Log(LogLevel::kWarning, "a setting was written that has no effect here",
        {{"kind", std::string(KindOf<M>().kind)}, {"field", field}});
  }
  RETURN_IF_ERROR(auth.Write(call.caller, type, setting, mode));
  answer = std::move(setting);
  return {};
}

template <typename M>
Status ResetSetting(AuthServer& auth, const RpcCall& call, const AuditType& type, M& answer) {
  M setting = NewResource<M>();
  FillInSetting(setting);
  (*setting.mutable_metadata()->mutable_labels())[std::string(kOriginLabel)] = "defaults";
  return WriteSetting(auth, call, type, std::move(setting), WriteMode::kUpsert, answer);
}

// One kind's methods. `Get`, `Update`, `Upsert`, `Reset` are the request types; `setting_of` takes the setting out of
// one.
template <typename M, typename Get, typename Update, typename Upsert, typename Reset, typename SettingOf>
void AddSetting(RpcTable& table, AuthServer& auth, std::string_view method, AuditType type, SettingOf setting_of) {
  const std::string_view kind = KindOf<M>().kind;
  const auto path = [&](std::string_view verb) {
    return fmt::format("/teleport.clusterconfig.v1.ClusterConfigService/{}{}", verb, method);
  };
  table.Add({path("Get"), RpcAccess::Authenticated(), kRehearsable},
            [&auth](const RpcCall&, const Get&, M& answer) -> Status {
              ASSIGN_OR_RETURN(answer, auth.Setting<M>());
              return {};
            });

  table.Add({path("Update"), RpcAccess::Rule(kind, {"update"}), kRehearsable},
            [=, &auth](const RpcCall& call, const Update& request, M& answer) {
              return WriteSetting<M>(auth, call, type, setting_of(request), WriteMode::kUpdate, answer);
            });

  table.Add({path("Upsert"), RpcAccess::Rule(kind, {"create", "update"}), kRehearsable},
            [=, &auth](const RpcCall& call, const Upsert& request, M& answer) {
              return WriteSetting<M>(auth, call, type, setting_of(request), WriteMode::kUpsert, answer);
            });

  table.Add(
      {path("Reset"), RpcAccess::Rule(kind, {"update"}), kRehearsable},
      [=, &auth](const RpcCall& call, const Reset&, M& answer) { return ResetSetting<M>(auth, call, type, answer); });
}

}  // namespace

void AddSettingMethods(RpcTable& table, AuthServer& auth) {
  AddSetting<types::AuthPreferenceV2, configv1::GetAuthPreferenceRequest, configv1::UpdateAuthPreferenceRequest,
             configv1::UpsertAuthPreferenceRequest, configv1::ResetAuthPreferenceRequest>(
      table, auth, "AuthPreference", audit::kAuthPreferenceUpdate,
      [](const auto& request) { return request.auth_preference(); });
  AddSetting<types::ClusterNetworkingConfigV2, configv1::GetClusterNetworkingConfigRequest,
             configv1::UpdateClusterNetworkingConfigRequest, configv1::UpsertClusterNetworkingConfigRequest,
             configv1::ResetClusterNetworkingConfigRequest>(
      table, auth, "ClusterNetworkingConfig", audit::kNetworkingConfigUpdate,
      [](const auto& request) { return request.cluster_network_config(); });
  AddSetting<types::SessionRecordingConfigV2, configv1::GetSessionRecordingConfigRequest,
             configv1::UpdateSessionRecordingConfigRequest, configv1::UpsertSessionRecordingConfigRequest,
             configv1::ResetSessionRecordingConfigRequest>(
      table, auth, "SessionRecordingConfig", audit::kRecordingConfigUpdate,
      [](const auto& request) { return request.session_recording_config(); });

  table.Add(
      {"/teleport.clusterconfig.v1.ClusterConfigService/GetClusterName", RpcAccess::Authenticated(), kRehearsable},
      [&auth](const RpcCall&, const configv1::GetClusterNameRequest&, types::ClusterNameV2& answer) {
        answer.set_kind("cluster_name");
        answer.set_version("v2");
        answer.mutable_metadata()->set_name("cluster-name");
        answer.mutable_spec()->set_clustername(auth.cluster_name());
        return Status();
      });
}

WatchedKind AuthPreferenceWatch() {
  return {.kind = "cluster_auth_preference", .put = &PutWatched<&proto::Event::mutable_authpreference>};
}

WatchedKind NetworkingConfigWatch() {
  return {.kind = "cluster_networking_config", .put = &PutWatched<&proto::Event::mutable_clusternetworkingconfig>};
}

WatchedKind RecordingConfigWatch() {
  return {.kind = "session_recording_config", .put = &PutWatched<&proto::Event::mutable_sessionrecordingconfig>};
}

}  // namespace sallyport
