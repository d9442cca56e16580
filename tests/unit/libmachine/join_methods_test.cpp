#include "libmachine/join_methods.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "libmachine/join_settings.h"
#include "teleport/legacy/types/join.pb.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

TEST_CASE("a method without a row is not implemented, whether tokens know it or not") {
  for (const std::string_view name : {"iam", "bound_keypair", "telepathy", ""}) {
    CAPTURE(name);
    const auto method = FindJoinMethod(name);
    REQUIRE_FALSE(method);
    CHECK(method.error().kind == ErrorKind::kNotImplemented);
    CHECK(method.error().message == fmt::format("joining by \"{}\" is not implemented, use token or kubernetes", name));
    JoinSettings settings;
    settings.method = name;
    settings.token = "secret";
    CHECK(MakeJoinRequest(settings, "has not joined a cluster").error().message == method.error().message);
  }
}

TEST_CASE("tokens know each method of the table") {
  int rows = 0;
  for (const JoinMethodRules& rules : AllJoinMethods()) {
    const auto method = FindJoinMethod(rules.name);
    if (!method) continue;
    ++rows;
    CHECK((*method)->name == rules.name);
    CHECK(JoinMethodNames().contains(rules.name));
  }
  CHECK(rows == std::ranges::count(JoinMethodNames(), ' ') / 2 + 1);
}

TEST_CASE("a request says who the machine is, and shows the token or what its file holds") {
  const test::TemporaryDirectory directory;
  JoinSettings settings;
  settings.node_name = "web";
  settings.principals = {"web.ex.com"};
  for (const std::string& token : {std::string("secret"), directory.Write("token", "secret\n")}) {
    settings.token = token;
    const auto request = MakeJoinRequest(settings, "has not joined a cluster").value();
    CHECK(request.token() == "secret");
    CHECK(request.nodename() == "web");
    CHECK(request.role() == "Instance");
    CHECK(request.additionalprincipals(0) == "web.ex.com");
    CHECK(request.idtoken().empty());
  }
}

TEST_CASE("by the method kubernetes a request has the name of the token, and the token of the service account") {
  const test::TemporaryDirectory directory;
  JoinSettings settings;
  settings.method = "kubernetes";
  CHECK(settings.kubernetes_token_path == "/var/run/secrets/kubernetes.io/serviceaccount/token");
  settings.kubernetes_token_path = directory.Write("account", "a.b.c\n");
  CHECK(MakeJoinRequest(settings, "has not joined a cluster").error().message ==
        "this host has not joined a cluster, and has no name of a token for the join method kubernetes");
  settings.token = "robots";
  const auto request = MakeJoinRequest(settings, "has not joined a cluster").value();
  CHECK(request.token() == "robots");
  CHECK(request.idtoken() == "a.b.c");
  settings.kubernetes_token_path += ".missing";
  const auto missing = MakeJoinRequest(settings, "has not joined a cluster");
  CHECK(missing.error().message.contains("the token of the service account cannot be read"));
  CHECK(missing.error().hint.contains("KUBERNETES_TOKEN_PATH"));
}

TEST_CASE("the error without a token says why the host needs one") {
  const auto request = MakeJoinRequest(JoinSettings(), "has not joined a cluster");
  CHECK(request.error().kind == ErrorKind::kBadParameter);
  CHECK(request.error().message == "this host has not joined a cluster, and has no token to join");
  CHECK(request.error().hint.contains("--token=TOKEN"));
}

}  // namespace
}  // namespace sallyport
