#include "libkube/endpoint.h"

#include <catch2/catch.hpp>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

TEST_CASE("a kubeconfig's users: exec, what wins over it, and what is gone") {
  const test::TemporaryDirectory directory;
  const auto load = [&](const std::string& user) {
    return LoadKubeconfig(directory.Write("config", R"(
clusters: [{name: c, cluster: {server: "https://k8s:6443"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: )" + user + "}]\n"));
  };
  const std::string exec = "exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin}";
  const auto loaded = load("{" + exec + "}");
  REQUIRE(loaded);
  CHECK(loaded->endpoints.front().exec->command == directory.path() + "/./plugin");
  CHECK_FALSE(load("{token: t, " + exec + "}")->endpoints.front().exec);
  const Error gone = load("{auth-provider: {name: gcp}}")->unusable.front().reason;
  CHECK(gone.kind == ErrorKind::kNotImplemented);
  CHECK(gone.hint.contains("exec"));
}

}  // namespace
}  // namespace sallyport
