// Servers that announce applications. A name means the application or the host.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/listed_calls.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/resources.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;
using google::protobuf::Message;
using types::AppServerV3;

const AppServerV3& AsServer(const Message& message) { return static_cast<const AppServerV3&>(message); }

std::unexpected<Error> Missing(const std::string& name) {
  return Fail(ErrorKind::kNotFound, "app_server \"{}\" is not found", name);
}

Status ListAppServers(RpcClient& rpc, bool, const MessageSink& sink) {
  return SinkListed(rpc, "app_server", &proto::PaginatedResource::appserver, sink);
}

Status GetAppServer(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  bool found = false;
  RETURN_IF_ERROR(ListAppServers(rpc, false, [&](const Message& server) -> Status {
    if (NameOf(server) != name && AsServer(server).spec().hostname() != name) return {};
    found = true;
    return sink(server);
  }));
  return found ? Status() : Missing(name);
}

bool IsSame(const Message& one, const Message& other) {
  return NameOf(one) == NameOf(other) && AsServer(one).spec().hostid() == AsServer(other).spec().hostid();
}

Status PutAppServer(RpcClient& rpc, const Resource& resource, const Message*) {
  proto::UpsertApplicationServerRequest request;
  *request.mutable_server() = resource.as<AppServerV3>();
  RETURN_IF_ERROR(rpc.Call<types::KeepAlive>("/proto.AuthService/UpsertApplicationServer", request));
  return {};
}

// The name means all hosts that announce the application.
Status RemoveAppServer(RpcClient& rpc, const std::string& name) {
  std::vector<std::string> hosts;
  RETURN_IF_ERROR(ListAppServers(rpc, false, [&](const Message& server) -> Status {
    if (NameOf(server) == name) hosts.push_back(AsServer(server).spec().hostid());
    return {};
  }));
  if (hosts.empty()) return Missing(name);
  for (const std::string& host : hosts) {
    proto::DeleteApplicationServerRequest request;
    request.set_namespace_("default");
    request.set_hostid(host);
    request.set_name(name);
    RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteApplicationServer", request));
  }
  return {};
}

}  // namespace

constinit const KindCalls kAppServerCalls{"app_server",    ListAppServers, GetAppServer, PutAppServer, nullptr,
                                          RemoveAppServer, false,          nullptr,      IsSame};

}  // namespace sallyport
