#include "libcluster/auth/export/export_service.h"

#include "libcluster/auth/export/chunk_calls.h"
#include "libcluster/auth/export/export_environment.h"
#include "libcluster/auth/export/follow_call.h"

namespace sallyport {

void AddExportStreams(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth) {
  const auto environment = std::make_shared<ExportEnvironment>(auth, threads);
  AddChunkStreams(table, loop, environment);
  AddFollowStream(table, loop, environment);
}

}  // namespace sallyport
