#include "libcluster/agents/azure/login_service.h"

#include <algorithm>

#include "libbase/percent_encoding.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::chrono::seconds kLoginTime{15};
constexpr std::size_t kMaxLoginAnswer = 128 << 10;
constexpr std::size_t kMaxTenant = 255;

}  // namespace

Status CheckAzureApplication(const AzureApplication& application) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  const std::string& tenant = application.tenant;
  const bool fits =
      !tenant.empty() && tenant.size() <= kMaxTenant && !tenant.contains("..") && std::ranges::all_of(tenant, plain);
  if (!fits) return Fail(ErrorKind::kBadParameter, "AZURE_TENANT_ID: \"{}\" is not a tenant", StripControl(tenant));
  if (application.client_id.empty()) return Fail(ErrorKind::kBadParameter, "AZURE_CLIENT_ID is missing");
  return {};
}

std::string AzureTokenUrl(const AzureCloud& cloud, const AzureApplication& application) {
  return fmt::format("{}/{}/oauth2/v2.0/token", cloud.authority, application.tenant);
}

Result<AzureToken> AskLoginService(const AzureCloud& cloud, const AzureCaller& call,
                                   const AzureApplication& application, const std::string& resource,
                                   std::vector<std::pair<std::string, Secret>> proof) {
  HttpCall request;
  request.method = "POST";
  ASSIGN_OR_RETURN(request.url, ParseHttpUrl(AzureTokenUrl(cloud, application)));
  request.fields.push_back({"Accept", Secret("application/json")});
  request.body_type = "application/x-www-form-urlencoded; charset=utf-8";
  std::string form = fmt::format("grant_type=client_credentials&client_id={}&scope={}",
                                 PercentEncoded(application.client_id, kUnreservedMarks),
                                 PercentEncoded(resource + "/.default", kUnreservedMarks));
  for (const auto& [name, value] : proof)
    form += fmt::format("&{}={}", name, PercentEncoded(value.Reveal(), kUnreservedMarks));
  request.body = Secret(std::move(form));

  ASSIGN_OR_RETURN(const HttpCallAnswer answer, call(request, {kLoginTime, kMaxLoginAnswer}));
  if (answer.status != 200) {
    Error refused = AzureRefusal(answer, "log in to Azure");
    const bool denied = answer.status == 400 || answer.status == 401 || answer.status == 403;
    if (denied) refused.kind = ErrorKind::kAccessDenied;
    return std::unexpected(std::move(refused));
  }
  return ReadAzureToken(answer.body.Reveal(), Now());
}

std::vector<std::pair<std::string, Secret>> AssertionProof(Secret assertion) {
  std::vector<std::pair<std::string, Secret>> proof;
  proof.emplace_back("client_assertion_type", Secret("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
  proof.emplace_back("client_assertion", std::move(assertion));
  return proof;
}

}  // namespace sallyport
