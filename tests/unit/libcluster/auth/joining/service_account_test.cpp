// Tests of service accounts in tokens and token reviews, and of the rules of join tokens.
#include "libcluster/auth/joining/service_account.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

constexpr const char* kClaims = R"({"sub": "system:serviceaccount:apps:robot", "kubernetes.io": {"namespace": "apps",
  "pod": {"name": "robot-1", "uid": "u"}, "serviceaccount": {"name": "robot", "uid": "v"}}})";
constexpr const char* kStatus = R"({"authenticated": true, "user": {"username": "system:serviceaccount:apps:robot",
  "groups": ["system:serviceaccounts", "system:serviceaccounts:apps"],
  "extra": {"authentication.kubernetes.io/pod-name": ["robot-1"]}}})";

std::string Without(std::string text, std::string_view part, std::string_view by) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), by);
}

TEST_CASE("an account is read from claims and from a review") {
  for (const auto& account :
       {ServiceAccountOfClaims(ParseJson(kClaims).value()), ServiceAccountOfReview(ParseJson(kStatus).value())}) {
    REQUIRE(account);
    CHECK(account->user == "system:serviceaccount:apps:robot");
    CHECK(account->kube_namespace == "apps");
    CHECK(account->name == "robot");
    CHECK(account->pod == "robot-1");
  }
}

TEST_CASE("claims without a service account or a pod are refused by name") {
  const std::pair<std::string, const char*> wrong[] = {
      {"{}", "claim sub"},
      {Without(kClaims, "system:serviceaccount:", "system:node:"), "claim sub"},
      {Without(kClaims, "apps:robot", "apps"), "claim sub"},
      {Without(kClaims, "apps:robot", ":robot"), "claim sub"},
      {Without(kClaims, "apps:robot", "apps:"), "claim sub"},
      {Without(kClaims, "apps:robot", "apps:robot:x"), "claim sub"},
      {Without(kClaims, R"("pod": {"name": "robot-1", "uid": "u"}, )", ""), "claim kubernetes.io"},
      {Without(kClaims, R"("name": "robot-1", )", ""), "claim kubernetes.io"},
      {Without(kClaims, "kubernetes.io", "kubernetes"), "claim kubernetes.io"},
      {Without(kClaims, R"({"name": "robot-1", "uid": "u"})", "\"robot-1\""), "claim kubernetes.io"},
  };
  for (const auto& [text, says] : wrong) {
    CAPTURE(text);
    const auto account = ServiceAccountOfClaims(ParseJson(text).value());
    REQUIRE_FALSE(account);
    CHECK(account.error().message.contains(says));
  }
}

TEST_CASE("a review that does not show a pod of a service account is refused") {
  const std::pair<std::string, const char*> wrong[] = {
      {"{}", "does not accept the token"},
      {R"({"authenticated": false, "error": "expired"})", "\"expired\""},
      {Without(kStatus, "true", "false"), "does not accept the token"},
      {Without(kStatus, "true", "\"true\""), "does not accept the token"},
      {R"({"authenticated": true})", "user of the TokenReview"},
      {Without(kStatus, "system:serviceaccount:apps:robot", "admin"), "user of the TokenReview"},
      {Without(kStatus, R"("system:serviceaccounts", )", ""), "not in the group"},
      {Without(kStatus, "pod-name", "pod-uid"), "pod-name"},
      {Without(kStatus, R"(["robot-1"])", R"(["robot-1", "robot-2"])"), "pod-name"},
      {Without(kStatus, R"(["robot-1"])", "[]"), "pod-name"},
  };
  for (const auto& [text, says] : wrong) {
    CAPTURE(text);
    const auto account = ServiceAccountOfReview(ParseJson(text).value());
    REQUIRE_FALSE(account);
    CHECK(account.error().kind == ErrorKind::kAccessDenied);
    CHECK(account.error().message.contains(says));
  }
}

TEST_CASE("a rule of the token must name the account") {
  types::ProvisionTokenV2 token;
  const auto allowed = [&](std::string kube_namespace, std::string name) {
    return CheckAllowed(token, {"", std::move(kube_namespace), std::move(name), "pod"});
  };
  CHECK_FALSE(allowed("apps", "robot"));
  token.mutable_spec()->mutable_kubernetes()->add_allow()->set_serviceaccount("other:robot");
  token.mutable_spec()->mutable_kubernetes()->add_allow()->set_serviceaccount("apps:robot");
  CHECK(allowed("apps", "robot"));
  CHECK(allowed("other", "robot"));
  CHECK(allowed("apps", "robots").error().message == "no rule of the token allows the service account \"apps:robots\"");
  CHECK_FALSE(allowed("Apps", "robot"));
  CHECK_FALSE(allowed("", "robot"));
}

}  // namespace
}  // namespace sallyport
