#include "libcluster/auth/watch/kube_cluster_changes.h"

#include <atomic>

#include "libcluster/backend/store.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

void Write(Backend& backend, const std::string& name, const std::string& env, std::size_t kubeconfig_bytes = 3) {
  auto cluster = NewResource<types::KubernetesClusterV3>();
  cluster.mutable_metadata()->set_name(name);
  (*cluster.mutable_metadata()->mutable_labels())["env"] = env;
  cluster.mutable_spec()->set_kubeconfig(std::string(kubeconfig_bytes, 'k'));
  BackendTransaction transaction;
  WriteResource(transaction, cluster, WriteMode::kUpsert);
  REQUIRE(backend.Commit(std::move(transaction)));
}

void Erase(Backend& backend, const std::string& name) {
  BackendTransaction transaction;
  transaction.Remove(ResourceKey("kube_cluster", name), true);
  REQUIRE(backend.Commit(std::move(transaction)));
}

// Returns the changes as "+name" and "-name", and "." where the list is complete.
std::string Shown(KubeClusterChanges& changes) {
  std::string shown;
  while (true) {
    const auto answer = changes.Next();
    REQUIRE(answer);
    CHECK(answer->ByteSizeLong() < (1 << 20));
    for (const auto& change : answer->changes()) {
      shown += change.has_put() ? "+" + change.put().metadata().name() : "-" + change.removed();
      if (change.has_put()) CHECK_FALSE(change.put().spec().kubeconfig().empty());
    }
    if (answer->complete()) shown += ".";
    if (answer->changes_size() == 0 && !answer->complete()) return shown;
  }
}

TEST_CASE("an agent gets the clusters that its selectors match, then each change") {
  AuthFixture fixture;
  Backend& backend = fixture.auth().backend();
  Write(backend, "a", "prod");
  Write(backend, "b", "dev");
  std::atomic<int> woken = 0;
  KubeClusterChanges changes(backend, {{{"env", {"prod", "stage"}}}}, [&] { ++woken; });
  CHECK(Shown(changes) == "+a.");

  Write(backend, "c", "stage");
  CHECK(woken > 0);
  CHECK(Shown(changes) == "+c");
  Write(backend, "b", "prod");  // begins to match
  Write(backend, "a", "dev");   // matches no longer
  Write(backend, "d", "dev");   // never matches
  CHECK(Shown(changes) == "+b-a");
  Erase(backend, "d");
  Erase(backend, "c");
  CHECK(Shown(changes) == "-c");
}

TEST_CASE("an agent without matching selectors gets nothing") {
  AuthFixture fixture;
  Write(fixture.auth().backend(), "a", "prod");
  KubeClusterChanges none(fixture.auth().backend(), {}, [] {});
  CHECK(Shown(none) == ".");
  KubeClusterChanges empty(fixture.auth().backend(), {LabelSelector()}, [] {});
  CHECK(Shown(empty) == ".");
  KubeClusterChanges all(fixture.auth().backend(), {{{"*", {"*"}}}}, [] {});
  CHECK(Shown(all) == "+a.");
}

TEST_CASE("many large clusters come in answers of bounded size") {
  AuthFixture fixture;
  std::string expected;
  for (int i = 100; i < 330; ++i) {
    Write(fixture.auth().backend(), fmt::format("k{}", i), "prod", 20 << 10);
    expected += fmt::format("+k{}", i);
  }
  KubeClusterChanges changes(fixture.auth().backend(), {{{"env", {"prod"}}}}, [] {});
  CHECK(Shown(changes) == expected + ".");
}

}  // namespace
}  // namespace sallyport
