// The credentials of this process at Azure, as Azure's SDKs choose them from the environment: one row and one file for
// each source (docs/protocol/discovery.md#credentials).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libclient/environment.h"
#include "libcluster/agents/azure/azure_caller.h"
#include "libcluster/agents/azure/azure_cloud.h"

namespace sallyport {

struct AzureToken {
  Secret text;
  Time expires{};
};

// A source of tokens. One thread at a time.
class AzureCredential {
 public:
  virtual ~AzureCredential() = default;
  // Asks for a token for a resource ("https://management.core.windows.net/"); blocks. Fails with kAccessDenied when
  // Azure refuses the credential, kConnectionProblem, kNotFound and kBadParameter (files); never with a secret in the
  // text.
  virtual Result<AzureToken> Fetch(const std::string& resource) = 0;
};

// The parts that sources of credentials are made from; `cloud` and `call` are copied.
struct AzureCredentialParts {
  const EnvironmentReader& environment;
  const AzureCloud& cloud;
  const AzureCaller& call;
};

struct AzureCredentialRow {
  std::string_view name;  // of AZURE_TOKEN_CREDENTIALS: "WorkloadIdentityCredential"
  // Returns the source, or nullptr when the environment does not configure it. Fails with kBadParameter when it does so
  // in part, and with kNotImplemented.
  Result<std::unique_ptr<AzureCredential>> (*make)(const AzureCredentialParts& parts);
};

// Returns all rows, in the order in which they are tried.
std::span<const AzureCredentialRow> AllAzureCredentials();

// The rows.
AzureCredentialRow EnvironmentCredentialRow();
AzureCredentialRow WorkloadIdentityRow();
AzureCredentialRow ManagedIdentityRow();

// Returns the error of a process that no source gives credentials; `why` follows the sentence.
std::unexpected<Error> NoAzureCredentials(std::string_view why = "");

// Returns the first source that the environment configures, among those that AZURE_TOKEN_CREDENTIALS allows. Fails with
// kNotFound when there is none, kNotImplemented for sources of developers (az, azd), and as the row does.
Result<std::unique_ptr<AzureCredential>> ChooseAzureCredential(const AzureCredentialParts& parts);

// Reads the answer of a token endpoint: access_token, and expires_in (seconds) or expires_on (seconds since 1970), as
// numbers or texts. Fails with kConnectionProblem for other bodies, which it does not show.
Result<AzureToken> ReadAzureToken(std::string_view body, Time now);

}  // namespace sallyport
