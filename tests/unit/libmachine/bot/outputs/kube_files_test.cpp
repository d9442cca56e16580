#include "libmachine/bot/outputs/kube_files.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "tests/unit/libmachine/bot/sample_bot_cluster.h"

namespace sallyport {
namespace {

KubeFileOptions OptionsOf(test::SampleBotCluster& cluster, KubeUser user = {}) {
  return {cluster.proxy, cluster.Authorities(cluster.Joined(), "host").value(), std::move(user)};
}

// The files of Teleport's tbot 18.3, with these names and certificates.
TEST_CASE("a kubeconfig for one cluster calls tbot") {
  test::SampleBotCluster cluster;
  const BotCredentials bot = cluster.Joined();
  const BotFile file = KubeconfigFor(OptionsOf(cluster, {"/usr/bin/tbot", "/out"}), bot, "real").value();
  CHECK(file.name == "kubeconfig.yaml");
  CHECK(file.content.Reveal() == fmt::format(R"(apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {}
    server: https://ref.test:4080
    tls-server-name: kube-teleport-proxy-alpn.ref.test
  name: ref.test-real
contexts:
- context:
    cluster: ref.test-real
    user: ref.test-real
  name: ref.test-real
current-context: ref.test-real
kind: Config
preferences: {{}}
users:
- name: ref.test-real
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - kube
      - credentials
      - --destination-dir=/out
      command: /usr/bin/tbot
      env: null
      provideClusterInfo: false
)",
                                             ToBase64(cluster.host_pem())));
}

TEST_CASE("a kubeconfig for several clusters has their names in the addresses") {
  test::SampleBotCluster cluster;
  const BotCredentials bot = cluster.Joined();
  const BotFile file = KubeconfigForAll(OptionsOf(cluster), bot, {{"real"}, {"c1", "kube-system"}}, "").value();
  const std::string data = ToBase64(cluster.host_pem());
  CHECK(file.content.Reveal() == fmt::format(R"(apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {0}
    server: https://ref.test:4080/v1/teleport/cmVmLnRlc3Q/YzE
    tls-server-name: kube-teleport-proxy-alpn.ref.test
  name: ref.test-c1
- cluster:
    certificate-authority-data: {0}
    server: https://ref.test:4080/v1/teleport/cmVmLnRlc3Q/cmVhbA
    tls-server-name: kube-teleport-proxy-alpn.ref.test
  name: ref.test-real
contexts:
- context:
    cluster: ref.test-c1
    namespace: kube-system
    user: ref.test
  name: ref.test-c1
- context:
    cluster: ref.test-real
    user: ref.test
  name: ref.test-real
current-context: ref.test-real
kind: Config
preferences: {{}}
users:
- name: ref.test
  user:
    client-certificate-data: {1}
    client-key-data: {2}
)",
                                             data, ToBase64(bot.tls_certificate), ToBase64(bot.key_pem.Reveal())));
}

TEST_CASE("a template names clusters and contexts") {
  test::SampleBotCluster cluster;
  const auto options = OptionsOf(cluster);
  const auto file = KubeconfigForAll(options, cluster.Joined(), {{"real"}}, "{{.KubeName}}-x").value();
  CHECK(file.content.Reveal().contains("  name: real-x\n"));
  CHECK(file.content.Reveal().contains("current-context: real-x\n"));
  CHECK_FALSE(KubeconfigForAll(options, cluster.Joined(), {{"real"}}, "{{.Nope}}"));
}

TEST_CASE("without TLS routing the address is that of the Kubernetes port") {
  test::SampleBotCluster cluster;
  cluster.proxy.tls_routing = false;
  CHECK(KubeconfigFor(OptionsOf(cluster), cluster.Joined(), "real").error().kind == ErrorKind::kNotFound);
  cluster.proxy.kube_address = "ref.test:3026";
  const auto file = KubeconfigFor(OptionsOf(cluster), cluster.Joined(), "real").value();
  CHECK(file.content.Reveal().contains("server: https://ref.test:3026\n"));
  CHECK_FALSE(file.content.Reveal().contains("tls-server-name"));
}

TEST_CASE("selectors choose clusters by name, discovered name and labels") {
  test::SampleBotCluster cluster;
  const std::string discovered = "teleport.internal/discovered-name";
  cluster.kube_clusters = {{"a", {{"env", "dev"}}},
                           {"b-eks-1", {{"env", "dev"}, {discovered, "b"}}},
                           {"c-1", {{discovered, "c"}}},
                           {"c-2", {{discovered, "c"}}}};
  const BotCredentials bot = cluster.Joined();
  CHECK(FindKubeCluster(cluster, bot, "a").value() == "a");
  CHECK(FindKubeCluster(cluster, bot, "b").value() == "b-eks-1");
  CHECK(FindKubeCluster(cluster, bot, "d").error().kind == ErrorKind::kNotFound);
  CHECK(FindKubeCluster(cluster, bot, "c").error().hint == "use one of the full names: c-1, c-2");

  const auto rows =
      SelectKubeClusters(cluster, bot, {{"b", {}, "x"}, {"", {{"env", "dev"}}, "y"}, {"a", {}, ""}}).value();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].kube_cluster == "b-eks-1");
  CHECK(rows[0].default_namespace == "y");
  CHECK(rows[1].kube_cluster == "a");
}

}  // namespace
}  // namespace sallyport
