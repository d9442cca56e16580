#include "libmachine/bot/outputs/outputs.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include "libidentity/identity_file.h"
#include "libidentity/ssh_certificate.h"
#include "libmachine/bot/destination/directory_destination.h"
#include "libmachine/bot/destination/memory_destination.h"
#include "tests/unit/libmachine/bot/sample_bot_cluster.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

class OutputsFixture {
 public:
  test::SampleBotCluster cluster;
  test::TemporaryDirectory directory;
  ServiceConfig service;

  explicit OutputsFixture(std::string type) {
    service.type = std::move(type);
    service.where = "tbot.yaml:3: services[0]";
    service.destination.type = DestinationType::kDirectory;
    service.destination.path = directory / "out";
    cluster.kube_clusters = {{"c1", {}}};
  }
  Status Run() {
    DirectoryDestination destination(service.destination);
    const BotCredentials bot = cluster.Joined();
    return RunOutput(service, 1h, "/usr/bin/tbot", cluster, bot, destination);
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory / "out")) {
      names.push_back(entry.path().filename());
      CHECK(test::ModeOf(entry.path()) == 0600);
    }
    std::ranges::sort(names);
    return names;
  }
  std::string Read(const std::string& name) const { return directory.Read("out/" + name); }
};

TEST_CASE("an identity has the files of Teleport's tbot") {
  OutputsFixture fixture("identity");
  REQUIRE(fixture.Run());
  CHECK(fixture.Names() == std::vector<std::string>{".write-test", "identity", "key", "key-cert.pub", "key.pub",
                                                    "known_hosts", "ref.test.known_hosts", "ref.test.ssh_config",
                                                    "ssh_config", "teleport-database-ca.crt", "teleport-host-ca.crt",
                                                    "teleport-user-ca.crt", "tlscert"});
  CHECK(fixture.Read("identity") == fixture.Read("key") + fixture.Read("key-cert.pub") + fixture.Read("tlscert") +
                                        "@cert-authority ref.test,*.ref.test " +
                                        fixture.cluster.host_key().ToAuthorizedKey() + " type=host\n" +
                                        fixture.cluster.host_pem());
  CHECK(fixture.Read("teleport-host-ca.crt") == fixture.cluster.host_pem());
  CHECK(fixture.Read("teleport-user-ca.crt") == fixture.cluster.user_pem());

  const auto& request = fixture.cluster.last_request;
  CHECK(request.userolerequests());
  CHECK(request.rolerequests(0) == "access");
  CHECK(request.routetocluster() == "ref.test");
  CHECK_FALSE(request.reissuableroleimpersonation());
  const auto certificate = Certificate::FromPem(fixture.Read("tlscert")).value().ToIdentity().value();
  CHECK(certificate.groups == std::vector<std::string>{"access"});
}

TEST_CASE("an identity follows its settings") {
  OutputsFixture fixture("identity");
  fixture.service.ssh_config = "off";
  fixture.service.allow_reissue = true;
  fixture.service.roles = {"editor"};
  fixture.service.cluster = "leaf.test";
  fixture.cluster.roles.clear();  // given roles need no look at the bot's role
  REQUIRE(fixture.Run());
  CHECK(fixture.Names() == std::vector<std::string>{".write-test", "identity", "key", "key-cert.pub", "key.pub",
                                                    "teleport-database-ca.crt", "teleport-host-ca.crt",
                                                    "teleport-user-ca.crt", "tlscert"});
  CHECK(fixture.cluster.last_request.reissuableroleimpersonation());
  CHECK(fixture.cluster.last_request.rolerequests(0) == "editor");
  CHECK(fixture.cluster.last_request.routetocluster() == "leaf.test");
}

TEST_CASE("a bot without roles is told which step is next, before anything is written") {
  OutputsFixture fixture("identity");
  fixture.cluster.roles.clear();
  const Status failed = fixture.Run();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::kAccessDenied);
  CHECK(failed.error().message == "the bot \"worker\" has no roles that an output could use");
  CHECK(failed.error().hint == "give the bot a role: tctl bots update worker --add-roles=ROLE");
  CHECK_FALSE(std::filesystem::exists(fixture.directory / "out"));
}

TEST_CASE("a kubernetes output names its cluster in the certificate") {
  OutputsFixture fixture("kubernetes");
  fixture.service.kubernetes_cluster = "c1";
  REQUIRE(fixture.Run());
  CHECK(fixture.Names() == std::vector<std::string>{".write-test", "identity", "key", "key-cert.pub", "key.pub",
                                                    "kubeconfig.yaml", "teleport-database-ca.crt",
                                                    "teleport-host-ca.crt", "teleport-user-ca.crt", "tlscert"});
  CHECK(fixture.cluster.last_request.kubernetescluster() == "c1");
  CHECK(fixture.Read("kubeconfig.yaml").contains("--destination-dir=" + fixture.directory / "out" + "\n"));

  fixture.service.disable_exec_plugin = true;
  REQUIRE(fixture.Run());
  CHECK(fixture.Read("kubeconfig.yaml").contains("client-key-data: "));
  fixture.service.kubernetes_cluster = "c2";
  CHECK(fixture.Run().error().kind == ErrorKind::kNotFound);
}

TEST_CASE("a kubernetes/v2 output has the host authority alone") {
  OutputsFixture fixture("kubernetes/v2");
  fixture.service.selectors = {{"c1", {}, {}}};
  REQUIRE(fixture.Run());
  CHECK(fixture.Names() == std::vector<std::string>{".write-test", "identity", "key", "key-cert.pub", "key.pub",
                                                    "kubeconfig.yaml", "teleport-host-ca.crt", "tlscert"});
  CHECK(fixture.Read("kubeconfig.yaml").contains("current-context: ref.test-c1\n"));
}

TEST_CASE("an application output has the endings that programs expect") {
  OutputsFixture fixture("application");
  fixture.service.app_name = "wiki";
  fixture.service.specific_tls_naming = true;
  REQUIRE(fixture.Run());
  CHECK(fixture.cluster.last_request.routetoapp().publicaddr() == "wiki.ref.test");
  CHECK(fixture.Read("tls.crt") == fixture.Read("tlscert"));
  CHECK(fixture.Read("tls.key") == fixture.Read("key"));
  CHECK(fixture.Read("tls.cas") == fixture.cluster.host_pem());
}

TEST_CASE("an ssh_host output has a host certificate and the user authorities") {
  OutputsFixture fixture("ssh_host");
  fixture.service.principals = {"host.example", "10.0.0.9"};
  REQUIRE(fixture.Run());
  CHECK(fixture.Names() ==
        std::vector<std::string>{".write-test", "ssh_host", "ssh_host-cert.pub", "ssh_host-user-ca.pub"});
  CHECK(fixture.Read("ssh_host").starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
  CHECK(fixture.Read("ssh_host").size() == 387);
  CHECK(fixture.Read("ssh_host-user-ca.pub") ==
        fixture.cluster.user_key().ToAuthorizedKey() + " clustername=ref.test&type=user\n");
  const auto certificate = ParseSshCertificate(fixture.Read("ssh_host-cert.pub")).value();
  CHECK(certificate.principals == std::vector<std::string>{"host.example", "10.0.0.9"});
  CHECK(certificate.public_key == ParsePrivateKeyPem(fixture.Read("ssh_host")).value().public_key());
  CHECK(fixture.cluster.last_host_request.role() == "Node");
  CHECK(fixture.cluster.last_host_request.ttl().seconds() == 3600);
}

TEST_CASE("a type without an output is not implemented, by its name") {
  OutputsFixture fixture("ssh-multiplexer");
  const Status failed = fixture.Run();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::kNotImplemented);
  CHECK(failed.error().message == "tbot.yaml:3: services[0]: outputs of type ssh-multiplexer are not implemented");
}

TEST_CASE("a destination that fails keeps its old files") {
  OutputsFixture fixture("identity");
  REQUIRE(fixture.Run());
  const std::string before = fixture.Read("tlscert");
  std::filesystem::remove(fixture.directory / "out/known_hosts");
  std::filesystem::create_directory(fixture.directory / "out/known_hosts");
  CHECK_FALSE(fixture.Run());
  CHECK(fixture.Read("tlscert") == before);
  CHECK(fixture.Read("identity").contains(before));
}

}  // namespace
}  // namespace sallyport
