#include "libkube/credentials.h"

#include <catch2/catch.hpp>

#include "libbase/test_clock.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

std::string Header(ApiCredentials& credentials) {
  const auto credential = credentials.Get(nullptr);
  return credential ? credential->authorization.Reveal() : credential.error().message;
}

TEST_CASE("tokens, names with passwords, and certificates") {
  KubeEndpoint endpoint;
  ApiCredentials credentials(endpoint);
  CHECK(Header(credentials).empty());
  endpoint.client_certificate_pem = "CERT";
  endpoint.client_key_pem = Secret("KEY");
  CHECK(credentials.Get(nullptr)->certificate_pem == "CERT");
  CHECK(credentials.Get(nullptr)->key_pem.Reveal() == "KEY");
  endpoint.basic_authorization = Secret("user:pass");
  CHECK(Header(credentials) == "Basic dXNlcjpwYXNz");
  endpoint.bearer_token = Secret("t0ken\n");
  CHECK(Header(credentials) == "Bearer t0ken");
  CHECK_FALSE(credentials.Reject(*credentials.Get(nullptr)));
}

TEST_CASE("a token that no header can carry is refused, and not shown") {
  KubeEndpoint endpoint;
  endpoint.bearer_token = Secret("secret\r\nX: y");
  ApiCredentials credentials(endpoint);
  const Error error = credentials.Get(nullptr).error();
  CHECK(error.kind == ErrorKind::kBadParameter);
  CHECK_FALSE(error.message.contains("secret"));
}

TEST_CASE("a token file is read each time, and helps after a refusal when it has changed") {
  const test::TemporaryDirectory directory;
  KubeEndpoint endpoint;
  endpoint.bearer_token_file = directory.Write("token", "one\n");
  ApiCredentials credentials(endpoint);
  const auto refused = credentials.Get(nullptr);
  CHECK(refused->authorization.Reveal() == "Bearer one");
  CHECK_FALSE(credentials.Reject(*refused));
  directory.Write("token", "two\n");
  CHECK(credentials.Reject(*refused));
  CHECK(Header(credentials) == "Bearer two");
  directory.Write("token", "\n");
  CHECK(credentials.Get(nullptr).error().kind == ErrorKind::kBadParameter);
  REQUIRE(RemoveFile(endpoint.bearer_token_file));
  CHECK(credentials.Get(nullptr).error().kind == ErrorKind::kNotFound);
  CHECK_FALSE(credentials.Reject(*refused));
}

TEST_CASE("a plugin runs once until its credential is refused") {
  TestClock clock;
  const test::TemporaryDirectory directory;
  KubeEndpoint endpoint;
  endpoint.exec.emplace();
  endpoint.exec->api_version = "client.authentication.k8s.io/v1";
  endpoint.exec->command = directory.Write("plugin",
                                           fmt::format(R"(#!/bin/sh
echo x >>{0}/runs
echo '{{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{{"token":"'$(wc -l <{0}/runs)'"}}}}'
)",
                                                       directory.path()),
                                           0700);
  ApiCredentials credentials(endpoint);
  CHECK(Header(credentials) == "Bearer 1");
  CHECK(Header(credentials) == "Bearer 1");
  const auto refused = credentials.Get(nullptr);
  CHECK_FALSE(credentials.Reject(*refused));
  clock.Advance(1min);
  CHECK(credentials.Reject(*refused));
  CHECK(Header(credentials) == "Bearer 2");
}

TEST_CASE("a running plugin is stopped") {
  KubeEndpoint endpoint;
  endpoint.exec.emplace();
  endpoint.exec->command = "sleep";
  endpoint.exec->arguments = {"600"};
  ApiCredentials credentials(endpoint);
  StopSignal stop;
  stop.Stop();
  CHECK(credentials.Get(&stop).error().message.contains("stopped"));
}

}  // namespace
}  // namespace sallyport
