// The identity of a Kubernetes workload at Azure: a token of the pod's service account is the assertion of an
// application (AZURE_FEDERATED_TOKEN_FILE, which AKS's webhook sets with AZURE_CLIENT_ID and AZURE_TENANT_ID).
#include "libbase/file.h"
#include "libbase/trim.h"
#include "libcluster/agents/azure/login_service.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxFederatedToken = 64 << 10;

class WorkloadIdentity : public AzureCredential {
 public:
  WorkloadIdentity(const AzureCredentialParts& parts, AzureApplication application, std::string path)
      : cloud_(parts.cloud), call_(parts.call), application_(std::move(application)), path_(std::move(path)) {}

  // Reads the file each time: the kubelet renews the token.
  Result<AzureToken> Fetch(const std::string& resource) override {
    ASSIGN_OR_RETURN(std::string read, ReadFile(path_, kMaxFederatedToken));
    Secret assertion{std::string(Trimmed(read))};
    Wipe(read);
    if (assertion.empty()) return Fail(ErrorKind::kBadParameter, "{}: the token is empty", path_);
    return AskLoginService(cloud_, call_, application_, resource, AssertionProof(std::move(assertion)));
  }

 private:
  const AzureCloud cloud_;
  const AzureCaller call_;
  const AzureApplication application_;
  const std::string path_;
};

Result<std::unique_ptr<AzureCredential>> MakeWorkloadIdentity(const AzureCredentialParts& parts) {
  std::string path = parts.environment("AZURE_FEDERATED_TOKEN_FILE");
  AzureApplication application{parts.environment("AZURE_TENANT_ID"), parts.environment("AZURE_CLIENT_ID")};
  if (path.empty() || application.tenant.empty() || application.client_id.empty()) return nullptr;
  RETURN_IF_ERROR(CheckAzureApplication(application));
  return std::make_unique<WorkloadIdentity>(parts, std::move(application), std::move(path));
}

}  // namespace

AzureCredentialRow WorkloadIdentityRow() { return {"WorkloadIdentityCredential", &MakeWorkloadIdentity}; }

}  // namespace sallyport
