#include "libmachine/export/export_pages.h"

#include "libbase/address.h"
#include "libbase/json.h"
#include "libbase/log.h"
#include "libmachine/local_pages.h"

namespace sallyport {
namespace {

constexpr int kExportPagesPort = 3001;

LocalPage ExportPage(std::string_view path, const ExportProgress& progress) {
  if (path == "/livez") return LivePage();
  if (path == "/metrics") return MetricsPage(progress.Metrics(Now()));
  if (path == "/readyz") return ReadyPage(progress.IsReady(Now()), progress.Status(Now()));
  return NoPage();
}

}  // namespace

std::string AnswerExportPage(std::string_view request, const ExportProgress& progress) {
  return AnswerPageRequest(request, [&](std::string_view path) { return ExportPage(path, progress); });
}

Result<ExportServers> ServeExport(const std::string& address, const std::string& folder,
                                  const ExportProgress& progress) {
  ExportServers servers;
  if (!address.empty()) {
    auto parsed = ParseHostPort(address, kExportPagesPort);
    if (!parsed) return std::unexpected(InContext("diag-addr", std::move(parsed).error()));
    ASSIGN_OR_RETURN(servers.pages, LocalServer::OnPort(*parsed, [&progress](const std::string& request) {
                       return AnswerExportPage(request, progress);
                     }));
    Log(LogLevel::kInfo, "diagnostics listen", {{"port", std::to_string(servers.pages->port())}});
  }

  auto status = LocalServer::OnSocket(fmt::format("{}/{}", folder, kExportSocket), [&progress](const std::string&) {
    return ToJson(progress.Status(Now())) + "\n";
  });
  if (status) {
    servers.status = std::move(*status);
  } else {
    Log(LogLevel::kWarning, "teleport-event-handler status has no socket", {{"reason", status.error().message}});
  }
  return servers;
}

}  // namespace sallyport
