// The watch of what changes in the cluster. Who may watch what is decided by its kinds.
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/event_watch.h"
#include "libcluster/net/budgets.h"

namespace sallyport {

void AddWatchMethods(RpcTable& table, AuthServer& auth) {
  const auto slots = std::make_shared<SourceSlots>(BudgetOf(Endpoint::kGrpc, CallerState::kKnown).watches_of_one, 0);

  table.AddStream("/proto.AuthService/WatchEvents", RpcAccess::Authenticated(), [&auth, slots](RpcStreamCall call) {
    std::make_shared<EventWatch>(auth, *slots, std::move(call))->Start();
  });
}

}  // namespace sallyport
