// Asks the login service of Azure (Entra ID) for tokens of an application (docs/protocol/discovery.md#credentials).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libcluster/agents/azure/azure_credential.h"

namespace sallyport {

struct AzureApplication {
  std::string tenant;     // an id or a domain
  std::string client_id;  // of the application
};

// Fails with kBadParameter for a tenant that is no part of a path, or an empty client id.
Status CheckAzureApplication(const AzureApplication& application);

// Returns the URL of the token endpoint of a tenant, which is also the audience of assertions.
std::string AzureTokenUrl(const AzureCloud& cloud, const AzureApplication& application);

// Asks for a token by the client credentials grant (RFC 6749 section 4.4); `proof` is the field with the secret or the
// assertion, and more fields that belong to it. Fails as AzureCredential::Fetch does.
Result<AzureToken> AskLoginService(const AzureCloud& cloud, const AzureCaller& call,
                                   const AzureApplication& application, const std::string& resource,
                                   std::vector<std::pair<std::string, Secret>> proof);

// Returns the fields of a proof by an assertion (RFC 7523 section 2.2).
std::vector<std::pair<std::string, Secret>> AssertionProof(Secret assertion);

}  // namespace sallyport
