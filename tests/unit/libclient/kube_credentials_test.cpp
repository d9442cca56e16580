#include "libclient/kube_credentials.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace test;

TEST_CASE("cached credentials are used while more than a minute is left", "[kube-credentials]") {
  const TemporaryDirectory directory;
  const ProfilePaths paths{directory.path(), "px", "alice"};
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  const Time until = std::chrono::floor<std::chrono::seconds>(Now() + std::chrono::hours(1));
  CHECK(CachedKubeCredential(paths, "ref.test", "dev", Now()).error().kind == ErrorKind::kNotFound);
  REQUIRE(SaveKubeCredential(paths, "ref.test", "dev", {key.ToPem(), UserCertificatePem(key, until)}));
  const auto printed = CachedKubeCredential(paths, "ref.test", "dev", until - std::chrono::seconds(61)).value();
  const Value json = ParseJson(printed.Reveal()).value();
  CHECK(json.Find("kind")->as_string() == "ExecCredential");
  CHECK(json.Find("apiVersion")->as_string() == "client.authentication.k8s.io/v1beta1");
  CHECK_FALSE(json.Find("spec")->Find("interactive")->as_bool());
  const Value& status = *json.Find("status");
  CHECK(status.Find("expirationTimestamp")->as_string() == FormatTime(until - std::chrono::minutes(1)));
  CHECK(Certificate::FromPem(status.Find("clientCertificateData")->as_string())->public_key() == key.public_key());
  CHECK(ParsePrivateKeyPem(status.Find("clientKeyData")->as_string())->public_key() == key.public_key());
  CHECK_FALSE(CachedKubeCredential(paths, "ref.test", "dev", until - std::chrono::seconds(60)));
  CHECK_FALSE(CachedKubeCredential(paths, "other", "dev", Now()));
}

TEST_CASE("a broken cache is no cache", "[kube-credentials]") {
  const TemporaryDirectory directory;
  const ProfilePaths paths{directory.path(), "px", "alice"};
  REQUIRE(SaveKubeCredential(paths, "c", "dev", {Secret("K"), "not a certificate"}));
  CHECK(CachedKubeCredential(paths, "c", "dev", Now()).error().kind == ErrorKind::kNotFound);
  REQUIRE(WritePrivateFile(paths.KubeCredential("c", "dev"), "garbage"));
  CHECK(CachedKubeCredential(paths, "c", "dev", Now()).error().kind == ErrorKind::kNotFound);
}

}  // namespace
}  // namespace sallyport
