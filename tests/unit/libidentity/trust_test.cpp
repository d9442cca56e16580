#include "libidentity/trust.h"

#include <thread>

#include <catch2/catch.hpp>

#include "sample.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;
using namespace test;

// Returns an authority that is older than the leaf certificates of the tests.
Authority OldAuthority(std::string_view cluster, const PrivateKey& key) {
  return {key, MakeCertificateAuthority(cluster, key, kNow - 24h).value()};
}

struct Cluster {
  Authority host = OldAuthority("root.test", GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value());
  Authority user = OldAuthority("root.test", GeneratePrivateKey(KeyAlgorithm::kEd25519).value());
  Authority leaf_user = OldAuthority("leaf.test", GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value());
  TrustSet trust = TrustSet::Make({{"host", "root.test", host.certificate},
                                   {"user", "root.test", user.certificate},
                                   {"user", "leaf.test", leaf_user.certificate}})
                       .value();
};

const Cluster& Root() {
  static const Cluster cluster;
  return cluster;
}

LeafRequest LeafRequestNow() {
  return {.subject = ToSubject(RecordedUser()).value(),
          .public_key = EcdsaKey().public_key(),
          .not_before = kNow - kClockSkew,
          .not_after = kNow + 1h};
}

Certificate Issue(const Authority& authority, const LeafRequest& request = LeafRequestNow()) {
  return IssueCertificate(request, authority.certificate, authority.key).value();
}

Error ErrorOf(const Certificate& leaf, Time now = kNow, LeafUsage usage = LeafUsage::kAny) {
  const auto result = Root().trust.Verify(leaf, now, usage);
  return result ? Error{} : result.error();
}

TEST_CASE("a leaf leads to the authority that signed it", "[trust]") {
  for (const auto& [authority, type, cluster] : {std::tuple{&Root().host, "host", "root.test"},
                                                 {&Root().user, "user", "root.test"},
                                                 {&Root().leaf_user, "user", "leaf.test"}}) {
    const auto signer = Root().trust.Verify(Issue(*authority), kNow, LeafUsage::kClient);
    REQUIRE(signer.has_value());
    CHECK((*signer)->ca_type == type);
    CHECK((*signer)->cluster == cluster);
    CHECK((*signer)->certificate == authority->certificate);
  }
}

TEST_CASE("a leaf is valid from its first to its last second", "[trust]") {
  const Certificate leaf = Issue(Root().user);
  CHECK(ErrorOf(leaf, kNow - kClockSkew).message.empty());
  CHECK(ErrorOf(leaf, kNow + 1h).message.empty());

  const Error early = ErrorOf(leaf, kNow - kClockSkew - 1ns);
  CHECK(early.kind == ErrorKind::kNotLoggedIn);
  CHECK(early.message == "certificate of \"seokbin2\" is not valid before 2026-11-22T00:59:00Z");
  CHECK(early.hint == "compare the clocks of both hosts");
  const Error late = ErrorOf(leaf, kNow + 1h + 1s);
  CHECK(late.kind == ErrorKind::kNotLoggedIn);
  CHECK(late.message == "certificate of \"seokbin2\" expired at 2026-11-22T02:00:00Z");
  CHECK_FALSE(late.hint.empty());
}

TEST_CASE("a leaf of the future is not valid yet", "[trust]") {
  LeafRequest request = LeafRequestNow();
  request.not_before = kNow + 1min;
  const Error error = ErrorOf(Issue(Root().user, request));
  CHECK(error.kind == ErrorKind::kNotLoggedIn);
  CHECK(error.message == "certificate of \"seokbin2\" is not valid before 2026-11-22T01:01:00Z");
}

TEST_CASE("a leaf of an unknown authority is refused, also of one with a trusted name", "[trust]") {
  const Authority stranger = MakeAuthority("evil.test", EcdsaKey());
  const Error unknown = ErrorOf(Issue(stranger));
  CHECK(unknown.kind == ErrorKind::kAccessDenied);
  CHECK(unknown.message == "certificate of \"seokbin2\" is signed by an unknown authority, of cluster \"evil.test\"");

  // The certificate has the subject, key identifier and other fields of a trusted authority, but another key.
  const Certificate forged = [] {
    LeafRequest request = LeafRequestNow();
    request.subject = Root().user.certificate.subject_der();
    request.extra_extensions = {{"2.5.29.19", true, std::string("\x30\x03\x01\x01\xff", 5)}};
    return Issue(MakeAuthority("evil.test", EcdsaKey()), request);
  }();
  REQUIRE(forged.is_ca());
  REQUIRE(forged.subject_der() == Root().user.certificate.subject_der());
  CHECK(ErrorOf(Issue({EcdsaKey(), forged})).message ==
        "certificate of \"seokbin2\" is signed by an unknown authority, of cluster \"root.test\"");
  CHECK_FALSE(TrustSet().Verify(Issue(Root().user), kNow, LeafUsage::kAny).has_value());
}

TEST_CASE("an authority is no leaf", "[trust]") {
  const Error error = ErrorOf(Root().user.certificate);
  CHECK(error.kind == ErrorKind::kAccessDenied);
  CHECK(error.message == "certificate of \"root.test\" is a CA certificate, not the certificate of a user or host");
  CHECK(ErrorOf(Certificate()).message == "no certificate to check");
}

TEST_CASE("a leaf serves only the use it is for", "[trust]") {
  LeafRequest request = LeafRequestNow();
  request.client_auth = false;
  const Certificate server = Issue(Root().host, request);
  CHECK(ErrorOf(server, kNow, LeafUsage::kServer).message.empty());
  CHECK(ErrorOf(server, kNow, LeafUsage::kAny).message.empty());
  CHECK(ErrorOf(server, kNow, LeafUsage::kClient).message ==
        "certificate of \"seokbin2\" is not for clients (no clientAuth)");
  request.client_auth = true;
  request.server_auth = false;
  CHECK(ErrorOf(Issue(Root().host, request), kNow, LeafUsage::kServer).message ==
        "certificate of \"seokbin2\" is not for servers (no serverAuth)");
  request.extra_extensions = {{"1.3.9999.2.99", true, "x"}};
  CHECK(ErrorOf(Issue(Root().host, request)).message ==
        "certificate of \"seokbin2\" has a critical extension that is not known");
}

TEST_CASE("an authority that has expired signs for nobody", "[trust]") {
  LeafRequest request = LeafRequestNow();
  request.not_after = kNow + std::chrono::years(20);
  const Error error = ErrorOf(Issue(Root().user, request), kNow + std::chrono::years(11));
  CHECK(error.kind == ErrorKind::kAccessDenied);
  CHECK(error.message.starts_with("user authority of cluster \"root.test\" is not valid at 2037-"));
}

TEST_CASE("only authorities can be trusted", "[trust]") {
  const auto result = TrustSet::Make({{"user", "root.test", Issue(Root().user)}});
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().kind == ErrorKind::kBadParameter);
  CHECK_FALSE(TrustSet::Make({{"user", "root.test", Certificate()}}).has_value());
}

TEST_CASE("authorities are found by type and cluster", "[trust]") {
  const TrustSet& trust = Root().trust;
  CHECK(trust.authorities().size() == 3);
  CHECK(trust.CertificatesOf("user", "root.test") == std::vector<Certificate>{Root().user.certificate});
  CHECK(trust.CertificatesOf("user", "").size() == 2);
  CHECK(trust.CertificatesOf("db", "").empty());
  CHECK(TrustSet().authorities().empty());
}

TEST_CASE("two authorities of one cluster are both trusted during a rotation", "[trust]") {
  const Authority old_one = MakeAuthority("root.test", EcdsaKey());
  const TrustSet both =
      TrustSet::Make({{"user", "root.test", old_one.certificate}, {"user", "root.test", Root().user.certificate}})
          .value();
  CHECK(both.Verify(Issue(old_one), kNow, LeafUsage::kClient).value()->certificate == old_one.certificate);
  CHECK(both.Verify(Issue(Root().user), kNow, LeafUsage::kClient).has_value());
}

TEST_CASE("several threads verify against one set", "[trust]") {
  const Certificate leaf = Issue(Root().user);
  std::vector<int> good(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < good.size(); ++i) {
    threads.emplace_back([&, i] {
      const TrustSet trust = Root().trust;
      for (int round = 0; round < 20; ++round) {
        good[i] += trust.Verify(leaf, kNow, LeafUsage::kClient).has_value() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == std::vector<int>(4, 20));
}

}  // namespace
}  // namespace sallyport
