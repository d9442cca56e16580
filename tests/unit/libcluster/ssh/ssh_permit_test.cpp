// Tests of the permissions of a user on a node.
#include "libcluster/ssh/ssh_permit.h"

#include "libcluster/auth/access/user_access.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

Result<SshPermit> PermitOf(AuthFixture& fixture, std::vector<std::string> roles, const Labels& labels,
                           const Identity& identity = {}) {
  ASSIGN_OR_RETURN(const auto access, AccessOf(fixture.auth().backend(), "alice", roles, Traits()));
  return PermitSsh({identity, *access, "id-1", "ex.com", labels, SessionSettings{}});
}

void StoreRole(AuthFixture& fixture, std::string_view name, std::string_view spec) {
  fixture.Store(fmt::format("kind: role\nversion: v7\nmetadata: {{name: {}}}\nspec: {}\n", name, spec));
}

TEST_CASE("logins are those that labels and roles give and none denies") {
  AuthFixture fixture;
  StoreRole(fixture, "dev", "{allow: {logins: [admin, guest], node_labels: {env: dev}}, deny: {logins: [guest]}}");
  const auto permit = PermitOf(fixture, {"dev"}, {{"env", "dev"}});
  REQUIRE(permit);
  REQUIRE(permit->logins.size() == 1);
  CHECK(permit->logins[0].name == "admin");
  const auto elsewhere = PermitOf(fixture, {"dev"}, {{"env", "prod"}});
  REQUIRE_FALSE(elsewhere);
  CHECK(elsewhere.error().kind == ErrorKind::kAccessDenied);
  CHECK(elsewhere.error().message.contains("\"dev\" reaches nodes with env: dev"));
}

TEST_CASE("options of roles decide about forwarding, files and sessions") {
  AuthFixture fixture;
  StoreRole(fixture, "plain", "{allow: {logins: [admin], node_labels: {'*': '*'}}}");
  StoreRole(fixture, "narrow",
            "{options: {port_forwarding: false, ssh_file_copy: false, max_sessions: 2, forward_agent: true},"
            " allow: {logins: [admin], node_labels: {'*': '*'}}}");
  const auto plain = PermitOf(fixture, {"plain"}, {});
  REQUIRE(plain);
  CHECK(plain->copy_files);
  CHECK_FALSE(plain->logins[0].forward_agent);
  const auto narrow = PermitOf(fixture, {"narrow"}, {});
  REQUIRE(narrow);
  CHECK(narrow->port_forwarding == PortForwarding::kOff);
  CHECK_FALSE(narrow->copy_files);
  CHECK(narrow->max_sessions == 2);
  CHECK(narrow->logins[0].forward_agent);
}

TEST_CASE("a second factor that is demanded must be in the certificate") {
  AuthFixture fixture;
  StoreRole(fixture, "mfa",
            "{options: {require_session_mfa: true}, allow: {logins: [admin], node_labels: {'*': '*'}}}");
  const auto without = PermitOf(fixture, {"mfa"}, {});
  REQUIRE_FALSE(without);
  CHECK(without.error().message == AccessChecker::kSessionMfaRequired);
  Identity verified;
  verified.mfa_verified = "device";
  CHECK(PermitOf(fixture, {"mfa"}, {}, verified));
}

TEST_CASE("a certificate for other resources reaches no node") {
  AuthFixture fixture;
  StoreRole(fixture, "plain", "{allow: {logins: [admin], node_labels: {'*': '*'}}}");
  Identity restricted;
  restricted.allowed_resources = {"/ex.com/node/id-2"};
  CHECK_FALSE(PermitOf(fixture, {"plain"}, {}, restricted));
  restricted.allowed_resources = {"/ex.com/node/id-1"};
  CHECK(PermitOf(fixture, {"plain"}, {}, restricted));
}

}  // namespace
}  // namespace sallyport
