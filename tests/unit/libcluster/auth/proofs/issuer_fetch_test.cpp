// Tests of fetches of an issuer's keys: what the issuer and its answers may name.
#include "libcluster/auth/proofs/issuer_fetch.h"

#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/libidentity/jwt_sample.h"
#include "tests/unit/libkube/scripted_api.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using test::Answering;
using test::Asked;

std::string SomeKeySet() {
  static const PublicKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value().public_key();
  return test::KeySetOf({test::JwkOf(key, "one")});
}

// An issuer without TLS. `change` may answer in its place, and then returns true.
class SampleIssuer {
 public:
  explicit SampleIssuer(std::function<bool(const Asked&, const Answering&)> change = {})
      : change_(std::move(change)), api_([this](const Asked& asked, const Answering& answering) {
          if (change_ && change_(asked, answering)) return false;
          if (asked.target == "/tenant/.well-known/openid-configuration") {
            answering.Answer(200, fmt::format(R"({{"issuer":"{0}","jwks_uri":"{0}/keys?v=1"}})", Url()));
          } else {
            answering.Answer(asked.target == "/tenant/keys?v=1" ? 200 : 404, SomeKeySet());
          }
          return false;
        }) {}
  std::string Url() const { return fmt::format("http://{}/tenant", Address()); }
  std::string Address() const { return FormatHostPort({api_.endpoint().host, api_.endpoint().port}); }
  Issuer issuer() const { return {Url(), true, true}; }
  std::size_t asked() const { return api_.asked().size(); }

 private:
  const std::function<bool(const Asked&, const Answering&)> change_;
  test::ScriptedApi api_;
};

Error RefusalOf(const Issuer& issuer) {
  const auto keys = FetchIssuerKeys(issuer, {});
  REQUIRE_FALSE(keys);
  return keys.error();
}

TEST_CASE("keys are fetched by the discovery document") {
  const SampleIssuer sample;
  const auto keys = FetchIssuerKeys(sample.issuer(), {});
  REQUIRE(keys);
  CHECK(keys->front().id == "one");
  CHECK(sample.asked() == 2);
}

TEST_CASE("what the token does not allow is not even connected to") {
  const SampleIssuer sample;
  CHECK(RefusalOf({sample.Url(), true, false}).message.contains("is not public"));
  CHECK(RefusalOf({sample.Url(), false, true}).message.contains("https://"));
  CHECK(sample.asked() == 0);
  for (const char* url : {"https://127.0.0.1", "https://localhost", "https://[::1]:8443", "https://169.254.169.254",
                          "https://0.0.0.0", "https://[::ffff:10.0.0.1]"}) {
    CAPTURE(url);
    CHECK(RefusalOf({url}).kind == ErrorKind::kAccessDenied);
  }
}

TEST_CASE("the answer of an issuer cannot lead elsewhere") {
  // A redirect, also to the same host.
  for (const char* place : {"http://127.0.0.1:1/", "/tenant/keys?v=1"}) {
    const SampleIssuer sample([&](const Asked&, const Answering& answering) {
      answering.Answer(302, "{}", fmt::format("Location: {}\r\n", place));
      return true;
    });
    CHECK(RefusalOf(sample.issuer()).message.contains("302"));
    CHECK(sample.asked() == 1);
  }

  // A document of another issuer, and one with keys at places that are not allowed.
  const auto refused = [](const std::string& document, bool allow_private) {
    std::string text = document;
    const SampleIssuer sample([&](const Asked&, const Answering& answering) {
      answering.Answer(200, text);
      return true;
    });
    if (const std::size_t at = text.find("SELF"); at != std::string::npos) text.replace(at, 4, sample.Url());
    Issuer issuer = sample.issuer();
    issuer.allow_private = allow_private;
    return RefusalOf(issuer).message;
  };
  CHECK(refused(R"({"issuer":"https://another","jwks_uri":"SELF/keys"})", true).contains("another issuer"));
  CHECK(refused(R"({"jwks_uri":"x"})", true).contains("another issuer"));
  CHECK(refused(R"({"issuer":"SELF","jwks_uri":"file:///etc/passwd"})", true).contains("https://"));
  CHECK(refused(R"({"issuer":"SELF","jwks_uri":"gopher://x"})", true).contains("https://"));
  CHECK(refused(R"({"issuer":"SELF"})", true).contains("https://"));
}

TEST_CASE("answers have limits and must be keys") {
  const auto refused = [](const std::string& body) {
    const SampleIssuer sample([&](const Asked& asked, const Answering& answering) {
      if (!asked.target.contains("keys")) return false;
      answering.Answer(200, body);
      return true;
    });
    return RefusalOf(sample.issuer()).kind;
  };
  CHECK(refused(std::string(kMaxKeySetBytes + 1, ' ')) == ErrorKind::kLimitExceeded);
  CHECK(refused("<html>") == ErrorKind::kBadParameter);
  CHECK(refused("{\"keys\":[]}") == ErrorKind::kBadParameter);
}

TEST_CASE("the certificate of an issuer must be trusted and have its name") {
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  std::string url;
  test::TlsServer server(test::ServerCertificate(key, {"127.0.0.1"}), key, {}, [&](SSL* connection) {
    const std::string request = test::ReadSome(connection);
    const std::string body = request.contains("openid-configuration")
                                 ? fmt::format(R"({{"issuer":"{0}","jwks_uri":"{0}/keys"}})", url)
                                 : SomeKeySet();
    test::WriteText(connection, fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
  });
  const test::TemporaryDirectory directory;
  NetworkSettings trusted;
  trusted.ssl_cert_file = directory.Write("ca.pem", test::SampleCluster().authority.ToPem());
  trusted.insecure = true;  // for the proxies of clients, not for issuers

  url = "https://" + FormatHostPort(server.address());
  CHECK(FetchIssuerKeys({url, false, true}, trusted));
  NetworkSettings untrusted = trusted;
  untrusted.ssl_cert_file = directory.Write("other.pem", test::ServerCertificate(key, {"x"}).ToPem());
  CHECK(FetchIssuerKeys({url, false, true}, untrusted).error().kind == ErrorKind::kConnectionProblem);
  url = fmt::format("https://localhost:{}", server.address().port);
  CHECK(FetchIssuerKeys({url, false, true}, trusted).error().kind == ErrorKind::kConnectionProblem);
}

TEST_CASE("URLs of issuers are read, or refused") {
  const IssuerUrl url = ParseIssuerUrl("https://issuer.example.com:8443/a/b?c=d").value();
  CHECK(url.use_tls);
  CHECK(url.host == "issuer.example.com");
  CHECK(url.port == 8443);
  CHECK(url.path == "/a/b?c=d");
  CHECK(ParseIssuerUrl("https://issuer.example.com")->port == 443);
  CHECK(ParseIssuerUrl("https://issuer.example.com?a")->path == "/?a");
  CHECK(ParseIssuerUrl("http://[fd00::1]")->host == "fd00::1");
  CHECK(ParseIssuerUrl("http://a")->port == 80);
  for (const std::string& text :
       {std::string("ftp://a"), std::string("a"), std::string(), std::string("https://"), std::string("https:///a"),
        std::string("https://u@a"), std::string("https://a:0"), std::string("https://a:x"), std::string("https://a#b"),
        std::string("https://a b"), std::string("https://a\r\nX: y"), std::string("https://a\\b"),
        std::string("HTTPS://a"), "https://" + std::string(3000, 'a')}) {
    CAPTURE(text.substr(0, 40));
    CHECK(ParseIssuerUrl(text).error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace
}  // namespace sallyport
