// Methods that rehearse other methods. A rehearsed method runs unchanged, with its own access rule and the caller's
// real rights, over a view of the cluster that keeps the changes (libcluster/backend/rehearsal).
#include <google/protobuf/message.h>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/methods/rehearsals.h"
#include "sallyport/v1/rehearsal_service.pb.h"

namespace sallyport {
namespace {

namespace v1 = sallyport::v1;

Status Rehearse(Rehearsals& rehearsals, const RpcCall& call, const v1::CallRequest& request, v1::CallResponse& answer) {
  ASSIGN_OR_RETURN(const auto cluster, rehearsals.Find(call.caller, request.rehearsal()));
  const RpcMethod* method = cluster->methods.Find(request.method());
  if (method == nullptr || !method->rehearsable) {
    return Fail(ErrorKind::kNotImplemented, "dry runs of {} are not implemented", request.method());
  }
  const RpcCall inner{call.caller, method->path, call.client_version, call.user_agent};
  RETURN_IF_ERROR(AuthServer::Authorize(*method, inner));

  const auto inner_request = method->new_request();
  if (!inner_request->ParseFromString(request.request())) {
    return Fail(ErrorKind::kBadParameter, "{}: the request cannot be decoded", request.method());
  }
  const auto response = method->new_response();
  RETURN_IF_ERROR(method->handler(inner, *inner_request, *response));
  if (!response->SerializeToString(answer.mutable_response())) {
    return Fail(ErrorKind::kInternal, "the answer cannot be encoded");
  }
  return {};
}

}  // namespace

void AddRehearsalMethods(RpcTable& table, AuthServer& auth) {
  const auto rehearsals = std::make_shared<Rehearsals>(auth);

  table.Add({"/sallyport.v1.RehearsalService/Begin", RpcAccess::Authenticated()},
            [rehearsals](const RpcCall& call, const v1::BeginRequest&, v1::BeginResponse& answer) -> Status {
              ASSIGN_OR_RETURN(*answer.mutable_rehearsal(), rehearsals->Begin(call.caller));
              return {};
            });

  table.Add({"/sallyport.v1.RehearsalService/Call", RpcAccess::Authenticated()},
            [rehearsals](const RpcCall& call, const v1::CallRequest& request, v1::CallResponse& answer) {
              return Rehearse(*rehearsals, call, request, answer);
            });

  table.Add({"/sallyport.v1.RehearsalService/End", RpcAccess::Authenticated()},
            [rehearsals](const RpcCall& call, const v1::EndRequest& request, v1::EndResponse&) -> Status {
              rehearsals->End(call.caller, request.rehearsal());
              return {};
            });
}

}  // namespace sallyport
