// The pages and the status socket of a running event handler (docs/protocol/audit.md#event-handler).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libmachine/export/export_progress.h"
#include "libmachine/local_server.h"

namespace sallyport {

// The name of the socket in the handler's folder.
inline constexpr std::string_view kExportSocket = "status.sock";

// Returns the HTTP answer to a request for /livez, /readyz or /metrics, whatever its bytes are.
std::string AnswerExportPage(std::string_view request, const ExportProgress& progress);

// The servers of a handler; they end with the value.
struct ExportServers {
  std::unique_ptr<LocalServer> pages;   // nullptr: no address was given
  std::unique_ptr<LocalServer> status;  // nullptr: the socket cannot be made, which is logged
};

// Serves the progress, which must outlive the servers, at HOST:PORT ("": no pages) and on the socket in the folder.
// Fails with kBadParameter for an address that is none, kConnectionProblem when its port is taken.
Result<ExportServers> ServeExport(const std::string& address, const std::string& folder,
                                  const ExportProgress& progress);

}  // namespace sallyport
