// Locks.
#include <google/protobuf/empty.pb.h>

#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/lock.pb.h"
#include "tools/tctl/calls.h"

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

Result<bool> PutLock(RpcClient& rpc, const Resource& resource, bool force) {
  ASSIGN_OR_RETURN(const bool found, Found(ReadLock(rpc, NameOf(*resource.message))));
  if (found && !force) return Exists(resource);
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/UpsertLock", resource.as<types::LockV2>()));
  return !found;
}

Status RemoveLock(RpcClient& rpc, const std::string& name) {
  proto::DeleteLockRequest request;
  request.set_name(name);
  RETURN_IF_ERROR(rpc.Call<Empty>("/proto.AuthService/DeleteLock", request));
  return {};
}

}  // namespace

const KindCalls kLockCalls{"lock", ListLocks, GetLock, PutLock, nullptr, RemoveLock};

}  // namespace sallyport
