// The watch of what changes in the cluster. Who may watch what is decided by its kinds.
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/event_watch.h"

namespace sallyport {

void AddWatchMethods(RpcTable& table, AuthServer& auth) {
  table.AddStream("/proto.AuthService/WatchEvents", RpcAccess::Authenticated(),
                  [&auth](RpcStreamCall call) { std::make_shared<EventWatch>(auth, std::move(call))->Start(); });
}

}  // namespace sallyport
