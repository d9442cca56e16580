// The streams that give out the audit log: chunks, and following.
#pragma once

#include "libcluster/net/event_loop.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// Adds the rows. All arguments must outlive the table.
void AddExportStreams(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth);

}  // namespace sallyport
