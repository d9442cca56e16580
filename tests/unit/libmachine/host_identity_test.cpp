#include "libmachine/host_identity.h"

#include <catch2/catch.hpp>

#include "tests/unit/libmachine/sample_cluster.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

TEST_CASE("what the cluster issues is kept for its own key and host alone") {
  const test::SampleCluster cluster;
  const test::TemporaryDirectory directory;
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  const PrivateKey other = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  proto::HostCertsRequest request;
  request.set_hostid(std::string(test::kHostId));
  request.set_role("Instance");
  request.set_publictlskey(key.public_key().ToPem());
  request.set_publicsshkey(key.public_key().ToAuthorizedKey());
  const proto::Certs certs = cluster.Issue(request, std::chrono::hours(1));

  const std::string host_id(test::kHostId);
  CHECK(KeepIdentity(directory.path(), host_id, other, certs).error().kind == ErrorKind::kBadParameter);
  CHECK(KeepIdentity(directory.path(), "another", key, certs).error().kind == ErrorKind::kBadParameter);
  proto::Certs without_authority = certs;
  without_authority.clear_tlscacerts();
  CHECK(KeepIdentity(directory.path(), host_id, key, without_authority).error().kind == ErrorKind::kBadParameter);
  CHECK_FALSE(LoadIdentity(directory.path()).value());

  CHECK(KeepIdentity(directory.path(), host_id, key, certs).value().host_id == host_id);
  CHECK(LoadIdentity(directory.path()).value()->credentials.tls_certificate == certs.tls());
}

TEST_CASE("an identity that cannot be read is an error, not a host that has not joined") {
  const test::TemporaryDirectory directory;
  directory.Write("agent_identity", "nonsense");
  CHECK_FALSE(LoadIdentity(directory.path()));
}

}  // namespace
}  // namespace sallyport
