#include "libclient/login.h"

#include <catch2/catch.hpp>

#include "libclient/listing.h"
#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace test;

TEST_CASE("each suite has its keys", "[login]") {
  const auto balanced = GenerateUserKeys("balanced-v1").value();
  CHECK(balanced.ssh.type() == KeyType::kEd25519);
  CHECK(balanced.tls.type() == KeyType::kEcdsa);
  const auto fips = GenerateUserKeys("fips-v1").value();
  CHECK(fips.ssh.type() == KeyType::kEcdsa);
  CHECK(fips.ssh.public_key() != fips.tls.public_key());
  CHECK(GenerateUserKeys("hsm-v1").value().ssh.type() == KeyType::kEd25519);
  const auto legacy = GenerateUserKeys("legacy").value();
  CHECK(legacy.ssh.type() == KeyType::kRsa);
  CHECK(legacy.ssh.public_key() == legacy.tls.public_key());
}

PingAnswer Ping() {
  PingAnswer ping;
  ping.tls_routing_enabled = true;
  ping.kube_enabled = true;
  ping.ssh_listen_addr = "0.0.0.0:3080";
  ping.postgres_listen_addr = "0.0.0.0:3080";
  return ping;
}

TEST_CASE("the profile's addresses come from the ping", "[login]") {
  Profile profile = ProfileOfPing({"dialled", 443}, Ping()).value();
  CHECK(profile.web_proxy_addr == "dialled:443");
  CHECK(profile.ssh_proxy_addr == "dialled:3080");
  CHECK(profile.kube_proxy_addr == "dialled:443");
  CHECK(profile.postgres_proxy_addr == "dialled:3080");
  CHECK(profile.mysql_proxy_addr.empty());

  PingAnswer named = Ping();
  named.ssh_public_addr = "px.example.com";
  named.ssh_proxy_addr = "ssh.example.com";
  profile = ProfileOfPing({"dialled", 443}, named).value();
  CHECK(profile.web_proxy_addr == "px.example.com:3080");
  CHECK(profile.ssh_proxy_addr == "ssh.example.com:3023");

  PingAnswer separate = Ping();
  separate.tls_routing_enabled = false;
  CHECK(ProfileOfPing({"dialled", 443}, separate).value().kube_proxy_addr == "dialled:3026");
  separate.kube_public_addr = "k.example.com:1";
  CHECK(ProfileOfPing({"dialled", 443}, separate).value().kube_proxy_addr == "k.example.com:1");
  separate.kube_enabled = false;
  CHECK(ProfileOfPing({"dialled", 443}, separate).value().kube_proxy_addr.empty());
}

TEST_CASE("a session is a login that is still good", "[login]") {
  const TemporaryDirectory directory;
  const ProfileDirectory profiles(directory.path());
  CHECK(OpenSession(profiles, "", Now()).error().kind == ErrorKind::kNotLoggedIn);
  CHECK(OpenSession(profiles, "px", Now()).error().kind == ErrorKind::kNotLoggedIn);
  REQUIRE(profiles.Save(SampleProfile(), true));
  const auto none = OpenSession(profiles, "", Now());
  CHECK(none.error().kind == ErrorKind::kNotLoggedIn);
  CHECK(none.error().hint == "log in: tsh login --proxy=ref.test:4080 --user=alice");
  const Time until = std::chrono::floor<std::chrono::seconds>(Now() + std::chrono::hours(1));
  REQUIRE(SaveKeyRing(PathsOf(profiles, SampleProfile()), "ref.test", SampleKeyRing(until)));
  const auto session = OpenSession(profiles, "", Now()).value();
  CHECK(session.user() == "alice");
  CHECK(session.root_cluster == "ref.test");
  CHECK(OpenSession(profiles, "", until).error().kind == ErrorKind::kNotLoggedIn);
  CHECK(OpenSession(profiles, "", until).error().message.contains("has expired"));
}

TEST_CASE("labels are read as they are typed", "[login]") {
  using Labels = std::map<std::string, std::string>;
  CHECK(ParseLabels("").value().empty());
  CHECK(ParseLabels("a=1,b=x=y").value() == Labels{{"a", "1"}, {"b", "x=y"}});
  CHECK(ParseLabels("\"a b\"=\"1,2\",c=").value() == Labels{{"a b", "1,2"}, {"c", ""}});
  for (const auto* text : {"a", "=1", "a=1,", "a=\"1", "a=1,b"}) {
    CAPTURE(text);
    CHECK(ParseLabels(text).error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace
}  // namespace sallyport
