// Methods that try what others do. A rehearsed method runs as itself, with its own access rule and the rights that its
// caller really has, over a view of the cluster that takes the changes (libcluster/backend/rehearsal).
#include <google/protobuf/message.h>

#include <algorithm>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/methods/rehearsals.h"
#include "sallyport/v1/rehearsal_service.pb.h"

namespace sallyport {
namespace {

namespace v1 = sallyport::v1;

// What may be rehearsed: methods that read and write resources and do nothing else. By their names and rights: those
// that a rule on a kind governs, and the few of resources of which everybody has some. None that issues certificates,
// which would be real ones of a state that is not.
constexpr std::string_view kVerbs[] = {"Get", "List", "Create", "Update", "Upsert", "Delete", "Reset"};
constexpr std::string_view kEverybodys[] = {
    "/proto.AuthService/GetRole",
    "/proto.AuthService/ListResources",
    "/teleport.users.v1.UsersService/",
    "/teleport.clusterconfig.v1.ClusterConfigService/",
};
// A link of a state that is not would lead nowhere.
constexpr std::string_view kMakesLinks = "CreateResetPasswordToken";

bool MayBeRehearsed(const RpcMethod& method) {
  const std::string_view path = method.path;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto begins_with = [](std::string_view text) {
    return [text](std::string_view start) { return text.starts_with(start); };
  };
  if (name == kMakesLinks || std::ranges::none_of(kVerbs, begins_with(name))) return false;
  return method.access.who == RpcAccess::Who::kRule || std::ranges::any_of(kEverybodys, begins_with(path));
}

Status Rehearse(const RpcTable& methods, Rehearsals& rehearsals, const RpcCall& call, const v1::CallRequest& request,
                v1::CallResponse& answer) {
  ASSIGN_OR_RETURN(const auto rehearsal, rehearsals.Find(call.caller, request.rehearsal()));
  const RpcMethod* method = methods.Find(request.method());
  if (method == nullptr || !MayBeRehearsed(*method)) {
    return Fail(ErrorKind::kNotImplemented, "{} cannot be rehearsed", request.method());
  }
  const RpcCall inner{call.caller, method->path, call.client_version, call.user_agent};
  RETURN_IF_ERROR(AuthServer::Authorize(*method, inner));
  const auto inner_request = method->new_request();
  if (!inner_request->ParseFromString(request.request())) {
    return Fail(ErrorKind::kBadParameter, "{}: the request cannot be decoded", request.method());
  }
  const auto response = method->new_response();
  {
    const RehearsalScope scope(*rehearsal);
    RETURN_IF_ERROR(method->handler(inner, *inner_request, *response));
  }
  if (!response->SerializeToString(answer.mutable_response())) {
    return Fail(ErrorKind::kInternal, "the answer cannot be encoded");
  }
  return {};
}

}  // namespace

void AddRehearsalMethods(RpcTable& table, AuthServer&) {
  const auto rehearsals = std::make_shared<Rehearsals>();
  const auto methods = std::make_shared<const RpcTable>(table);  // those that were added before
  table.Add<v1::BeginRequest, v1::BeginResponse>(
      "/sallyport.v1.RehearsalService/Begin", RpcAccess::Authenticated(),
      [rehearsals](const RpcCall& call, const v1::BeginRequest&, v1::BeginResponse& answer) -> Status {
        ASSIGN_OR_RETURN(*answer.mutable_rehearsal(), rehearsals->Begin(call.caller));
        return {};
      });
  table.Add<v1::CallRequest, v1::CallResponse>(
      "/sallyport.v1.RehearsalService/Call", RpcAccess::Authenticated(),
      [rehearsals, methods](const RpcCall& call, const v1::CallRequest& request, v1::CallResponse& answer) {
        return Rehearse(*methods, *rehearsals, call, request, answer);
      });
  table.Add<v1::EndRequest, v1::EndResponse>(
      "/sallyport.v1.RehearsalService/End", RpcAccess::Authenticated(),
      [rehearsals](const RpcCall& call, const v1::EndRequest& request, v1::EndResponse&) -> Status {
        rehearsals->End(call.caller, request.rehearsal());
        return {};
      });
}

}  // namespace sallyport
