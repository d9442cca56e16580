// Labels that administrators give to nodes.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using types::ServerInfoV1;

Status ListServerInfos(RpcClient& rpc, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto infos, rpc.CallForAll<ServerInfoV1>("/proto.AuthService/GetServerInfos", Empty()));
  return SinkAll(infos, sink);
}

Result<ServerInfoV1> FetchServerInfo(RpcClient& rpc, const std::string& name) {
  return rpc.Call<ServerInfoV1>("/proto.AuthService/GetServerInfo", ByName(name));
}

Status GetServerInfo(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto info, FetchServerInfo(rpc, name));
  return sink(info);
}

Status PutServerInfo(RpcClient& rpc, const Resource& resource, const google::protobuf::Message*) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpsertServerInfo", resource.as<ServerInfoV1>()));
  return {};
}

Status RemoveServerInfo(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteServerInfo", ByName(name)));
  return {};
}

}  // namespace

constinit const KindCalls kServerInfoCalls{"server_info", ListServerInfos, GetServerInfo,
                                           PutServerInfo, nullptr,         RemoveServerInfo};

}  // namespace sallyport
