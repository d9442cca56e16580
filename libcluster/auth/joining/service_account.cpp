#include "libcluster/auth/joining/service_account.h"

#include <algorithm>

#include "libbase/text.h"
#include "libbase/value_fields.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kAccountPrefix = "system:serviceaccount:";
constexpr std::string_view kAccountGroup = "system:serviceaccounts";
constexpr std::string_view kPodExtra = "authentication.kubernetes.io/pod-name";
constexpr std::size_t kMaxShownText = 200;

std::string ShownText(std::string_view text) {
  return fmt::format("\"{}\"", StripControl(text.substr(0, kMaxShownText)));
}

// Splits the user name of a service account; `claim` is where it was found.
Result<ServiceAccount> AccountNamed(const std::string& user, std::string_view claim) {
  const auto wrong =
      Fail(ErrorKind::kAccessDenied, "the {} is {}, which is no service account", claim, ShownText(user));
  if (!user.starts_with(kAccountPrefix)) return wrong;
  const std::string_view rest = std::string_view(user).substr(kAccountPrefix.size());
  const std::size_t colon = rest.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == rest.size()) return wrong;
  const std::string_view name = rest.substr(colon + 1);
  if (name.contains(':')) return wrong;
  return ServiceAccount{user, std::string(rest.substr(0, colon)), std::string(name), ""};
}

}  // namespace

Result<ServiceAccount> ServiceAccountOfClaims(const Value& claims) {
  ASSIGN_OR_RETURN(ServiceAccount account, AccountNamed(TextAt(claims, "sub"), "claim sub"));
  const Value* const kubernetes = claims.Find("kubernetes.io");
  account.pod = TextAt(kubernetes == nullptr ? nullptr : kubernetes->Find("pod"), "name");
  if (!account.pod.empty()) return account;
  return Fail(ErrorKind::kAccessDenied,
              "the claim kubernetes.io names no pod: the token must be a projected one, which is bound to its pod");
}

Result<ServiceAccount> ServiceAccountOfReview(const Value& status) {
  const Value* const authenticated = status.Find("authenticated");
  if (authenticated == nullptr || !authenticated->as_bool()) {
    return Fail(ErrorKind::kAccessDenied, "the API server does not accept the token: {}",
                ShownText(TextAt(status, "error")));
  }
  const Value* const user = status.Find("user");
  ASSIGN_OR_RETURN(ServiceAccount account, AccountNamed(TextAt(user, "username"), "user of the TokenReview"));
  const Value* const groups = user->Find("groups");
  const bool of_accounts = groups != nullptr && std::ranges::any_of(groups->as_list(), [](const Value& group) {
                             return group.as_string() == kAccountGroup;
                           });
  if (!of_accounts) {
    return Fail(ErrorKind::kAccessDenied, "the user of the TokenReview is not in the group {}", kAccountGroup);
  }

  const Value* const extra = user->Find("extra");
  const Value* const pods = extra == nullptr ? nullptr : extra->Find(kPodExtra);
  if (pods != nullptr && pods->as_list().size() == 1) account.pod = pods->as_list().front().as_string();
  if (!account.pod.empty()) return account;
  return Fail(ErrorKind::kAccessDenied,
              "the user of the TokenReview has no {}: the token must be a projected one, which is bound to its pod",
              kPodExtra);
}

Status CheckAllowed(const types::ProvisionTokenV2& token, const ServiceAccount& account) {
  const std::string name = fmt::format("{}:{}", account.kube_namespace, account.name);
  const auto& rules = token.spec().kubernetes().allow();
  if (std::ranges::any_of(rules, [&](const auto& rule) { return rule.serviceaccount() == name; })) return {};
  return Fail(ErrorKind::kAccessDenied, "no rule of the token allows the service account {}", ShownText(name));
}

}  // namespace sallyport
