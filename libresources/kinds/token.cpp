#include "libresources/kinds/token.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "libbase/text.h"
#include "libbase/time.h"
#include "libresources/codec/codec.h"
#include "libresources/kinds/join_method.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kSystemRoles[] = {
    "Auth",
    "Node",
    "Proxy",
    "Admin",
    "Relay",
    "ProvisionToken",
    "Trusted_cluster",
    "Signup",
    "Nop",
    "RemoteProxy",
    "Kube",
    "App",
    "Db",
    "WindowsDesktop",
    "Bot",
    "Instance",
    "Discovery",
    "Okta",
    "MDM",
    "AccessGraphPlugin",
};

// The roles of services, which tokens may grant; the other roles identify the cluster itself and its callers.
constexpr std::string_view kServiceRoles[] = {
    "Auth",           "Node",      "Proxy", "Relay", "Trusted_cluster",  "Kube", "App", "Db", "Bot",
    "WindowsDesktop", "Discovery", "Okta",  "MDM",   "AccessGraphPlugin"};

std::string LowerLetters(std::string_view text) {
  std::string lower;
  for (const char c : text) {
    if (c != '_' && c != ' ') lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

Status CheckRoles(types::ProvisionTokenSpecV2& spec) {
  if (spec.roles().empty()) return Fail(ErrorKind::kBadParameter, "spec.roles is missing");

  bool bot = false;
  for (std::string& role : *spec.mutable_roles()) {
    const auto known = SystemRoleNamed(role);
    if (!known) {
      const auto meant = DidYouMean(role, std::span<const std::string_view>(kSystemRoles));
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("spec.roles: unknown role \"{}\"", StripControl(role)),
                          meant ? fmt::format("did you mean \"{}\"?", *meant)
                                : fmt::format("one of {}", fmt::join(kSystemRoles, ", ")));
    }
    role = *known;
    bot = bot || role == "Bot";
  }

  if (bot && spec.botname().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.bot_name is missing: a token with the role Bot belongs to a bot");
  }
  if (!bot && !spec.botname().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.bot_name needs the role Bot in spec.roles");
  }
  return {};
}

Status CheckAwsRules(types::ProvisionTokenSpecV2& spec) {
  const bool ec2 = spec.joinmethod() == "ec2";
  if (spec.allow().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.allow is missing: the join method {} needs rules", spec.joinmethod());
  }

  int index = 0;
  for (const types::TokenRule& rule : spec.allow()) {
    const std::string path = fmt::format("spec.allow[{}]", index++);
    if (ec2 && !rule.awsarn().empty()) {
      return Fail(ErrorKind::kBadParameter, "{}.aws_arn is not for the join method ec2", path);
    }
    if (!ec2 && (!rule.awsrole().empty() || !rule.awsregions().empty())) {
      return Fail(ErrorKind::kBadParameter, "{}: aws_role and aws_regions are not for the join method iam", path);
    }
    if (rule.awsaccount().empty() && rule.awsrole().empty() && rule.awsarn().empty()) {
      return Fail(ErrorKind::kBadParameter, "{} needs aws_account or {}", path, ec2 ? "aws_role" : "aws_arn");
    }
  }

  constexpr Nanoseconds kIdentityDocumentAge = std::chrono::minutes(5);
  if (ec2 && spec.awsiidttl() == 0) spec.set_awsiidttl(kIdentityDocumentAge.count());
  return {};
}

// Returns whether a map has a value for one of several keys.
bool SaysAny(const Value& map, std::string_view keys) {
  while (!keys.empty()) {
    const std::size_t space = keys.find(' ');
    const Value* const value = map.Find(keys.substr(0, space));
    if (value != nullptr && (!value->as_list().empty() || !value->as_string().empty())) return true;
    keys.remove_prefix(space == std::string_view::npos ? keys.size() : space + 1);
  }
  return false;
}

Status CheckBlock(const JoinMethodRules& method, const types::ProvisionTokenSpecV2& spec) {
  const Value fields = EncodeMessage(spec);
  const Value* const block = fields.Find(method.block);
  if (block == nullptr) {
    return Fail(ErrorKind::kBadParameter, "spec.{} is missing: the join method {} needs it", method.block, method.name);
  }

  std::string_view required = method.required;
  while (!required.empty()) {
    const std::size_t space = required.find(' ');
    const std::string_view key = required.substr(0, space);
    if (!SaysAny(*block, key)) return Fail(ErrorKind::kBadParameter, "spec.{}.{} is missing", method.block, key);
    required.remove_prefix(space == std::string_view::npos ? required.size() : space + 1);
  }

  int index = 0;
  for (const Value& rule : block->Find("allow")->as_list()) {
    if (!SaysAny(rule, method.rule_keys)) {
      return FailWithHint(
          ErrorKind::kBadParameter,
          fmt::format("spec.{}.allow[{}] has no condition, so every caller could join", method.block, index),
          fmt::format("set at least one of: {}", method.rule_keys));
    }
    ++index;
  }
  return {};
}

Status CheckOidc(const types::ProvisionTokenSpecV2Kubernetes::OIDCConfig& oidc) {
  if (oidc.issuer().empty()) return Fail(ErrorKind::kBadParameter, "spec.kubernetes.oidc.issuer is missing");
  const bool plain = oidc.issuer().starts_with("http://");
  if (oidc.issuer().starts_with("https://") || (plain && oidc.insecureallowhttpissuer())) return {};
  return Fail(ErrorKind::kBadParameter, "spec.kubernetes.oidc.issuer must start with https://");
}

Status CheckKubernetes(types::ProvisionTokenSpecV2Kubernetes& block) {
  int index = 0;
  for (const auto& rule : block.allow()) {
    const std::string path = fmt::format("spec.kubernetes.allow[{}].service_account", index++);
    if (std::count(rule.serviceaccount().begin(), rule.serviceaccount().end(), ':') != 1) {
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("{} must be namespace:name", path),
                          "such as default:tbot");
    }
  }

  if (block.type().empty()) block.set_type("in_cluster");
  if (block.type() == "in_cluster") {
    if (!block.has_staticjwks()) return {};
    return Fail(ErrorKind::kBadParameter, "spec.kubernetes.static_jwks is not for the type in_cluster");
  }
  if (block.type() == "static_jwks") {
    if (!block.staticjwks().jwks().empty()) return {};
    return Fail(ErrorKind::kBadParameter, "spec.kubernetes.static_jwks.jwks is missing");
  }
  if (block.type() == "oidc") return CheckOidc(block.oidc());
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("spec.kubernetes.type: unknown type \"{}\"", StripControl(block.type())),
                      "one of in_cluster, static_jwks, oidc");
}

Status CheckGitHub(const types::ProvisionTokenSpecV2GitHub& block) {
  if (block.enterpriseserverhost().contains('/')) {
    return Fail(ErrorKind::kBadParameter,
                "spec.github.enterprise_server_host must be a host name without scheme and path");
  }
  if (!block.enterpriseserverhost().empty() && !block.enterpriseslug().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.github: enterprise_server_host and enterprise_slug do not go together");
  }
  return {};
}

Status CheckJoinMethod(types::ProvisionTokenSpecV2& spec) {
  if (spec.joinmethod().empty()) spec.set_joinmethod(spec.allow().empty() ? std::string(kJoinByToken) : "ec2");
  const JoinMethodRules* const method = FindJoinMethodRules(spec.joinmethod());
  if (method == nullptr) {
    std::vector<std::string_view> names;
    for (const JoinMethodRules& row : AllJoinMethods()) names.push_back(row.name);
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("spec.join_method: unknown method \"{}\"", StripControl(spec.joinmethod())),
                        fmt::format("one of {}", fmt::join(names, ", ")));
  }

  if (method->name == kJoinByToken && !spec.allow().empty()) {
    return Fail(ErrorKind::kBadParameter, "spec.allow is not for the join method token");
  }
  if (method->name == "ec2" || method->name == "iam") return CheckAwsRules(spec);

  if (method->name == "bound_keypair") {
    auto& block = *spec.mutable_boundkeypair();
    block.mutable_onboarding();
    if (block.recovery().limit() == 0) block.mutable_recovery()->set_limit(1);
  }
  if (method->block.empty()) return {};

  RETURN_IF_ERROR(CheckBlock(*method, spec));
  if (method->name == "kubernetes") return CheckKubernetes(*spec.mutable_kubernetes());
  if (method->name == "github") return CheckGitHub(spec.github());
  if (method->name == "gitlab" && spec.gitlab().domain().empty()) spec.mutable_gitlab()->set_domain("gitlab.com");
  return {};
}

const types::ProvisionTokenV2& AsToken(const google::protobuf::Message& resource) {
  return static_cast<const types::ProvisionTokenV2&>(resource);
}

std::string TokenRoles(const google::protobuf::Message& resource) {
  return fmt::format("{}", fmt::join(AsToken(resource).spec().roles(), ","));
}

std::string Method(const google::protobuf::Message& resource) { return AsToken(resource).spec().joinmethod(); }

std::string TokenExpires(const google::protobuf::Message& resource) {
  const auto expires = ExpiresOf(resource);
  // Static tokens have the start of 1970 as their expiry.
  if (!expires || *expires == Time{}) return "never";
  return FormatTime(std::chrono::floor<std::chrono::seconds>(*expires));
}

constexpr TextColumn kTokenColumns[] = {
    {"Token", &SafeTokenName}, {"Roles", &TokenRoles}, {"Join Method", &Method}, {"Expires", &TokenExpires}};

// Fills in defaults (join method, kubernetes.type, spelling of roles) and validates a token: each method needs its own
// block. Fails with kBadParameter.
Status CheckToken(google::protobuf::Message& resource) {
  auto& token = static_cast<types::ProvisionTokenV2&>(resource);
  RETURN_IF_ERROR(CheckRoles(*token.mutable_spec()));
  return CheckJoinMethod(*token.mutable_spec());
}

// A token that is to be written gives roles of services alone: with the role Admin, a host would be the built-in Admin.
// kBadParameter otherwise.
Status CheckNewToken(const google::protobuf::Message& resource) {
  for (const std::string& role : AsToken(resource).spec().roles()) {
    if (IsServiceRole(role)) continue;
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("spec.roles: a token cannot give the role {}", StripControl(role)),
                        fmt::format("use one of these roles: {}", fmt::join(kServiceRoles, ", ")));
  }
  return {};
}

}  // namespace

KindRow TokenKind() {
  return {
      .kind = "token",
      .aliases = "tokens",
      .versions = "v2",
      .name_is_secret = true,
      .prototype = &Prototype<types::ProvisionTokenV2>,
      .check = &CheckToken,
      .columns = kTokenColumns,
      .check_new = &CheckNewToken,
  };
}

bool IsServiceRole(std::string_view role) { return std::ranges::find(kServiceRoles, role) != std::end(kServiceRoles); }

std::string SafeTokenName(const google::protobuf::Message& token) {
  const auto& method = AsToken(token).spec().joinmethod();
  const bool secret = method.empty() || method == kJoinByToken;
  return secret ? MaskedToken(NameOf(token)) : NameOf(token);
}

std::string MaskedToken(std::string name) {
  constexpr std::size_t kShort = 16;  // a quarter of a shorter token would help to guess the rest
  const std::size_t hidden = name.size() < kShort ? name.size() : name.size() * 3 / 4;
  return name.replace(0, hidden, hidden, '*');
}

std::optional<std::string_view> SystemRoleNamed(std::string_view name) {
  const std::string wanted = LowerLetters(name);
  for (const std::string_view role : kSystemRoles) {
    if (LowerLetters(role) == wanted) return role;
  }
  return std::nullopt;
}

}  // namespace sallyport
