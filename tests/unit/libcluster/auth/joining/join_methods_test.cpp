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
    CHECK(method.error().kind == ErrorKind::kNotImplemented);
    CHECK(method.error().message == fmt::format("joining by the method {} is not implemented", rules.name));
  }
  CHECK(served == 2);
  const Error unknown = FindServedJoinMethod(TokenOf("telepathy")).error();
  CHECK(unknown.kind == ErrorKind::kAccessDenied);
  CHECK(unknown.message == "access denied: the token is for an unknown join method");
  CHECK(unknown.hint.contains("tctl tokens add"));
}

TEST_CASE("a host with a token of a method without a row does not join, and the audit log has it") {
  const std::pair<const char*, const char*> others[] = {
      {"iam", "joining by the method iam is not implemented"},
      {"telepathy", "access denied: the token is for an unknown join method"}};
  for (const auto& [name, message] : others) {
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
    CHECK(refused.error().message == message);

    const auto events = fixture.auth().backend().Events({Time::min(), Time::max(), {"instance.join"}}).value();
    REQUIRE(events.size() == 1);
    CHECK(events.front().second.json.contains("TJ002E"));
    CHECK(events.front().second.json.contains(fmt::format("\"method\":\"{}\"", name)));
  }
}

}  // namespace
}  // namespace sallyport
