// Discovery configs.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "libclient/pages.h"
#include "teleport/discoveryconfig/v1/discoveryconfig.pb.h"

namespace sallyport {
namespace {

namespace discoveryv1 = teleport::discoveryconfig::v1;
using discoveryv1::DiscoveryConfig;

std::string DiscoveryMethod(std::string_view name) {
  return fmt::format("/teleport.discoveryconfig.v1.DiscoveryConfigService/{}", name);
}

Result<DiscoveryConfig> FetchDiscoveryConfig(RpcClient& rpc, const std::string& name) {
  discoveryv1::GetDiscoveryConfigRequest request;
  request.set_name(name);
  return rpc.Call<DiscoveryConfig>(DiscoveryMethod("GetDiscoveryConfig"), request);
}

Status ListDiscoveryConfigs(RpcClient& rpc, bool, const MessageSink& sink) {
  const auto show = [&](const discoveryv1::ListDiscoveryConfigsResponse& page) {
    return SinkAll(page.discovery_configs(), sink);
  };
  return EachPage<discoveryv1::ListDiscoveryConfigsResponse>(rpc, DiscoveryMethod("ListDiscoveryConfigs"),
                                                             discoveryv1::ListDiscoveryConfigsRequest(), show);
}

Status GetDiscoveryConfig(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto config, FetchDiscoveryConfig(rpc, name));
  return sink(config);
}

Status PutDiscoveryConfig(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored) {
  if (stored != nullptr) {
    discoveryv1::UpsertDiscoveryConfigRequest request;
    *request.mutable_discovery_config() = resource.as<DiscoveryConfig>();
    RETURN_IF_ERROR(rpc.Call<DiscoveryConfig>(DiscoveryMethod("UpsertDiscoveryConfig"), request));
  } else {
    discoveryv1::CreateDiscoveryConfigRequest request;
    *request.mutable_discovery_config() = resource.as<DiscoveryConfig>();
    RETURN_IF_ERROR(rpc.Call<DiscoveryConfig>(DiscoveryMethod("CreateDiscoveryConfig"), request));
  }
  return {};
}

Status RemoveDiscoveryConfig(RpcClient& rpc, const std::string& name) {
  discoveryv1::DeleteDiscoveryConfigRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<google::protobuf::Empty>(DiscoveryMethod("DeleteDiscoveryConfig"), request));
  return {};
}

}  // namespace

constinit const KindCalls kDiscoveryConfigCalls{
    "discovery_config", ListDiscoveryConfigs, GetDiscoveryConfig, PutDiscoveryConfig, nullptr, RemoveDiscoveryConfig};

}  // namespace sallyport
