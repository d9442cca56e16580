#include "libcluster/auth/methods/http_api.h"

#include "libbase/json.h"
#include "libbase/version.h"
#include "libcluster/net/http_json.h"
#include "libresources/kinds/metadata.h"
#include "libresources/kinds/resource.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

// The time for which a service counts as running after its last announcement.
constexpr std::chrono::minutes kHeartbeatLife{10};

}  // namespace

Value AuthHttpApi::Server(std::string_view kind, const std::string& address) const {
  types::ServerV2 server;
  server.set_kind(std::string(kind));
  server.set_version("v2");
  server.mutable_metadata()->set_name(options_.host_id);
  SetExpires(server, Now() + kHeartbeatLife);
  auto& spec = *server.mutable_spec();
  spec.set_addr(address);
  spec.set_hostname(options_.hostname);
  spec.set_version(std::string(kWireVersion));
  spec.mutable_rotation();
  spec.add_public_addrs(address);
  return EncodeMessage(server);
}

Result<Value> AuthHttpApi::Answer(const HttpRequest& request) {
  ASSIGN_OR_RETURN(const auto caller,
                   auth_.authenticator().Authenticate(request.peer_chain_pem, request.remote_address, ""));
  if (caller->kind == Caller::Kind::kNobody) {
    return Fail(ErrorKind::kAccessDenied, "access denied: this API needs a client certificate; log in first");
  }

  if (request.method == "GET" && request.path == "/v2/authservers") {
    RETURN_IF_ERROR(AuthServer::CheckRule(*caller, "auth_server", "list"));
    return Value(Value::List{Server("auth_server", options_.auth_address)});
  }
  if (request.method == "GET" && request.path == "/v2/proxies") {
    RETURN_IF_ERROR(AuthServer::CheckRule(*caller, "proxy", "list"));
    return Value(Value::List{Server("proxy", options_.proxy_address)});
  }
  if (request.method == "GET" && request.path == "/v2/configuration/name") {
    return Value(Value::Map{{"kind", "cluster_name"},
                            {"version", "v2"},
                            {"metadata", Value::Map{{"name", "cluster-name"}}},
                            {"spec", Value::Map{{"cluster_name", auth_.cluster_name()}}}});
  }

  return Fail(ErrorKind::kNotFound, "path not found");
}

HttpResponse AuthHttpApi::Handle(const HttpRequest& request) {
  const auto answer = Answer(request);
  return answer ? JsonResponse(*answer) : ErrorResponse(answer.error());
}

}  // namespace sallyport
