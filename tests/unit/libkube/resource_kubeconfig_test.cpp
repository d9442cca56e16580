#include "libkube/resource_kubeconfig.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"

namespace sallyport {
namespace {

// Returns a kubeconfig whose cluster and user have these fields.
std::string KubeconfigOf(const std::string& cluster, const std::string& user, const std::string& more = "") {
  return "clusters: [{name: c, cluster: {" + cluster + "}}]\n" +
         "contexts: [{name: first@c, context: {cluster: c, user: u}}]\n" + "users: [{name: u, user: {" + user +
         "}}]\n" + more;
}

TEST_CASE("a resource's kubeconfig gives server, authorities, token and client certificate") {
  const auto data = [](const std::string& text) { return ToBase64(text); };
  const auto endpoint = ReadResourceKubeconfig(
      KubeconfigOf("server: 'https://k8s.example.com:6443', certificate-authority-data: " + data("CA"),
                   "token: t, client-certificate-data: " + data("CERT") + ", client-key-data: " + data("KEY")),
      "prod");
  REQUIRE(endpoint);
  CHECK(endpoint->name == "prod");
  CHECK(endpoint->host == "k8s.example.com");
  CHECK(endpoint->port == 6443);
  CHECK(endpoint->ca_pem == "CA");
  CHECK(endpoint->bearer_token.Reveal() == "t");
  CHECK(endpoint->client_certificate_pem == "CERT");
  CHECK(endpoint->client_key_pem.Reveal() == "KEY");
}

TEST_CASE("a resource's kubeconfig uses its current context") {
  const std::string two =
      "clusters: [{name: a, cluster: {server: 'https://a'}}, {name: b, cluster: {server: 'https://b'}}]\n"
      "contexts: [{name: a, context: {cluster: a}}, {name: b, context: {cluster: b}}]\n";
  CHECK(ReadResourceKubeconfig(two, "k")->host == "a");
  CHECK(ReadResourceKubeconfig(two + "current-context: b\n", "k")->host == "b");
  const auto absent = ReadResourceKubeconfig(two + "current-context: c\n", "k");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().message.contains("\"c\""));
}

TEST_CASE("a resource's kubeconfig runs nothing, reads nothing and trusts nobody without proof") {
  const std::string server = "server: 'https://k8s'";
  const std::pair<std::string, std::string> refused[] = {
      {KubeconfigOf(server, "exec: {apiVersion: client.authentication.k8s.io/v1, command: id}"), "users[].user.exec"},
      {KubeconfigOf(server, "auth-provider: {name: gcp}"), "users[].user.auth-provider"},
      {KubeconfigOf(server, "tokenFile: /etc/shadow"), "users[].user.tokenFile"},
      {KubeconfigOf(server, "client-certificate: /a"), "users[].user.client-certificate"},
      {KubeconfigOf(server, "client-key: /a"), "users[].user.client-key"},
      {KubeconfigOf(server, "username: a, password: b"), "users[].user.username"},
      {KubeconfigOf(server, "as: root"), "users[].user.as"},
      {KubeconfigOf(server + ", proxy-url: 'http://evil'", ""), "clusters[].cluster.proxy-url"},
      {KubeconfigOf(server + ", certificate-authority: /a", ""), "clusters[].cluster.certificate-authority"},
      {KubeconfigOf(server + ", insecure-skip-tls-verify: true", ""), "clusters[].cluster.insecure-skip-tls-verify"},
      {KubeconfigOf(server, "", "plugins: []\n"), "plugins"},
  };
  for (const auto& [text, key] : refused) {
    CAPTURE(key);
    const auto endpoint = ReadResourceKubeconfig(text, "k");
    REQUIRE_FALSE(endpoint);
    CHECK(endpoint.error().kind == ErrorKind::kBadParameter);
    CHECK(endpoint.error().message.contains(key + " is not allowed"));
    CHECK(endpoint.error().message.starts_with("spec.kubeconfig:"));
  }
  // A second user is checked too: a later change of current-context must not wake it.
  CHECK_FALSE(ReadResourceKubeconfig(
      "clusters: [{name: c, cluster: {server: 'https://a'}}]\ncontexts: [{name: c, context: {cluster: c}}]\n"
      "users: [{name: u, user: {token: t}}, {name: v, user: {exec: {command: id}}}]\n",
      "k"));
}

TEST_CASE("a resource's kubeconfig that cannot be used says why") {
  CHECK(ReadResourceKubeconfig("a: [", "k").error().message.starts_with("spec.kubeconfig"));
  CHECK(ReadResourceKubeconfig("[]", "k").error().message.contains("not one YAML map"));
  CHECK(ReadResourceKubeconfig("clusters: []", "k").error().message.contains("no contexts"));
  CHECK(ReadResourceKubeconfig(KubeconfigOf("server: 'http://k8s'", ""), "k").error().message.contains("https://"));
  CHECK(
      ReadResourceKubeconfig(std::string(kMaxResourceKubeconfig + 1, ' '), "k").error().message.contains("more than"));
}

}  // namespace
}  // namespace sallyport
