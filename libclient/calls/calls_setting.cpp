// Settings: each kind has exactly one resource, which always exists.
#include "libclient/calls/calls.h"
#include "libresources/kinds/metadata.h"
#include "teleport/clusterconfig/v1/clusterconfig_service.pb.h"
#include "teleport/legacy/types/cluster_config.pb.h"

namespace sallyport {
namespace {

namespace configv1 = teleport::clusterconfig::v1;

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

template <typename Calls>
Status PutSetting(RpcClient& rpc, const Resource& resource, const google::protobuf::Message*) {
  typename Calls::Message setting = resource.as<typename Calls::Message>();
  SetLabel(setting, std::string(kOriginLabel), "dynamic");
  typename Calls::Upsert request;
  Calls::Set(request, setting);
  RETURN_IF_ERROR(rpc.Call<typename Calls::Message>(ConfigPath("Upsert", Calls::kMethod), request));
  return {};
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

}  // namespace

constinit const KindCalls kAuthPreferenceCalls = SettingRow<AuthPreferenceCalls>("cluster_auth_preference");
constinit const KindCalls kNetworkingConfigCalls = SettingRow<NetworkingCalls>("cluster_networking_config");
constinit const KindCalls kRecordingConfigCalls = SettingRow<RecordingCalls>("session_recording_config");

}  // namespace sallyport
