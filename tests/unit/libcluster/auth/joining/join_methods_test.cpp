#include "libcluster/auth/joining/join_methods.h"

#include "libcluster/auth/joining/joining.h"
#include "libresources/kinds/join_method.h"
#include "teleport/legacy/types/token.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

types::ProvisionTokenV2 TokenOf(std::string_view method) {
  types::ProvisionTokenV2 token;
  token.mutable_metadata()->set_name("secret");
  token.mutable_spec()->add_roles("Node");
  token.mutable_spec()->set_joinmethod(std::string(method));
  return token;
}

TEST_CASE("a token's method has a row, or the token lets nobody in") {
  CHECK(FindServedJoinMethod(TokenOf("")).value()->name == kJoinByToken);
  int served = 0;
  for (const JoinMethodRules& rules : AllJoinMethods()) {
    CAPTURE(rules.name);
    const auto method = FindServedJoinMethod(TokenOf(rules.name));
    if (method) {
      ++served;
      CHECK((*method)->name == rules.name);
      continue;
    }
    CHECK(method.error().kind == ErrorKind::kAccessDenied);
    CHECK(method.error().message == fmt::format("access denied: the token is for the join method {}", rules.name));
    CHECK(method.error().hint.contains("tctl tokens add"));
  }
  CHECK(served == 1);
  CHECK(FindServedJoinMethod(TokenOf("telepathy")).error().message ==
        "access denied: the token is for the join method telepathy");
}

TEST_CASE("a host with a token of a method without a row does not join, and the audit log has it") {
  for (const std::string_view name : {"iam", "telepathy"}) {
    CAPTURE(name);
    AuthFixture fixture;
    BackendTransaction transaction;
    types::ProvisionTokenV2 token = TokenOf(name);
    WriteResource(transaction, token, WriteMode::kUpsert);
    REQUIRE(fixture.auth().Commit(std::move(transaction)));
    JoinRequest request;
    request.token = "secret";
    request.role = "Node";
    request.id_token = "a.b.c";
    const auto refused = JoinCluster(fixture.auth(), request);
    CHECK(refused.error().message == fmt::format("access denied: the token is for the join method {}", name));

    const auto events = fixture.auth().backend().Events({Time::min(), Time::max(), {"instance.join"}}).value();
    REQUIRE(events.size() == 1);
    CHECK(events.front().second.json.contains("TJ002E"));
    CHECK(events.front().second.json.contains("\"method\":\"token\""));
  }
}

}  // namespace
}  // namespace sallyport
