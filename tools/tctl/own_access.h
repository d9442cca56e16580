// Guards people against taking their own way into the cluster away.
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

// Of the commands that could: with it they do not ask the checks below. `To` is the path to its field.
template <auto... To>
inline constexpr Option kForceOption{
    .name = "force", .help = "Also when it takes your own access away", .into = Into<To...>};

// Fails with kBadParameter when a change to a user would leave the caller, if that is the user, without the right to
// change users and roles that it has now. `change` is what the command does to the user; nullptr: it is removed. The
// built-in Admin of the auth service's host loses nothing.
Status CheckKeepsOwnAccess(RpcClient& rpc, const std::string& user, const std::function<void(types::UserV2&)>& change);

// The same for resources that are to be written: what --confirm is for where --force has another meaning.
Status CheckWritesKeepOwnAccess(RpcClient& rpc, const std::vector<Resource>& written);

// The same for a lock: it must not hit the caller's own name or role.
Status CheckLocksOthers(RpcClient& rpc, const types::LockTarget& target);

}  // namespace sallyport
