#include "libcluster/agents/azure/azure_tokens.h"

namespace sallyport {
namespace {

constexpr std::chrono::minutes kRenewedBefore{5};
constexpr std::chrono::seconds kUsedUntilBefore{30};

}  // namespace

AzureTokens::AzureTokens(EnvironmentReader environment, AzureCloud cloud, AzureCaller call)
    : environment_(std::move(environment)), cloud_(std::move(cloud)), call_(std::move(call)) {}

Result<AzureToken> AzureTokens::Fetch(const std::string& resource) {
  if (!credential_) {
    ASSIGN_OR_RETURN(credential_, ChooseAzureCredential({environment_, cloud_, call_}));
  }
  return credential_->Fetch(resource);
}

Result<Secret> AzureTokens::For(const std::string& resource) {
  const MutexLock lock(mutex_);
  const auto kept = tokens_.find(resource);
  if (kept != tokens_.end() && kept->second.expires - Now() > kRenewedBefore) return kept->second.text.Clone();

  auto fetched = Fetch(resource);
  if (fetched) {
    AzureToken& token = tokens_[resource];
    token = std::move(*fetched);
    return token.text.Clone();
  }
  const bool usable = kept != tokens_.end() && kept->second.expires - Now() > kUsedUntilBefore;
  if (usable && fetched.error().kind == ErrorKind::kConnectionProblem) return kept->second.text.Clone();
  return std::unexpected(std::move(fetched).error());
}

void AzureTokens::Forget(const std::string& resource) {
  const MutexLock lock(mutex_);
  tokens_.erase(resource);
}

}  // namespace sallyport
