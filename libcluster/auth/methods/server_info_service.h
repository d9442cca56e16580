// The list of server_info resources, which comes one message after the other.
#pragma once

#include "libcluster/net/event_loop.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// Adds the row. What is given must outlive the table.
void AddServerInfoStream(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth);

}  // namespace sallyport
