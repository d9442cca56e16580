// The stream that follows the audit log (docs/protocol/audit.md#following).
#pragma once

#include <memory>

#include "libcluster/auth/export/export_environment.h"
#include "libcluster/net/event_loop.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

// Adds the row. The loop must outlive the table.
void AddFollowStream(RpcTable& table, EventLoop& loop, std::shared_ptr<ExportEnvironment> environment);

}  // namespace sallyport
