// The managed identity of a virtual machine or of an App Service: a metadata service beside the process gives tokens
// without a secret. Never through a proxy.
#include "libbase/percent_encoding.h"
#include "libbase/text.h"
#include "libcluster/agents/azure/azure_credential.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kProbeTime{1};
constexpr std::chrono::seconds kMetadataTime{15};
constexpr std::size_t kMaxMetadataAnswer = 128 << 10;
constexpr std::string_view kMetadataHost = "http://169.254.169.254";
// Variables of hosts whose metadata services work otherwise.
constexpr std::string_view kOtherHosts[] = {"MSI_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT"};

struct MetadataService {
  std::string url;           // with the beginning of the query
  HttpField identification;  // the field that a request must have
  bool probed = false;       // whether the service exists is known
};

HttpField Copied(const HttpField& field) { return {field.name, field.value.Clone()}; }

class ManagedIdentity : public AzureCredential {
 public:
  ManagedIdentity(const AzureCaller& call, std::string client_id, MetadataService service)
      : call_(call), client_id_(std::move(client_id)), service_(std::move(service)) {}

  Result<AzureToken> Fetch(const std::string& resource) override {
    if (!service_.probed) RETURN_IF_ERROR(Probe());
    std::string url = fmt::format("{}&resource={}", service_.url, PercentEncoded(resource, kUnreservedMarks));
    if (!client_id_.empty()) url += "&client_id=" + PercentEncoded(client_id_, kUnreservedMarks);
    HttpCall request;
    request.method = "GET";
    ASSIGN_OR_RETURN(request.url, ParseHttpUrl(url));
    request.fields.push_back(Copied(service_.identification));

    ASSIGN_OR_RETURN(const HttpCallAnswer answer, call_(request, {kMetadataTime, kMaxMetadataAnswer}));
    if (answer.status == 200) return ReadAzureToken(answer.body.Reveal(), Now());
    Error refused = AzureRefusal(answer, "ask for a token of the managed identity");
    if (answer.status == 400) {
      refused.kind = ErrorKind::kAccessDenied;
      refused.hint = "assign a managed identity to this machine, or set AZURE_CLIENT_ID to the one to use";
    }
    return std::unexpected(std::move(refused));
  }

 private:
  // A request without the field gets a refusal at once where the service exists.
  Status Probe() {
    HttpCall request;
    request.method = "GET";
    ASSIGN_OR_RETURN(request.url, ParseHttpUrl(service_.url));
    const auto answer = call_(request, {kProbeTime, kMaxMetadataAnswer});
    if (!answer && answer.error().kind == ErrorKind::kInterrupted) return std::unexpected(answer.error());
    if (!answer) {
      return NoAzureCredentials(": the environment has none, and no metadata service answers");
    }
    service_.probed = true;
    return {};
  }

  const AzureCaller call_;
  const std::string client_id_;
  MetadataService service_;
};

Result<std::unique_ptr<AzureCredential>> MakeManagedIdentity(const AzureCredentialParts& parts) {
  const std::string endpoint = parts.environment("IDENTITY_ENDPOINT");
  const std::string header = parts.environment("IDENTITY_HEADER");
  for (const std::string_view variable : kOtherHosts) {
    if (parts.environment(variable).empty()) continue;
    return Fail(ErrorKind::kNotImplemented, "managed identities of the kind that {} belongs to are not implemented",
                variable);
  }

  MetadataService service;
  if (!endpoint.empty() && !header.empty()) {
    service.url = endpoint + "?api-version=2019-08-01";
    service.identification = {"X-IDENTITY-HEADER", Secret(header)};
    service.probed = true;
  } else {
    const std::string host = parts.environment("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    service.url = fmt::format("{}/metadata/identity/oauth2/token?api-version=2018-02-01",
                              host.empty() ? kMetadataHost : std::string_view(host));
    service.identification = {"Metadata", Secret("true")};
  }
  const auto url = ParseHttpUrl(service.url);
  if (!url) return std::unexpected(InContext("IDENTITY_ENDPOINT", url.error()));
  return std::make_unique<ManagedIdentity>(parts.call, parts.environment("AZURE_CLIENT_ID"), std::move(service));
}

}  // namespace

AzureCredentialRow ManagedIdentityRow() { return {"ManagedIdentityCredential", &MakeManagedIdentity}; }

}  // namespace sallyport
