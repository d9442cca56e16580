// The clouds of Azure: the public one and the sovereign ones, each with its login service and its resource manager. The
// environment of the process chooses; no resource of the cluster can, since the credentials are sent there.
#pragma once

#include <string>

#include "libbase/error.h"
#include "libclient/environment.h"

namespace sallyport {

struct AzureCloud {
  std::string authority = "https://login.microsoftonline.com";    // of logins, without a slash at the end
  std::string resource_manager = "https://management.azure.com";  // of the API, likewise
  std::string audience = "https://management.core.windows.net/";  // of tokens for the API
};

// Returns the cloud that AZURE_ENVIRONMENT or AZURE_AUTHORITY_HOST names, the public one without them. An authority of
// no known cloud (Azure Stack, a test) needs AZURE_RESOURCE_MANAGER_ENDPOINT, which also replaces that of a known one;
// AZURE_RESOURCE_MANAGER_AUDIENCE replaces the audience. Fails with kBadParameter: unknown name, a URL that is not
// https, two that contradict each other.
Result<AzureCloud> AzureCloudFrom(const EnvironmentReader& environment);

}  // namespace sallyport
