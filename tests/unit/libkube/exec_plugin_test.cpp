#include "libkube/exec_plugin.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "libbase/file.h"
#include "libbase/json.h"
#include "libbase/yaml.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

constexpr const char* kV1 = "client.authentication.k8s.io/v1";

Result<ExecPlugin> ReadPlugin(const std::string& yaml, const std::string& cluster = "server: https://k8s:6443") {
  const auto exec = ParseYaml(yaml, "user").value();
  const auto described = ParseYaml(cluster, "cluster").value();
  return ReadExecPlugin(exec.front(), "config", "/etc/kube", described.front(), "PEM");
}

TEST_CASE("a plugin is read from the user of a kubeconfig") {
  const auto plugin = ReadPlugin(R"(
apiVersion: client.authentication.k8s.io/v1beta1
command: bin/login
args: [get-token, --number, 12]
env: [{name: PROFILE, value: prod}, {name: FLAG, value: yes}]
installHint: install it
)");
  REQUIRE(plugin);
  CHECK(plugin->command == "/etc/kube/bin/login");
  CHECK(plugin->arguments == std::vector<std::string>{"get-token", "--number", "12"});
  CHECK(plugin->environment[0].second.Reveal() == "prod");
  CHECK(plugin->environment[1].second.Reveal() == "yes");
  CHECK(plugin->install_hint == "install it");
  CHECK(
      ExecInfoJson(*plugin) ==
      R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":false}})");
  CHECK(ReadPlugin("{apiVersion: client.authentication.k8s.io/v1, command: aws}")->command == "aws");
}

TEST_CASE("a plugin that asks for it learns of its cluster") {
  const auto plugin =
      ReadPlugin("{apiVersion: client.authentication.k8s.io/v1, command: x, provideClusterInfo: true}", R"(
server: https://k8s:6443
certificate-authority: ca.pem
tls-server-name: kube
extensions: [{name: other, extension: 1}, {name: client.authentication.k8s.io/exec, extension: {audience: me}}]
)");
  REQUIRE(plugin);
  const auto info = ParseJson(ExecInfoJson(*plugin)).value();
  CHECK(ToJson(*info.Find("spec")->Find("cluster")) ==
        R"({"server":"https://k8s:6443","tls-server-name":"kube","certificate-authority-data":"UEVN",)"
        R"("config":{"audience":"me"}})");
}

TEST_CASE("a plugin that cannot work is refused by name") {
  CHECK(ReadPlugin("{apiVersion: client.authentication.k8s.io/v1alpha1, command: x}").error().hint.contains("v1beta1"));
  CHECK_FALSE(ReadPlugin("{apiVersion: client.authentication.k8s.io/v1}"));
  CHECK_FALSE(ReadPlugin("{apiVersion: client.authentication.k8s.io/v1, command: x, env: [{name: A}]}"));
  CHECK(ReadPlugin("{apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}")
            .error()
            .message.contains("terminal"));
}

TEST_CASE("an answer has a token, or certificate and key, and may expire") {
  const auto parse = [](const std::string& status) {
    return ParseExecCredential(
        R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":)" + status + "}", kV1);
  };
  const auto token = parse(R"({"token":"t0ken","expirationTimestamp":"2026-01-01T00:00:00Z"})");
  REQUIRE(token);
  CHECK(token->token.Reveal() == "t0ken");
  CHECK(token->Expired(ParseTime("2026-01-01T00:00:00Z").value()));
  CHECK_FALSE(token->Expired(ParseTime("2025-12-31T23:59:59Z").value()));
  const auto pair = parse(R"({"clientCertificateData":"C","clientKeyData":"K"})");
  REQUIRE(pair);
  CHECK_FALSE(pair->Expired(Now()));
  for (const char* bad : {"null", "{}", R"({"clientCertificateData":"C"})", R"({"token":"a\r\nX: y"})",
                          R"({"token":"t","expirationTimestamp":"soon"})"}) {
    CAPTURE(bad);
    CHECK(parse(bad).error().kind == ErrorKind::kBadParameter);
  }
  CHECK_FALSE(ParseExecCredential("t0ken", kV1));
  CHECK_FALSE(ParseExecCredential(R"({"kind":"Config","apiVersion":"v1"})", kV1));
  CHECK_FALSE(ParseExecCredential(
      R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}})", kV1));
}

TEST_CASE("a plugin runs with its arguments, its environment and what it is told") {
  const test::TemporaryDirectory directory;
  const StopSignal stop;
  ExecPlugin plugin;
  plugin.api_version = kV1;
  plugin.command = directory.Write("plugin", R"(#!/bin/sh
[ "$1" = "two words" ] && [ "$PROFILE" = prod ] || exit 9
case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) ;; *) exit 8 ;; esac
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"made"}}'
)",
                                   0700);
  plugin.arguments = {"two words"};
  plugin.environment.emplace_back("PROFILE", Secret("prod"));
  const auto made = RunExecPlugin(plugin, stop);
  REQUIRE(made);
  CHECK(made->token.Reveal() == "made");
  plugin.arguments = {};
  CHECK(RunExecPlugin(plugin, stop).error().message.contains("exit code 9"));
  plugin.command = "sallyport-no-such-plugin";
  plugin.install_hint = "see example.com";
  const Error missing = RunExecPlugin(plugin, stop).error();
  CHECK(missing.message.contains("sallyport-no-such-plugin"));
  CHECK(missing.message.contains("see example.com"));
}

TEST_CASE("secrets do not get into the log") {
  CHECK(HideSecrets("password hunter22 is wrong", {"hunter22"}) == "password [hidden] is wrong");
  CHECK(HideSecrets("in dev", {"dev"}) == "in dev");
  CHECK(HideSecrets("token=eyJhbGciOiJSUzI1NiIsImtpZCI6.x", {}) == "[hidden]");
  CHECK(HideSecrets("key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY!", {}) == "key [hidden]!");
  const std::string plain = "ERROR: request 2f3a9c1e-7f60-4d2b-9a51-0c1d2e3f4a5b failed: connection refused";
  CHECK(HideSecrets(plain, {}) == plain);
}

}  // namespace
}  // namespace sallyport
