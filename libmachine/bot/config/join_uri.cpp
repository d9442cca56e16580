#include "libmachine/bot/config/join_uri.h"

#include <algorithm>
#include <array>

#include "libbase/percent_encoding.h"
#include "libbase/text.h"
#include "libmachine/bot/config/bot_config.h"

namespace sallyport {
namespace {

constexpr std::array<std::string_view, 15> kBotJoinMethods{
    "azure", "azure_devops", "bitbucket", "bound_keypair", "circleci", "gcp", "github",         "gitlab",
    "iam",   "kubernetes",   "oracle",    "spacelift",     "token",    "tpm", "terraform_cloud"};

// Names of join methods as a scheme can hold them.
struct SchemeName {
  std::string_view written;
  std::string_view method;
};
constexpr std::array<SchemeName, 6> kSchemeNames{{{"bound-keypair", "bound_keypair"},
                                                  {"boundkeypair", "bound_keypair"},
                                                  {"azure-devops", "azure_devops"},
                                                  {"azuredevops", "azure_devops"},
                                                  {"terraform-cloud", "terraform_cloud"},
                                                  {"terraformcloud", "terraform_cloud"}}};

// The field that the parameter of a join method is put into.
struct ParameterRow {
  std::string_view method;
  std::string_view key;
  std::string OnboardingConfig::* field;
};
constexpr std::array<ParameterRow, 4> kParameters{
    {{"azure", "onboarding.azure.client_id", &OnboardingConfig::azure_client_id},
     {"terraform_cloud", "onboarding.terraform.audience_tag", &OnboardingConfig::terraform_audience_tag},
     {"gitlab", "onboarding.gitlab.token_env_var_name", &OnboardingConfig::gitlab_token_variable},
     {"bound_keypair", "onboarding.bound_keypair.registration_secret", &OnboardingConfig::registration_secret}}};

std::unexpected<Error> BadJoinUri(std::string_view reason) {
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("the join URI cannot be used: {}", reason),
                      "write tbot+proxy+METHOD://TOKEN@HOST:PORT");
}

Result<std::string> MethodOf(std::string_view written) {
  if (IsBotJoinMethod(written)) return std::string(written);
  const auto* const found = std::ranges::find(kSchemeNames, written, &SchemeName::written);
  if (found != kSchemeNames.end()) return std::string(found->method);
  return BadJoinUri(fmt::format("the join method \"{}\" is not known", StripControl(written)));
}

// Sets a field that is empty or has the value already.
Status SetOrConflict(std::string& field, const std::string& value, std::string_view key) {
  if (!field.empty() && field != value) {
    return Fail(ErrorKind::kBadParameter, "the join URI and {} have different values", key);
  }
  field = value;
  return {};
}

}  // namespace

bool IsBotJoinMethod(std::string_view name) { return IsOneOf(kBotJoinMethods, name); }

Result<JoinUri> ParseJoinUri(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return BadJoinUri("the scheme is missing");
  const std::string scheme = LowerCase(text.substr(0, colon));
  std::string_view rest = text.substr(colon + 3);
  const auto parts = SplitNonEmpty(scheme, '+');
  if (parts.size() != 3 || parts[0] != "tbot") return BadJoinUri("the scheme is not tbot+ADDRESS+METHOD");
  if (parts[1] != "proxy" && parts[1] != "auth") return BadJoinUri("the address is neither of proxy nor of auth");

  JoinUri uri;
  uri.through_proxy = parts[1] == "proxy";
  ASSIGN_OR_RETURN(uri.join_method, MethodOf(parts[2]));
  rest = rest.substr(0, rest.find_first_of("/?#"));
  const auto at = rest.rfind('@');
  if (at == std::string_view::npos) return BadJoinUri("the token is missing");
  const std::string_view user = rest.substr(0, at);
  const auto separator = std::min(user.find(':'), user.size());

  const auto token = PercentDecoded(user.substr(0, separator));
  const auto parameter = PercentDecoded(user.substr(std::min(separator + 1, user.size())));
  if (!token || !parameter) return BadJoinUri("the token has a malformed escape");
  if (token->empty()) return BadJoinUri("the token is missing");
  uri.token = *token;
  uri.parameter = *parameter;
  uri.address = rest.substr(at + 1);
  if (uri.address.empty()) return BadJoinUri("the address is missing");
  return uri;
}

Status ApplyJoinUri(const JoinUri& uri, BotConfig& config) {
  RETURN_IF_ERROR(SetOrConflict(uri.through_proxy ? config.proxy_server : config.auth_server, uri.address,
                                uri.through_proxy ? "proxy_server" : "auth_server"));
  if (!(uri.through_proxy ? config.auth_server : config.proxy_server).empty()) {
    return Fail(ErrorKind::kBadParameter, "the join URI and the configuration name both a proxy and an auth service");
  }
  auto& onboarding = config.onboarding;
  RETURN_IF_ERROR(SetOrConflict(onboarding.join_method, uri.join_method, "onboarding.join_method"));
  RETURN_IF_ERROR(SetOrConflict(onboarding.token, uri.token, "onboarding.token"));
  if (uri.parameter.empty()) return {};

  const auto* const row = std::ranges::find(kParameters, uri.join_method, &ParameterRow::method);
  if (row == kParameters.end()) {
    config.notes.push_back(
        fmt::format("the join method {} has no parameter: that of the join URI has no effect", uri.join_method));
    return {};
  }
  return SetOrConflict(onboarding.*(row->field), uri.parameter, row->key);
}

}  // namespace sallyport
