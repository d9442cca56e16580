// Tests of the announcements that agents may make.
#include "libcluster/tunnel/announcements.h"

#include <catch2/catch.hpp>

#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/server.pb.h"

namespace sallyport {
namespace {

constexpr const char* kAnnouncingHost = "11111111-1111-4111-8111-111111111111";

types::ServerV2 Node() {
  types::ServerV2 node;
  node.mutable_metadata()->set_name("somebody-else");
  node.mutable_spec()->set_hostname("web");
  return node;
}

TEST_CASE("a node is made anew of what its host says of itself") {
  types::ServerV2 said = Node();
  said.set_subkind("openssh");
  said.mutable_metadata()->set_namespace_("other");
  said.mutable_metadata()->set_revision("r");
  (*said.mutable_metadata()->mutable_labels())["env"] = "dev";
  (*said.mutable_spec()->mutable_cmdlabels())["up"].set_result("1");
  said.mutable_spec()->set_addr("192.0.2.1:22");
  said.mutable_spec()->mutable_cloudmetadata()->mutable_aws()->set_accountid("1");
  said.mutable_spec()->add_public_addrs("web.ex.com");
  const Time expires = Now() + std::chrono::minutes(1);
  const auto node = AdmitNode(said, kAnnouncingHost, expires);
  REQUIRE(node);
  CHECK(node->metadata().name() == kAnnouncingHost);
  CHECK(node->metadata().namespace_() == "default");
  CHECK(node->metadata().revision().empty());
  CHECK(node->subkind().empty());
  CHECK(node->spec().addr().empty());
  CHECK_FALSE(node->spec().has_cloudmetadata());
  CHECK(node->spec().public_addrs(0) == "web.ex.com");
  CHECK(node->metadata().labels().at("env") == "dev");
  CHECK(node->spec().cmdlabels().at("up").result() == "1");
}

TEST_CASE("a node has limits") {
  const auto refused = [](auto change) {
    types::ServerV2 node = Node();
    change(node);
    const auto admitted = AdmitNode(node, kAnnouncingHost, Now());
    REQUIRE_FALSE(admitted);
    CHECK(admitted.error().kind == ErrorKind::kBadParameter);
  };
  for (const std::string& name : {std::string(), std::string(256, 'x'), std::string("a\nb"), std::string("a\u202e")}) {
    CHECK_FALSE(IsHostName(name));
    refused([&](types::ServerV2& node) { node.mutable_spec()->set_hostname(name); });
  }
  refused([](types::ServerV2& node) { node.mutable_spec()->set_version(std::string(65, '1')); });
  refused([](types::ServerV2& node) { (*node.mutable_metadata()->mutable_labels())["a"] = std::string(70'000, 'x'); });
  refused([](types::ServerV2& node) {
    for (int i = 0; i < 200; ++i) (*node.mutable_metadata()->mutable_labels())[fmt::format("k{}", i)] = "v";
    for (int i = 0; i < 57; ++i) (*node.mutable_spec()->mutable_cmdlabels())[fmt::format("c{}", i)].set_result("v");
  });
  refused([](types::ServerV2& node) {
    for (int i = 0; i < 33; ++i) node.mutable_spec()->add_public_addrs("a");
  });
  refused([](types::ServerV2& node) { node.mutable_spec()->add_public_addrs("a\x1b"); });
  refused([](types::ServerV2& node) { (*node.mutable_metadata()->mutable_labels())["a b"] = "v"; });
}

TEST_CASE("a Kubernetes server has one name, and limits") {
  types::KubernetesServerV3 said;
  said.mutable_metadata()->set_name("prod");
  said.mutable_spec()->set_hostid("somebody-else");
  said.mutable_spec()->set_hostname("h");
  auto& cluster = *said.mutable_spec()->mutable_cluster();
  cluster.mutable_metadata()->set_name("other");
  (*cluster.mutable_metadata()->mutable_labels())["env"] = "dev";
  cluster.mutable_spec()->set_kubeconfig("secret");
  const auto server = AdmitKubeServer(said, kAnnouncingHost, Now());
  REQUIRE(server);
  CHECK(server->spec().hostid() == kAnnouncingHost);
  CHECK(server->spec().cluster().metadata().name() == "prod");
  CHECK(server->spec().cluster().metadata().labels().at("env") == "dev");
  CHECK(server->spec().cluster().spec().kubeconfig().empty());
  (*cluster.mutable_metadata()->mutable_labels())["big"] = std::string(70'000, 'x');
  CHECK_FALSE(AdmitKubeServer(said, kAnnouncingHost, Now()));
  said.mutable_metadata()->set_name("");
  CHECK_FALSE(AdmitKubeServer(said, kAnnouncingHost, Now()));
}

}  // namespace
}  // namespace sallyport
