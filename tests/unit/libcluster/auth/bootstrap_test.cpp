#include "libcluster/auth/bootstrap.h"

#include "libbase/json.h"
#include "libcluster/auth/users/password.h"
#include "teleport/legacy/types/cluster_config.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

constexpr std::string_view kFirstPassword = "correct horse battery";
constexpr std::string_view kTotpKey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

std::string BackupYaml() {
  return fmt::format(R"(
kind: role
version: v7
metadata: {{name: ops}}
spec: {{allow: {{logins: [root]}}}}
---
kind: user
version: v2
metadata: {{name: alice}}
spec:
  roles: [ops, access]
  created_by: {{user: {{name: somebody}}}}
  local_auth:
    password_hash: {}
    mfa:
    - {{kind: mfa_device, version: v1, metadata: {{Name: otp}}, id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301, totp: {{key: {}}}}}
---
kind: bot
version: v1
metadata: {{name: robot}}
spec: {{roles: [ops]}}
---
kind: cluster_networking_config
version: v2
metadata: {{name: cluster-networking-config}}
spec: {{client_idle_timeout: 2h}}
---
kind: health_check_config
version: v1
metadata: {{name: default}}
spec: {{match: {{}}}}
)",
                     ToBase64(HashPassword(kFirstPassword).value()), kTotpKey);
}

// A data directory in which the test opens a cluster several times.
class Place {
 public:
  Result<std::unique_ptr<AuthServer>> Open(const std::string& yaml, const std::string& cluster = "ex.com") const {
    AuthServerOptions options;
    options.data_dir = directory_ / "data";
    options.cluster_name = cluster;
    options.proxy_public_address = "px.ex.com:443";
    if (!yaml.empty()) options.bootstrap_path = directory_.Write("backup.yaml", yaml);
    return AuthServer::Open(std::move(options));
  }

 private:
  const test::TemporaryDirectory directory_;
};

std::string AuthorityYaml(AuthServer& auth, std::string_view type, bool with_keys) {
  return "---\n" + ToJson(EncodeMessage(auth.authorities().Get(type, "ex.com", with_keys).value())) + "\n";
}

TEST_CASE("an empty cluster begins with a backup, and its users log in as before") {
  const Place place;
  const auto auth = place.Open(BackupYaml()).value();
  const LoginAttempt attempt{"alice", std::string(kFirstPassword),
                             TotpCode(FromBase32(kTotpKey).value(), Now()).value(), "192.0.2.1:4711", "test"};
  const auto alice = auth->local_users().Authenticate(attempt);
  REQUIRE(alice);
  CHECK(alice->spec().roles().size() == 2);
  CHECK(alice->spec().createdby().user().name() == "somebody");
  CHECK_FALSE(alice->spec().has_localauth());  // the stored user has no secrets
  CHECK(alice->status().password_state() == types::PASSWORD_STATE_SET);
  CHECK(alice->status().mfa_weakest_device() == types::MFA_DEVICE_KIND_TOTP);
  CHECK(GetResource<types::RoleV6>(auth->backend(), "bot-robot"));
  CHECK(GetResource<types::RoleV6>(auth->backend(), "editor"));  // a preset
  const auto networking = auth->Setting<types::ClusterNetworkingConfigV2>().value();
  CHECK(networking.spec().clientidletimeout() == Nanoseconds(std::chrono::hours(2)).count());
}

TEST_CASE("a cluster that was started before takes nothing from a backup") {
  const Place place;
  REQUIRE(place.Open(""));
  const auto auth = place.Open(BackupYaml()).value();
  CHECK_FALSE(GetResource<types::UserV2>(auth->backend(), "alice"));
}

TEST_CASE("the authorities of a backup are the new cluster's, with their keys") {
  const Place old_place;
  const auto old_auth = old_place.Open("").value();
  const std::string host_pem = old_auth->authorities().HostTlsPem();
  std::string yaml = BackupYaml();
  for (const auto* type : {"host", "user", "jwt"}) yaml += AuthorityYaml(*old_auth, type, true);

  const Place place;
  const auto opened = place.Open(yaml);
  INFO((opened ? std::string() : opened.error().message));
  REQUIRE(opened);
  const auto& auth = *opened;
  CHECK(auth->authorities().HostTlsPem() == host_pem);
  CHECK(auth->authorities().Signer("user"));
  CHECK(auth->authorities().Get("db", "ex.com", false));  // the backup does not have this one

  const auto renamed = Place().Open(yaml, "other.com");
  REQUIRE_FALSE(renamed);
  CHECK(renamed.error().message.contains("this cluster is \"other.com\""));
  const auto keyless = Place().Open(AuthorityYaml(*old_auth, "host", false));
  REQUIRE_FALSE(keyless);
  CHECK(keyless.error().message.contains("has no private key"));
}

TEST_CASE("a backup that cannot be taken whole is not taken at all") {
  const auto refused = [](const std::string& more, std::string_view text) {
    const Place place;
    const auto opened = place.Open(BackupYaml() + "---\n" + more);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().message.contains("backup.yaml"));
    CHECK(opened.error().message.contains(text));
    const auto later = place.Open("").value();
    CHECK_FALSE(GetResource<types::UserV2>(later->backend(), "alice"));
  };
  refused("kind: user\nversion: v2\nmetadata: {name: bob}\nspec: {roles: [nosuch]}\n",
          "\"nosuch\", which does not exist");
  refused("kind: role\nversion: v7\nmetadata: {name: ops}\n", "role \"ops\" is in the file twice");
  refused("kind: nosuch\nversion: v1\nmetadata: {name: x}\n", "nosuch");
  refused("kind: access_request\nversion: v3\nmetadata: {name: x}\n", "");
  refused("kind: role\nversion: v7\nmetadata: {name: less}\nspec: {options: {max_connections: 1}}\n",
          "max_connections");
  refused(
      "kind: user\nversion: v2\nmetadata: {name: bob}\nspec: {roles: [ops], local_auth: {password_hash: cGxhaW4=}}\n",
      "spec.local_auth.password_hash is not a bcrypt hash");
}

}  // namespace
}  // namespace sallyport
