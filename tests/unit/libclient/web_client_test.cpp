#include "libclient/web_client.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/libclient/tls_server.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace test;

constexpr std::string_view kPing = R"({"auth":{"type":"local","second_factor":"otp","private_key_policy":"none",
"has_motd":false,"default_session_ttl":"12h0m0s","signature_algorithm_suite":"balanced-v1"},
"proxy":{"kube":{"enabled":true,"listen_addr":"0.0.0.0:3080"},"ssh":{"listen_addr":"0.0.0.0:3080",
"public_addr":"px.example.com:443"},"db":{"postgres_listen_addr":"0.0.0.0:3080"},"tls_routing_enabled":true},
"server_version":"18.3.0","min_client_version":"17.0.0-aa","cluster_name":"px.example.com"})";

// A proxy that answers every request with the same text, and records the last request.
class FakeProxy {
 public:
  FakeProxy(int status, std::string body)
      : server_(ServerCertificate(Key(), {"127.0.0.1"}), Key(), {.protocols = {"http/1.1"}},
                [this, status, body](SSL* connection) {
                  request_ = ReadSome(connection);
                  WriteText(connection,
                            fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n\r\n", status, body.size()));
                  for (std::size_t at = 0; at < body.size(); at += 65536) WriteText(connection, body.substr(at, 65536));
                }) {
    std::ignore = WritePrivateFile(directory_ / "ca.pem", SampleCluster().authority.ToPem());
  }
  WebClient client() const {
    NetworkSettings settings;
    settings.ssl_cert_file = directory_ / "ca.pem";
    return {server_.address(), settings};
  }
  const std::string& request() const { return request_; }

 private:
  static const PrivateKey& Key() {
    static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
    return key;
  }
  TemporaryDirectory directory_;
  std::string request_;
  TlsServer server_;
};

TEST_CASE("a ping says what the login needs", "[web-client]") {
  const FakeProxy proxy(200, std::string(kPing));
  const PingAnswer ping = proxy.client().Ping().value();
  CHECK(proxy.request().starts_with("GET /webapi/ping HTTP/1.1\r\n"));
  CHECK(ping.cluster_name == "px.example.com");
  CHECK(ping.key_suite == "balanced-v1");
  CHECK(ping.default_session_ttl == std::chrono::hours(12));
  CHECK(ping.ssh_public_addr == "px.example.com:443");
  CHECK(ping.tls_routing_enabled);
  CHECK(ping.kube_enabled);
  CHECK_FALSE(ping.load_all_cas);
}

TEST_CASE("the password travels as JSON, whatever is in it", "[web-client]") {
  const FakeProxy proxy(200, R"({"webauthn_challenge":null,"totp_challenge":true,"sso_challenge":null})");
  const std::string password = "a\"b\\c\x01\xc3\xa9";
  const auto challenge = proxy.client().BeginLogin("alice", Secret(password)).value();
  CHECK(challenge.totp);
  CHECK_FALSE(challenge.webauthn);
  const auto body = ParseJson(proxy.request().substr(proxy.request().find("\r\n\r\n") + 4)).value();
  CHECK(body.Find("user")->as_string() == "alice");
  CHECK(body.Find("pass")->as_string() == password);
  CHECK_FALSE(body.Find("passwordless")->as_bool());
}

TEST_CASE("a login sends the keys of the wire and reads the answer", "[web-client]") {
  const std::string answer =
      fmt::format(R"({{"username":"alice","cert":"{}","tls_cert":"{}","host_signers":[{{"domain_name":"ref.test",)"
                  R"("checking_keys":["{}"],"tls_certs":["{}"]}}]}})",
                  ToBase64("SSH\n"), ToBase64("TLS\n"), ToBase64("KEY\n"), ToBase64("CA\n"));
  const FakeProxy proxy(200, answer);
  FinishLogin request;
  request.user = "alice";
  request.password = Secret("p");
  request.totp_code = Secret("123456");
  request.ssh_public_key = "ssh-ed25519 A\n";
  request.tls_public_key = "PEM";
  request.ttl = std::chrono::hours(12);
  request.kubernetes_cluster = "dev";
  const auto login = proxy.client().Finish(request).value();
  CHECK(login.ssh_certificate == "SSH\n");
  CHECK(login.tls_certificate == "TLS\n");
  REQUIRE(login.host_authorities.size() == 1);
  CHECK(login.host_authorities[0].cluster == "ref.test");
  CHECK(login.host_authorities[0].ssh_keys == std::vector<std::string>{"KEY\n"});
  CHECK(login.host_authorities[0].tls_pems == std::vector<std::string>{"CA\n"});
  const auto body = ParseJson(proxy.request().substr(proxy.request().find("\r\n\r\n") + 4)).value();
  CHECK(body.Find("totp_code")->as_string() == "123456");
  CHECK(body.Find("ttl")->as_int() == 43'200'000'000'000);
  CHECK(body.Find("ssh_pub_key")->as_string() == ToBase64("ssh-ed25519 A\n"));
  CHECK(body.Find("KubernetesCluster")->as_string() == "dev");
  CHECK(body.Find("RouteToCluster")->as_string().empty());
  CHECK(body.Find("webauthn_challenge_response")->is_null());
}

TEST_CASE("a login answer without its parts is refused", "[web-client]") {
  for (const auto* text : {"{}", R"({"cert":"%%"})", R"({"cert":"QQ==","tls_cert":"QQ=="})"}) {
    CAPTURE(text);
    CHECK(ParseLoginAnswer(ParseJson(text).value()).error().kind == ErrorKind::kBadParameter);
  }
}

TEST_CASE("an error of the proxy keeps its message and gets the kind of its status", "[web-client]") {
  const std::pair<int, ErrorKind> rows[] = {{400, ErrorKind::kBadParameter},
                                            {403, ErrorKind::kAccessDenied},
                                            {404, ErrorKind::kNotFound},
                                            {429, ErrorKind::kLimitExceeded},
                                            {501, ErrorKind::kNotImplemented}};
  for (const auto& [status, kind] : rows) {
    const FakeProxy proxy(status, "{\n    \"error\": {\n        \"message\": \"no \\u001b[31mway\"\n    }\n}");
    const auto answer = proxy.client().Get("/webapi/x");
    CAPTURE(status);
    CHECK(answer.error().kind == kind);
    CHECK(answer.error().message == "no \\x1b[31mway");
  }
  const FakeProxy plain(502, "<html>");
  CHECK(plain.client().Get("/").error().message.contains("HTTP status 502"));
}

TEST_CASE("answers of other servers, and too large ones, are refused", "[web-client]") {
  const FakeProxy html(200, "<html></html>");
  CHECK(html.client().Ping().error().message.contains("did not answer with JSON, as a proxy does"));
  const FakeProxy other(200, R"({"hello":"world"})");
  CHECK(other.client().Ping().error().kind == ErrorKind::kBadParameter);
  const FakeProxy large(200, "\"" + std::string(5 << 20, 'x') + "\"");
  CHECK(large.client().Get("/").error().kind == ErrorKind::kLimitExceeded);
}

TEST_CASE("an address with a port is taken as it is", "[web-client]") {
  CHECK(ResolveProxyAddress("px.example.com:443", {}).value().port == 443);
  CHECK(ResolveProxyAddress("https://px.example.com:3080/", {}).value().host == "px.example.com");
  CHECK_FALSE(ResolveProxyAddress("", {}));
  CHECK_FALSE(ResolveProxyAddress("px:99999", {}));
}

}  // namespace
}  // namespace sallyport
