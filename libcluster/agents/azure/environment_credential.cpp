// The credentials of an application in the environment: AZURE_TENANT_ID and AZURE_CLIENT_ID with AZURE_CLIENT_SECRET,
// or with AZURE_CLIENT_CERTIFICATE_PATH (a certificate and its RSA key).
#include "libbase/file.h"
#include "libcluster/agents/azure/client_assertion.h"
#include "libcluster/agents/azure/login_service.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxCertificateFile = 256 << 10;

class SecretCredential : public AzureCredential {
 public:
  SecretCredential(const AzureCredentialParts& parts, AzureApplication application, Secret secret)
      : cloud_(parts.cloud), call_(parts.call), application_(std::move(application)), secret_(std::move(secret)) {}

  Result<AzureToken> Fetch(const std::string& resource) override {
    std::vector<std::pair<std::string, Secret>> proof;
    proof.emplace_back("client_secret", secret_.Clone());
    return AskLoginService(cloud_, call_, application_, resource, std::move(proof));
  }

 private:
  const AzureCloud cloud_;
  const AzureCaller call_;
  const AzureApplication application_;
  const Secret secret_;
};

class CertificateCredential : public AzureCredential {
 public:
  CertificateCredential(const AzureCredentialParts& parts, AzureApplication application, std::string path)
      : cloud_(parts.cloud), call_(parts.call), application_(std::move(application)), path_(std::move(path)) {}

  // Reads the file each time: certificates are renewed.
  Result<AzureToken> Fetch(const std::string& resource) override {
    ASSIGN_OR_RETURN(std::string read, ReadFile(path_, kMaxCertificateFile));
    const Secret pem(std::move(read));
    auto assertion =
        MakeClientAssertion(pem.Reveal(), {application_.client_id, AzureTokenUrl(cloud_, application_)}, Now());
    if (!assertion) return std::unexpected(InContext(path_, std::move(assertion).error()));
    return AskLoginService(cloud_, call_, application_, resource, AssertionProof(std::move(*assertion)));
  }

 private:
  const AzureCloud cloud_;
  const AzureCaller call_;
  const AzureApplication application_;
  const std::string path_;
};

Result<std::unique_ptr<AzureCredential>> MakeEnvironmentCredential(const AzureCredentialParts& parts) {
  AzureApplication application{parts.environment("AZURE_TENANT_ID"), parts.environment("AZURE_CLIENT_ID")};
  Secret secret(parts.environment("AZURE_CLIENT_SECRET"));
  std::string path = parts.environment("AZURE_CLIENT_CERTIFICATE_PATH");
  const bool user = !parts.environment("AZURE_USERNAME").empty() && !parts.environment("AZURE_PASSWORD").empty();
  if (secret.empty() && path.empty() && !user) return nullptr;
  RETURN_IF_ERROR(CheckAzureApplication(application));

  if (!secret.empty()) return std::make_unique<SecretCredential>(parts, std::move(application), std::move(secret));
  if (!path.empty()) return std::make_unique<CertificateCredential>(parts, std::move(application), std::move(path));
  return FailWithHint(ErrorKind::kNotImplemented, "AZURE_USERNAME: logins of users are not implemented",
                      "use a secret or a certificate of an application, or a managed identity");
}

}  // namespace

AzureCredentialRow EnvironmentCredentialRow() { return {"EnvironmentCredential", &MakeEnvironmentCredential}; }

}  // namespace sallyport
