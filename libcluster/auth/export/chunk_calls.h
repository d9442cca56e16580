// The streams of chunks of the audit log: their list, and their events (docs/protocol/audit.md#chunks).
#pragma once

#include <memory>

#include "libcluster/auth/export/export_environment.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

// Adds the rows. The loop must outlive the table.
void AddChunkStreams(RpcTable& table, EventLoop& loop, std::shared_ptr<ExportEnvironment> environment);

}  // namespace sallyport
