#include "libcluster/agents/azure/azure_credential.h"

#include <algorithm>
#include <vector>

#include "libbase/json.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "libbase/whole_number.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxTokenBytes = 64 << 10;
constexpr std::chrono::hours kLongestTokenLife{48};
constexpr std::string_view kDeveloperSources[] = {"dev",
                                                  "azureclicredential",
                                                  "azuredeveloperclicredential",
                                                  "azurepowershellcredential",
                                                  "visualstudiocodecredential",
                                                  "interactivebrowsercredential"};

std::optional<std::int64_t> NumberAt(const Value& map, std::string_view key) {
  const Value* const value = map.Find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int()) return value->as_int();
  return ReadWholeNumber<std::int64_t>(value->as_string());
}

}  // namespace

std::span<const AzureCredentialRow> AllAzureCredentials() {
  static const std::vector<AzureCredentialRow> rows{EnvironmentCredentialRow(), WorkloadIdentityRow(),
                                                    ManagedIdentityRow()};
  return rows;
}

std::unexpected<Error> NoAzureCredentials(std::string_view why) {
  return FailWithHint(ErrorKind::kNotFound, fmt::format("this process has no credentials for Azure{}", why),
                      "give it a managed identity, a workload identity, or AZURE_TENANT_ID, AZURE_CLIENT_ID and "
                      "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH");
}

Result<std::unique_ptr<AzureCredential>> ChooseAzureCredential(const AzureCredentialParts& parts) {
  const std::string wanted = LowerCase(parts.environment("AZURE_TOKEN_CREDENTIALS"));
  if (IsOneOf(kDeveloperSources, wanted)) {
    return Fail(ErrorKind::kNotImplemented, "AZURE_TOKEN_CREDENTIALS: {} is not implemented", wanted);
  }
  const bool any = wanted.empty() || wanted == "prod";
  bool known = any;

  for (const AzureCredentialRow& row : AllAzureCredentials()) {
    if (!any && wanted != LowerCase(row.name)) continue;
    known = true;
    ASSIGN_OR_RETURN(auto credential, row.make(parts));
    if (credential) return credential;
  }
  if (!known) {
    return Fail(ErrorKind::kBadParameter,
                "AZURE_TOKEN_CREDENTIALS: \"{}\" is unknown: use prod or the name of a source", StripControl(wanted));
  }
  return NoAzureCredentials();
}

Result<AzureToken> ReadAzureToken(std::string_view body, Time now) {
  const auto json = ParseJson(body, {.max_bytes = kMaxTokenBytes, .max_depth = 8});
  if (!json || !json->is_map()) return Fail(ErrorKind::kConnectionProblem, "the answer with the token is not JSON");
  AzureToken token;
  token.text = Secret(TextAt(*json, "access_token"));
  const std::string& text = token.text.Reveal();
  const bool plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
  if (text.empty() || !plain) return Fail(ErrorKind::kConnectionProblem, "the answer has no access_token");

  const std::int64_t seconds_now = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  std::optional<std::int64_t> life = NumberAt(*json, "expires_in");
  if (!life) {
    const auto until = NumberAt(*json, "expires_on");
    if (until) life = *until - std::min(*until, seconds_now);
  }
  if (!life || *life <= 0) return Fail(ErrorKind::kConnectionProblem, "the answer does not say when the token expires");
  token.expires = now + std::min<std::chrono::seconds>(std::chrono::seconds(*life), kLongestTokenLife);
  return token;
}

}  // namespace sallyport
