// Streams the server_info resources, one message each.
#pragma once

#include "libcluster/net/event_loop.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// Adds the row. All arguments must outlive the table.
void AddServerInfoStream(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth);

}  // namespace sallyport
