// Guards users against removing their own access to the cluster.
#pragma once

#include <functional>
#include <vector>

#include "libclient/rpc.h"
#include "libresources/kinds/resource.h"
#include "teleport/legacy/types/user.pb.h"
#include "tools/shell/command.h"

namespace types {
class LockTarget;
}  // namespace types

namespace sallyport {

// The option that turns the checks below off. `To` is the path to its field.
template <auto... To>
inline constexpr Option kForceOption{
    .name = "force", .help = "Make the change even if it removes your own access", .into = Into<To...>};

// Fails with kBadParameter when a change to a user would leave the caller, if that is the user, without the right to
// change users and roles that it has now. `change` is the command's change of the user; nullptr means removal. The
// built-in Admin of the auth service's host loses nothing.
Status CheckKeepsOwnAccess(RpcClient& rpc, const std::string& user, const std::function<void(types::UserV2&)>& change);

// Checks resources to be written in the same way. Commands whose --force has another meaning use --confirm.
Status CheckWritesKeepOwnAccess(RpcClient& rpc, const std::vector<Resource>& written);

// Checks a lock in the same way: it must not match the caller's own name or role.
Status CheckLocksOthers(RpcClient& rpc, const types::LockTarget& target);

}  // namespace sallyport
