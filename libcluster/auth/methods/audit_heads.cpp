// Methods about the chain of the audit log (docs/protocol/audit.md#hash-chain): its events page by page, its heads, and
// the change of their key.
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/export/audit_keeper.h"
#include "libcluster/auth/export/log_reader.h"
#include "libcluster/backend/event_log.h"
#include "sallyport/v1/audit.pb.h"

namespace sallyport {
namespace {

constexpr std::size_t kHeadsOfAnswer = 1000;

Status ListHeads(AuthServer& auth, const v1::ListHeadsRequest& request, v1::ListHeadsResponse& answer) {
  ASSIGN_OR_RETURN(const auto heads, auth.backend().event_log().Heads(request.after(), kHeadsOfAnswer));
  for (const ChainHead& head : heads) {
    v1::AuditHead& message = *answer.add_heads();
    message.set_day(head.day);
    message.set_first(head.first);
    message.set_last(head.last);
    message.set_hash(head.hash);
    message.set_previous(head.previous);
    message.set_key(head.key);
    message.set_public_key(head.public_key);
    message.set_signature(head.signature);
    message.set_cluster_name(head.cluster_name);
  }
  return {};
}

}  // namespace

void AddAuditHeadMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/sallyport.v1.AuditChainService/Read", RpcAccess::WholeRule("event", {"list"})},
            [&auth](const RpcCall&, const v1::FollowRequest& request, v1::FollowResponse& answer) -> Status {
              ASSIGN_OR_RETURN(LogReader reader, LogReader::Open(auth.backend().event_log(), request));
              return reader.Next(answer);
            });
  table.Add({"/sallyport.v1.AuditChainService/ListHeads", RpcAccess::WholeRule("event", {"list"})},
            [&auth](const RpcCall&, const v1::ListHeadsRequest& request, v1::ListHeadsResponse& answer) {
              return ListHeads(auth, request, answer);
            });
  table.Add({"/sallyport.v1.AuditChainService/RotateKey", RpcAccess::Admin()},
            [&auth](const RpcCall& call, const v1::RotateKeyRequest&, v1::RotateKeyResponse& answer) -> Status {
              RETURN_IF_ERROR(RotateHeadKey(auth, call.caller));
              answer.set_key(KeyIdOf(auth.authorities().AuditKey().public_key()));
              return {};
            });
}

}  // namespace sallyport
