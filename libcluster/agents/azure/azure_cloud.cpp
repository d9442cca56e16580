#include "libcluster/agents/azure/azure_cloud.h"

#include <algorithm>

#include "libbase/text.h"
#include "libclient/http/http_connection.h"

namespace sallyport {
namespace {

struct CloudRow {
  std::string_view names;  // of AZURE_ENVIRONMENT, in lower case, with spaces between
  std::string_view authority;
  std::string_view resource_manager;
  std::string_view audience;
};
constexpr CloudRow kClouds[] = {
    {"azurepubliccloud azurecloud public", "https://login.microsoftonline.com", "https://management.azure.com",
     "https://management.core.windows.net/"},
    {"azureusgovernmentcloud azureusgovernment usgovernment", "https://login.microsoftonline.us",
     "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net/"},
    {"azurechinacloud china", "https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn",
     "https://management.core.chinacloudapi.cn/"},
};

// Returns the origin of a URL of the environment: scheme, host, port.
Result<std::string> OriginOf(std::string_view variable, std::string text) {
  if (!text.contains("://")) text.insert(0, "https://");
  const auto url = ParseHttpUrl(text);
  if (!url) return std::unexpected(InContext(variable, url.error()));
  if (!url->tls || url->path != "/") {
    return Fail(ErrorKind::kBadParameter, "{}: \"{}\" must be https://HOST alone", variable, StripControl(text));
  }
  return "https://" + HttpAuthority(*url);
}

const CloudRow* CloudNamed(std::string_view name) {
  for (const CloudRow& row : kClouds) {
    const auto names = SplitNonEmpty(row.names, ' ');
    if (std::ranges::find(names, LowerCase(name)) != names.end()) return &row;
  }
  return nullptr;
}

}  // namespace

Result<AzureCloud> AzureCloudFrom(const EnvironmentReader& environment) {
  const CloudRow* row = &kClouds[0];
  const std::string name = environment("AZURE_ENVIRONMENT");
  if (!name.empty()) {
    row = CloudNamed(name);
    if (row == nullptr) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("AZURE_ENVIRONMENT: unknown cloud \"{}\"", StripControl(name)),
                          "use AzurePublicCloud, AzureUSGovernmentCloud or AzureChinaCloud");
    }
  }

  std::string authority(row->authority);
  if (std::string host = environment("AZURE_AUTHORITY_HOST"); !host.empty()) {
    ASSIGN_OR_RETURN(authority, OriginOf("AZURE_AUTHORITY_HOST", std::move(host)));
    const auto* const of_host = std::ranges::find(kClouds, std::string_view(authority), &CloudRow::authority);
    const CloudRow* const known = of_host == std::end(kClouds) ? nullptr : of_host;
    if (!name.empty() && known != nullptr && known != row) {
      return Fail(ErrorKind::kBadParameter, "AZURE_ENVIRONMENT and AZURE_AUTHORITY_HOST name different clouds");
    }
    if (name.empty()) row = known;
  }

  AzureCloud cloud{authority, std::string(row == nullptr ? "" : row->resource_manager),
                   std::string(row == nullptr ? "" : row->audience)};
  if (std::string manager = environment("AZURE_RESOURCE_MANAGER_ENDPOINT"); !manager.empty()) {
    ASSIGN_OR_RETURN(cloud.resource_manager, OriginOf("AZURE_RESOURCE_MANAGER_ENDPOINT", std::move(manager)));
    if (row == nullptr) cloud.audience = cloud.resource_manager + "/";
  }
  if (const std::string audience = environment("AZURE_RESOURCE_MANAGER_AUDIENCE"); !audience.empty()) {
    cloud.audience = audience;
  }
  if (!cloud.resource_manager.empty()) return cloud;
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("AZURE_AUTHORITY_HOST: {} is of no known cloud", authority),
                      "set AZURE_RESOURCE_MANAGER_ENDPOINT also");
}

}  // namespace sallyport
