// Access requests, which `tctl requests create` creates, not `tctl create`.
#include <google/protobuf/empty.pb.h>

#include "libclient/access_requests.h"
#include "libclient/calls/calls.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {
namespace {

Status ListAccessRequests(RpcClient& rpc, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto requests, FetchAccessRequests(rpc, {}));
  for (const auto& request : requests) RETURN_IF_ERROR(sink(request));
  return {};
}

Status GetAccessRequest(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto request, FetchAccessRequest(rpc, name));
  return sink(request);
}

Status RemoveAccessRequest(RpcClient& rpc, const std::string& name) {
  proto::RequestID request;
  request.set_id(name);
  RETURN_IF_ERROR(rpc.Call<google::protobuf::Empty>("/proto.AuthService/DeleteAccessRequest", request));
  return {};
}

}  // namespace

constinit const KindCalls kAccessRequestCalls{"access_request", ListAccessRequests, GetAccessRequest, nullptr,
                                              nullptr,          RemoveAccessRequest};

}  // namespace sallyport
