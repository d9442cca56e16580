#include "libmachine/identity_renewal.h"

#include <atomic>

#include <catch2/catch.hpp>
#include <thread>

#include "libbase/file.h"
#include "libidentity/ssh_certificate.h"
#include "libidentity/x509.h"
#include "libmachine/host_joining.h"
#include "tests/unit/libmachine/sample_cluster.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class Host {
 public:
  Host() {
    settings.data_dir = directory_.path();
    directory_.Write("host_uuid", test::kHostId);
    settings.node_name = "web";
    settings.principals = {"web.example.com"};
  }

  // Returns the identity that the cluster gives to a host with these names.
  HostIdentity Joined() {
    const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
    proto::HostCertsRequest request;
    request.set_hostid(std::string(test::kHostId));
    request.set_nodename(settings.node_name);
    request.set_role("Instance");
    request.add_systemroles("Node");
    for (const auto& name : settings.principals) request.add_additionalprincipals(name);
    request.set_publictlskey(key.public_key().ToPem());
    request.set_publicsshkey(key.public_key().ToAuthorizedKey());
    const auto certs = cluster_.Issue(request, ttl);
    return KeepIdentity(settings.data_dir, std::string(test::kHostId), key, certs).value();
  }

  // Returns a function that requests certificates from the cluster as this host.
  std::function<Result<proto::Certs>(const proto::HostCertsRequest&)> Issue() {
    return [this](const proto::HostCertsRequest& request) {
      ++asked;
      return cluster_.Issue(request, ttl);
    };
  }

  std::string Kept() const { return ReadFile(settings.data_dir + "/agent_identity").value(); }

  JoinSettings settings;
  Nanoseconds ttl = hours(24 * 7);
  std::atomic<int> asked = 0;

 private:
  const test::SampleCluster cluster_;
  const test::TemporaryDirectory directory_;
};

std::string NamesOf(const HostIdentity& identity) {
  return fmt::format("{}", fmt::join(ParseSshCertificate(identity.credentials.ssh_certificate)->principals, " "));
}

TEST_CASE("certificates are renewed for other names and at half of their lifetime") {
  Host host;
  const HostIdentity identity = host.Joined();
  CHECK_FALSE(IsRenewalDue(identity, host.settings, Now()).value());
  const Time end = Certificate::FromPem(identity.credentials.tls_certificate)->not_after();
  const auto half = (end - Now()) / 2;
  CHECK_FALSE(IsRenewalDue(identity, host.settings, end - half - hours(1)).value());
  CHECK(IsRenewalDue(identity, host.settings, end - half + hours(1)).value());
  JoinSettings renamed = host.settings;
  renamed.node_name = "db";
  CHECK(IsRenewalDue(identity, renamed, Now()).value());
  JoinSettings fewer = host.settings;
  fewer.principals.clear();
  CHECK(IsRenewalDue(identity, fewer, Now()).value());
  JoinSettings twice = host.settings;
  twice.principals = {"web", "web.example.com", "web.example.com"};
  CHECK_FALSE(IsRenewalDue(identity, twice, Now()).value());
}

TEST_CASE("a certificate of ten years, from before, is renewed at once") {
  Host host;
  host.ttl = hours(87600);
  CHECK(IsRenewalDue(host.Joined(), host.settings, Now()).value());
}

TEST_CASE("a look renews when it is time, with a key of its own") {
  Host host;
  HostIdentity joined = host.Joined();
  const std::string before = host.Kept();
  const std::string key_before = joined.credentials.private_key.Reveal();
  std::string told;
  IdentityRenewal renewal(std::move(joined), {host.settings, host.Issue(),
                                              [&](const HostIdentity& identity) { told = NamesOf(identity); }});
  renewal.RenewIfDue();
  CHECK(host.asked == 0);
  CHECK(host.Kept() == before);

  host.settings.node_name = "db";
  host.settings.principals = {"db.example.com"};
  IdentityRenewal renamed(
      LoadOrJoin(host.settings).value(),
      {host.settings, host.Issue(), [&](const HostIdentity& identity) { told = NamesOf(identity); }});
  renamed.RenewIfDue();
  CHECK(host.asked == 1);
  CHECK(told.contains("db.ex.com db "));
  CHECK(told.contains("db.example.com"));
  CHECK_FALSE(told.contains("web"));
  CHECK(renamed.identity().credentials.private_key.Reveal() != key_before);
  CHECK(host.Kept() != before);
  renamed.RenewIfDue();
  CHECK(host.asked == 1);
}

TEST_CASE("a failed renewal is repeated, and the host keeps its certificates") {
  Host host;
  HostIdentity joined = host.Joined();
  const std::string before = host.Kept();
  host.settings.node_name = "db";
  std::atomic<bool> fails = true;
  std::atomic<bool> renewed = false;
  const auto issue = [&, answer = host.Issue()](const proto::HostCertsRequest& request) -> Result<proto::Certs> {
    if (fails) {
      ++host.asked;
      return Fail(ErrorKind::kConnectionProblem, "the proxy is away");
    }
    return answer(request);
  };
  IdentityRenewal renewal(std::move(joined),
                          {host.settings, issue, [&](const HostIdentity&) { renewed = true; }, milliseconds(5)});
  renewal.Start();
  for (int i = 0; i < 2000 && host.asked < 2; ++i) std::this_thread::sleep_for(milliseconds(1));
  CHECK(host.asked >= 2);
  CHECK_FALSE(renewed);
  CHECK(host.Kept() == before);
  fails = false;
  for (int i = 0; i < 2000 && !renewed; ++i) std::this_thread::sleep_for(milliseconds(1));
  CHECK(renewed);
  CHECK(host.Kept() != before);
}

TEST_CASE("an answer for another key is not kept") {
  Host host;
  HostIdentity joined = host.Joined();
  const std::string before = host.Kept();
  host.settings.node_name = "db";
  const auto issue = [&, answer = host.Issue()](proto::HostCertsRequest request) {
    const PrivateKey other = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
    request.set_publictlskey(other.public_key().ToPem());
    return answer(request);
  };
  bool renewed = false;
  IdentityRenewal renewal(std::move(joined), {host.settings, issue, [&](const HostIdentity&) { renewed = true; }});
  renewal.RenewIfDue();
  CHECK_FALSE(renewed);
  CHECK(host.Kept() == before);
}

}  // namespace
}  // namespace sallyport
