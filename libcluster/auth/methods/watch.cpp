// The method that watches the cluster's changes. The watched kinds decide the access.
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
