#include "libclient/kubeconfig.h"

#include <catch2/catch.hpp>
#include <thread>

#include "libbase/file.h"
#include "libbase/yaml.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace test;

KubeEntry SampleKubeconfig(const std::string& kube = "c1") {
  KubeEntry entry;
  entry.teleport_cluster = "ref.test";
  entry.kube_cluster = kube;
  entry.server = "https://ref.test:4080";
  entry.tls_server_name = "kube-teleport-proxy-alpn.ref.test";
  entry.authorities_pem = "PEM";
  entry.command = "tsh";
  entry.arguments = {"kube", "credentials", "--kube-cluster=" + kube, "--teleport-cluster=ref.test",
                     "--proxy=ref.test:4080"};
  entry.home = "/home/alice/.tsh";
  return entry;
}

// The file that Teleport's own tsh writes at a first login.
constexpr std::string_view kFirst = R"(apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: UEVN
    server: https://ref.test:4080
    tls-server-name: kube-teleport-proxy-alpn.ref.test
  name: ref.test
contexts:
- context:
    cluster: ref.test
    extensions:
    - extension: c1
      name: teleport.kube.name
    user: ref.test-c1
  name: ref.test-c1
current-context: ref.test-c1
kind: Config
preferences: {}
users:
- name: ref.test-c1
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - kube
      - credentials
      - --kube-cluster=c1
      - --teleport-cluster=ref.test
      - --proxy=ref.test:4080
      command: tsh
      env:
      - name: TELEPORT_HOME
        value: /home/alice/.tsh
      provideClusterInfo: false
)";

constexpr std::string_view kForeign = R"(apiVersion: v1
kind: Config
current-context: mine
clusters:
- name: mine
  cluster:
    server: https://mine:6443
    proxy-url: http://x
contexts:
- name: mine
  context:
    cluster: mine
    user: me
    namespace: ns1
users:
- name: me
  user:
    token: abc
x-own:
  keep:
  - 1
  - "on"
)";

TEST_CASE("a first entry makes the file that Teleport makes", "[kubeconfig]") {
  Kubeconfig config;
  config.Add(SampleKubeconfig());
  config.Select("ref.test-c1", "ref.test");
  CHECK(SortedByKey(config.value()) == SortedByKey(Kubeconfig::Parse(kFirst, "x").value().value()));
  CHECK(config.Format().starts_with("apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: UEVN\n"));
  CHECK(config.SelectedCluster("ref.test") == "c1");
  CHECK(config.SelectedCluster("other").empty());
}

TEST_CASE("entries of others stay as they are, and come back", "[kubeconfig]") {
  auto config = Kubeconfig::Parse(kForeign, "x").value();
  CHECK(config.Format() == kForeign);
  config.Add(SampleKubeconfig());
  config.Select("ref.test-c1", "ref.test");
  CHECK(config.current_context() == "ref.test-c1");
  CHECK(config.Format().contains("name: teleport-prev-selec-ctx"));
  CHECK(config.Format().contains("proxy-url: http://x"));
  CHECK(config.RemoveCluster("ref.test"));
  CHECK(config.Format() == kForeign);
  CHECK_FALSE(config.RemoveCluster("ref.test"));
}

TEST_CASE("a second login changes what it must and no more", "[kubeconfig]") {
  auto config = Kubeconfig::Parse(kFirst, "x").value();
  KubeEntry entry = SampleKubeconfig();
  entry.name_space = "team";
  config.Add(entry);
  entry = SampleKubeconfig();
  entry.server = "https://ref.test:443";
  entry.impersonate = "bob";
  entry.impersonate_groups = {"g"};
  config.Add(entry);
  const std::string text = config.Format();
  CHECK(text.contains("namespace: team"));
  CHECK(text.contains("server: https://ref.test:443"));
  CHECK(text.contains("as: bob\n    as-groups:\n    - g\n    exec:"));
  CHECK(config.value().Find("contexts")->as_list().size() == 1);
  config.Add(SampleKubeconfig("c2"));
  CHECK(config.value().Find("contexts")->as_list().size() == 2);
  CHECK(config.value().Find("clusters")->as_list().size() == 1);
}

TEST_CASE("a context of another name is still ours", "[kubeconfig]") {
  Kubeconfig config;
  KubeEntry entry = SampleKubeconfig();
  entry.context_name = "dev";
  config.Add(entry);
  config.Select("dev", "ref.test");
  CHECK(config.SelectedCluster("ref.test") == "c1");
  CHECK(config.RemoveCluster("ref.test"));
  CHECK(config.current_context().empty());
  CHECK(config.value().Find("users")->as_list().empty());
}

TEST_CASE("a cluster whose name starts like ours is left alone", "[kubeconfig]") {
  auto config = Kubeconfig::Parse(
                    "clusters: [{name: ref.test-east, cluster: {server: s}}]\n"
                    "contexts: [{name: ref.test-east, context: {cluster: ref.test-east, user: u}}]\n"
                    "users: [{name: u, user: {token: t}}]\n",
                    "x")
                    .value();
  CHECK_FALSE(config.RemoveCluster("ref.test"));
  CHECK(config.HasContext("ref.test-east"));
}

TEST_CASE("removing by the server's address finds every cluster behind it", "[kubeconfig]") {
  Kubeconfig config;
  config.Add(SampleKubeconfig());
  KubeEntry leaf = SampleKubeconfig("c9");
  leaf.teleport_cluster = "leaf.test";
  config.Add(leaf);
  CHECK_FALSE(config.RemoveServer("https://other:1"));
  CHECK(config.RemoveServer("https://ref.test:4080"));
  CHECK(config.value().Find("clusters")->as_list().empty());
  CHECK(config.value().Find("contexts")->as_list().empty());
}

TEST_CASE("only a kubeconfig is read as one", "[kubeconfig]") {
  CHECK(Kubeconfig::Parse("", "x").value().value() == Kubeconfig().value());
  CHECK_FALSE(Kubeconfig::Parse("- a\n", "x"));
  CHECK_FALSE(Kubeconfig::Parse("contexts: {}\n", "x"));
  CHECK_FALSE(Kubeconfig::Parse("a: 1\n---\nb: 1\n", "x"));
}

TEST_CASE("the file that kubectl would use", "[kubeconfig]") {
  CHECK(KubeconfigPath("", "/home/a") == "/home/a/.kube/config");
  CHECK(KubeconfigPath("/x:/y", "/home/a") == "/x");
  CHECK(KubeconfigPath(":/y", "/home/a") == "/y");
}

TEST_CASE("updates at the same time all arrive", "[kubeconfig]") {
  const TemporaryDirectory directory;
  const std::string path = directory / "sub/config";
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const auto status = UpdateKubeconfig(path, [&](Kubeconfig& config) -> Status {
        config.Add(SampleKubeconfig("c" + std::to_string(i)));
        return {};
      });
      if (!status) ++failures;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(failures == 0);
  CHECK(ReadKubeconfig(path).value().value().Find("contexts")->as_list().size() == 8);
  CHECK(ModeOf(path) == 0600);
}

TEST_CASE("a file that cannot be read is not replaced", "[kubeconfig]") {
  const TemporaryDirectory directory;
  REQUIRE(WritePrivateFile(directory / "config", "contexts: [\n"));
  CHECK_FALSE(UpdateKubeconfig(directory / "config", [](Kubeconfig&) -> Status { return {}; }));
  CHECK(ReadFile(directory / "config").value() == "contexts: [\n");
}

TEST_CASE("a template names a context by cluster and Kubernetes cluster") {
  CHECK(KubeContextNameBy("{{.KubeName}}-x", "c", "k").value() == "k-x");
  CHECK(KubeContextNameBy("{{ .ClusterName }}/{{.KubeName}}/{{.KubeName}}", "c", "k").value() == "c/k/k");
  CHECK(KubeContextNameBy("plain", "c", "k").value() == "plain");
  const auto refused = KubeContextNameBy("{{.Nope}}", "c", "k");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::kBadParameter);
}

}  // namespace
}  // namespace sallyport
