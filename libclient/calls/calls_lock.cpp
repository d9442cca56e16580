// Locks.
#include <google/protobuf/empty.pb.h>

#include "libclient/calls/calls.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/lock.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

Status ListLocks(RpcClient& rpc, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto answer,
                   rpc.Call<proto::GetLocksResponse>("/proto.AuthService/GetLocks", proto::GetLocksRequest()));
  for (const auto& lock : answer.locks()) RETURN_IF_ERROR(sink(lock));
  return {};
}

Result<types::LockV2> ReadLock(RpcClient& rpc, const std::string& name) {
  proto::GetLockRequest request;
  request.set_name(name);
  return rpc.Call<types::LockV2>("/proto.AuthService/GetLock", request);
}

Status GetLock(RpcClient& rpc, const std::string& name, bool, const MessageSink& sink) {
  ASSIGN_OR_RETURN(const auto lock, ReadLock(rpc, name));
  return sink(lock);
}

// Copies the creator and the time of a lock.
void CompleteLock(google::protobuf::Message& wanted, const google::protobuf::Message& stored) {
  auto& spec = *static_cast<types::LockV2&>(wanted).mutable_spec();
  const auto& was = static_cast<const types::LockV2&>(stored).spec();
  if (!spec.has_createdat()) *spec.mutable_createdat() = was.createdat();
  if (spec.createdby().empty()) spec.set_createdby(was.createdby());
}

Status PutLock(RpcClient& rpc, const Resource& resource, const google::protobuf::Message*) {
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpsertLock", resource.as<types::LockV2>()));
  return {};
}

Status RemoveLock(RpcClient& rpc, const std::string& name) {
  proto::DeleteLockRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteLock", request));
  return {};
}

}  // namespace

constinit const KindCalls kLockCalls{"lock", ListLocks, GetLock, PutLock, nullptr, RemoveLock, false, CompleteLock};

}  // namespace sallyport
