// Join tokens.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "libclient/calls/join_token.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

Status ListTokens(RpcClient& rpc, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto tokens, AllTokens(rpc));
  for (const auto& token : tokens) RETURN_IF_ERROR(sink(token));
  return {};
}

Status GetToken(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto token, ReadJoinToken(rpc, name));
  return sink(token);
}

Status PutToken(RpcClient& rpc, const Resource& resource, const google::protobuf::Message* stored) {
  if (stored == nullptr) {
    proto::CreateTokenV2Request request;
    *request.mutable_v2() = resource.as<types::ProvisionTokenV2>();
    RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/CreateTokenV2", request));
    return {};
  }
  proto::UpsertTokenV2Request request;
  *request.mutable_v2() = resource.as<types::ProvisionTokenV2>();
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpsertTokenV2", request));
  return {};
}

Status RemoveToken(RpcClient& rpc, const std::string& name) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteToken", ByName(name)));
  return {};
}

}  // namespace

constinit const KindCalls kTokenCalls{"token", ListTokens, GetToken, PutToken, nullptr, RemoveToken};

}  // namespace sallyport
