// The streams of session recordings: uploads by agents (CreateAuditStream), downloads by callers with access
// (StreamSessionEvents).
#pragma once

#include "libcluster/net/event_loop.h"
#include "libcluster/net/thread_pool.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

class AuthServer;

// Adds the rows. All arguments must outlive the table.
void AddRecordingStreams(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth);

}  // namespace sallyport
