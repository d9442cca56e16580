// Methods about locks.
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/kinds.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/lock.pb.h"

namespace sallyport {
namespace {

using google::protobuf::util::MessageDifferencer;
using google::protobuf::util::TimeUtil;
using types::LockV2;

Status UpsertLock(AuthServer& auth, const RpcCall& call, LockV2 lock) {
  if (lock.spec().createdby().empty()) lock.mutable_spec()->set_createdby(call.caller.identity.username);
  if (!lock.spec().has_createdat()) {
    *lock.mutable_spec()->mutable_createdat() = TimeUtil::NanosecondsToTimestamp(Now().time_since_epoch().count());
  }
  RETURN_IF_ERROR(CheckResource(lock));
  return auth.Write(call.caller, audit::kLockCreated, lock, WriteMode::kUpsert);
}

Status GetLocks(AuthServer& auth, const proto::GetLocksRequest& request, proto::GetLocksResponse& answer) {
  ASSIGN_OR_RETURN(auto locks, ListAllResources<LockV2>(auth.backend()));
  const auto now = TimeUtil::NanosecondsToTimestamp(Now().time_since_epoch().count());
  for (auto& lock : locks) {
    if (request.inforceonly() && lock.spec().has_expires() && lock.spec().expires() <= now) continue;
    const bool wanted = request.targets().empty() || std::ranges::any_of(request.targets(), [&](const auto& target) {
                          return MessageDifferencer::Equals(target, lock.spec().target());
                        });
    if (wanted) *answer.add_locks() = std::move(lock);
  }
  return {};
}

}  // namespace

void AddLockMethods(RpcTable& table, AuthServer& auth) {
  using google::protobuf::Empty;
  table.Add({"/proto.AuthService/UpsertLock", RpcAccess::Rule("lock", {"create", "update"}), kRehearsable},
            [&auth](const RpcCall& call, const LockV2& lock, Empty&) { return UpsertLock(auth, call, lock); });

  table.Add({"/proto.AuthService/GetLock", RpcAccess::Rule("lock", {"read"}), kRehearsable},
            [&auth](const RpcCall&, const proto::GetLockRequest& request, LockV2& answer) -> Status {
              ASSIGN_OR_RETURN(answer, GetResource<LockV2>(auth.backend(), request.name()));
              return {};
            });

  table.Add({"/proto.AuthService/GetLocks", RpcAccess::Rule("lock", {"list", "read"}), kRehearsable},
            [&auth](const RpcCall&, const proto::GetLocksRequest& request, proto::GetLocksResponse& answer) {
              return GetLocks(auth, request, answer);
            });

  table.Add({"/proto.AuthService/DeleteLock", RpcAccess::Rule("lock", {"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const proto::DeleteLockRequest& request, Empty&) {
              return auth.Remove(call.caller, audit::kLockDeleted, "lock", request.name());
            });
}

WatchedKind LockWatch() { return {.kind = "lock", .put = &PutWatched<&proto::Event::mutable_lock>}; }

}  // namespace sallyport
