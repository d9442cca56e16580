#include "libclient/profile.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "libbase/file.h"
#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace test;

constexpr std::string_view kWritten = R"(web_proxy_addr: ref.test:4080
ssh_proxy_addr: ref.test:4080
kube_proxy_addr: ref.test:4080
user: alice
cluster: ref.test
dir: ""
tls_routing_enabled: true
mfa_mode: auto
private_key_policy: ""
piv_slot: ""
piv_pin_cache_ttl: 0s
missingclusterdetails: false
ssh_dial_timeout: 30s
)";

TEST_CASE("a profile is written with Teleport's keys in Teleport's order", "[profile]") {
  CHECK(FormatProfile(SampleProfile()) == kWritten);
}

TEST_CASE("a profile is read back", "[profile]") {
  Profile profile = SampleProfile();
  CHECK(ParseProfile(kWritten, "x").value() == profile);
  profile.dynamic_forward_ports = {"8080", "127.0.0.1:1"};
  profile.load_all_cas = true;
  profile.piv_pin_cache_ttl = std::chrono::seconds(90);
  profile.tls_routing_conn_upgrade_required = true;
  profile.saml_slo_enabled = true;
  profile.sso_host = "on";
  CHECK(ParseProfile(FormatProfile(profile), "x").value() == profile);
}

TEST_CASE("what a profile leaves out has a default, what we do not know is ignored", "[profile]") {
  const auto profile = ParseProfile("web_proxy_addr: px.example.com:443\nfuture_key: [1]\nuser: 12\n", "x").value();
  CHECK(profile.cluster == "px.example.com");
  CHECK(profile.ssh_dial_timeout == std::chrono::seconds(30));
  CHECK(profile.user == "12");
}

TEST_CASE("a profile that cannot be right says the line", "[profile]") {
  CHECK(ParseProfile("", "x.yaml").error().kind == ErrorKind::kBadParameter);
  CHECK(ParseProfile("- a\n", "x.yaml").error().kind == ErrorKind::kBadParameter);
  CHECK(ParseProfile("user: a\n", "x.yaml").error().kind == ErrorKind::kBadParameter);
  CHECK(ParseProfile("web_proxy_addr: a/../b:1\n", "x.yaml").error().kind == ErrorKind::kBadParameter);
  CHECK(ParseProfile("web_proxy_addr: a:1\nuser: ../b\n", "x.yaml").error().kind == ErrorKind::kBadParameter);
  const auto wrong = ParseProfile("web_proxy_addr: a:1\ntls_routing_enabled: maybe\n", "x.yaml");
  CHECK(wrong.error().message == "x.yaml:2: tls_routing_enabled must be a bool, not a string");
  CHECK_FALSE(ParseProfile("web_proxy_addr: a:1\nssh_dial_timeout: soon\n", "x.yaml"));
}

TEST_CASE("the current profile and the list of all", "[profile]") {
  const TemporaryDirectory directory;
  const ProfileDirectory profiles(directory / "home");
  CHECK(profiles.CurrentName().error().kind == ErrorKind::kNotFound);
  CHECK(profiles.Names().value().empty());
  CHECK(profiles.Load("").error().kind == ErrorKind::kNotFound);
  REQUIRE(profiles.Save(SampleProfile(), true));
  Profile other = SampleProfile();
  other.web_proxy_addr = "b.example.com:443";
  REQUIRE(profiles.Save(other, false));
  CHECK(profiles.CurrentName().value() == "ref.test");
  CHECK(ReadFile(directory / "home/current-profile").value() == "ref.test\n");
  CHECK(profiles.Names().value() == std::vector<std::string>{"b.example.com", "ref.test"});
  CHECK(profiles.Load("").value() == SampleProfile());
  CHECK(profiles.Load("b.example.com").value() == other);
  CHECK(profiles.Load("../x").error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("modes of the profile directory follow the umask", "[profile]") {
  const TemporaryDirectory directory;
  const ProfileDirectory profiles(directory / "home");
  const mode_t before = ::umask(027);
  const Status saved = profiles.Save(SampleProfile(), true);
  ::umask(before);
  REQUIRE(saved);
  CHECK(ModeOf(directory / "home") == 0700);
  CHECK(ModeOf(directory / "home/ref.test.yaml") == 0640);
  CHECK(ModeOf(directory / "home/current-profile") == 0640);
}

TEST_CASE("the status comes from the certificates", "[profile]") {
  const TemporaryDirectory directory;
  const ProfileDirectory profiles(directory.path());
  const Profile profile = SampleProfile();
  const Time until = std::chrono::floor<std::chrono::seconds>(Now() + std::chrono::hours(2));
  REQUIRE(SaveKeyRing(PathsOf(profiles, profile), "ref.test", SampleKeyRing(until)));
  const auto status = ReadProfileStatus(profiles, profile, Now()).value();
  CHECK(status.IsValid(Now()));
  CHECK_FALSE(status.IsValid(until));
  CHECK(status.valid_until == until);
  CHECK(status.roles == std::vector<std::string>{"access", "editor"});
  CHECK(status.logins == std::vector<std::string>{"root"});
  CHECK(status.kube_groups == std::vector<std::string>{"system:masters"});
  CHECK(status.traits.Get("logins") == std::vector<std::string>{"root"});
  CHECK(status.extensions == std::vector<std::string>{"permit-pty", "private-key-policy"});
}

TEST_CASE("a profile without keys is a partial one, with broken ones an error", "[profile]") {
  const TemporaryDirectory directory;
  const ProfileDirectory profiles(directory.path());
  const Profile profile = SampleProfile();
  const Time now = Now();
  auto status = ReadProfileStatus(profiles, profile, now).value();
  CHECK_FALSE(status.has_certificates);
  CHECK_FALSE(status.IsValid(now));
  CHECK(status.valid_until == now);
  KeyRing ring = SampleKeyRing(now + std::chrono::hours(1));
  ring.ssh_certificate = "nonsense\n";
  REQUIRE(SaveKeyRing(PathsOf(profiles, profile), "ref.test", ring));
  const auto broken = ReadProfileStatus(profiles, profile, now);
  REQUIRE_FALSE(broken);
  CHECK(broken.error().hint == "log in again");
}

}  // namespace
}  // namespace sallyport
