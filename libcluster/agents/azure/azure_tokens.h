// The tokens of this process for Azure's resources, kept until shortly before they expire.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libcluster/agents/azure/azure_credential.h"

namespace sallyport {

// Safe from several threads, one of which asks Azure at a time.
class AzureTokens {
 public:
  // The environment is read at the first token: what is missing then may be there at the next attempt.
  AzureTokens(EnvironmentReader environment, AzureCloud cloud, AzureCaller call);

  // Returns a token for a resource. A token that expires within minutes is replaced, and used while Azure does not
  // answer. Fails as ChooseAzureCredential and AzureCredential::Fetch do.
  Result<Secret> For(const std::string& resource);
  // Forgets a token that Azure has refused.
  void Forget(const std::string& resource);

 private:
  Result<AzureToken> Fetch(const std::string& resource) REQUIRES(mutex_);

  const EnvironmentReader environment_;
  const AzureCloud cloud_;
  const AzureCaller call_;
  Mutex mutex_;
  std::unique_ptr<AzureCredential> credential_ GUARDED_BY(mutex_);
  std::map<std::string, AzureToken> tokens_ GUARDED_BY(mutex_);  // by resource
};

}  // namespace sallyport
