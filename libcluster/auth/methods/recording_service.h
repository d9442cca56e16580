// The calls that carry recordings of sessions: in from the agents (CreateAuditStream), out to who may see them
// (StreamSessionEvents).
#pragma once

#include "libcluster/net/event_loop.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// Adds the rows. What is given must outlive the table.
void AddRecordingMethods(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth);

}  // namespace sallyport
