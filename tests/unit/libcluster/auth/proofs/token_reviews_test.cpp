// Tests of token reviews: what the API server is asked. The e2e tests ask a real one.
#include "libcluster/auth/proofs/token_reviews.h"

#include "libbase/json.h"
#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/libclient/tls_server.h"
#include "tests/unit/libidentity/jwt_sample.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

// An API server that answers one request for each connection, and a pod's files for it.
class SampleServer {
 public:
  SampleServer(int status, std::string answer)
      : server_(test::ServerCertificate(key_, {"127.0.0.1"}), key_, {.protocols = {"http/1.1"}},
                [this, status, answer](SSL* connection) {
                  request_ = test::ReadSome(connection);
                  while (!request_.contains("\r\n\r\n{")) request_ += test::ReadSome(connection);
                  test::WriteText(connection, fmt::format("HTTP/1.1 {} X\r\nContent-Type: application/json\r\n"
                                                          "Connection: close\r\nContent-Length: {}\r\n\r\n{}",
                                                          status, answer.size(), answer));
                }) {
    directory_.Write("ca.crt", test::SampleCluster().authority.ToPem());
  }
  PodEnvironment PodWith(const std::string& token) {
    directory_.Write("token", token);
    return {server_.address().host, std::to_string(server_.address().port), directory_.path()};
  }
  // Returns the body of the last request.
  Value body() const { return ParseJson(request_.substr(request_.find("\r\n\r\n") + 4)).value(); }
  const std::string& request() const { return request_; }

 private:
  const PrivateKey key_ = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  const test::TemporaryDirectory directory_;
  std::string request_;
  test::TlsServer server_;
};

std::string OwnToken(const Value& audience) {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  return test::SignedJwt(key, "ES256", "k", Value(Value::Map{{"aud", audience}}));
}

constexpr const char* kReviewed = R"({"kind":"TokenReview","status":{"authenticated":true}})";

TEST_CASE("a review is for the audiences of the API server and for the cluster") {
  SampleServer server(201, kReviewed);
  const std::string own = OwnToken(Value(Value::List{"https://kubernetes.default.svc", "k3s"}));
  TokenReviews reviews(server.PodWith(own + "\n"));
  CHECK(reviews.Review("a.b.c", "ex.com").value() == ParseJson(R"({"authenticated":true})").value());
  CHECK(server.request().starts_with("POST /apis/authentication.k8s.io/v1/tokenreviews HTTP/1.1\r\n"));
  CHECK(server.request().contains("Authorization: Bearer " + own + "\r\n"));
  const Value body = server.body();
  CHECK(body.Find("kind")->as_string() == "TokenReview");
  CHECK(ToJson(*body.Find("spec")->Find("audiences")) == R"(["https://kubernetes.default.svc","k3s","ex.com"])");
}

TEST_CASE("audiences are not repeated, and left out for clusters without audiences") {
  const auto audiences = [](const std::string& own) {
    SampleServer server(201, kReviewed);
    TokenReviews reviews(server.PodWith(own));
    CHECK(reviews.Review("a.b.c", "ex.com"));
    const Value body = server.body();
    CHECK(body.Find("spec")->Find("token")->as_string() == "a.b.c");
    const Value* const list = body.Find("spec")->Find("audiences");
    return list == nullptr ? std::string("none") : ToJson(*list);
  };
  CHECK(audiences(OwnToken(Value(Value::List{"k3s"}))) == R"(["k3s","ex.com"])");
  CHECK(audiences(OwnToken(Value(Value::List{"ex.com", "k3s"}))) == R"(["ex.com","k3s"])");
  CHECK(audiences(OwnToken("one")) == R"(["one","ex.com"])");
  CHECK(audiences(OwnToken(Value())) == "none");
  CHECK(audiences("not-a-token") == "none");
}

TEST_CASE("an answer about other audiences is refused") {
  const auto accepted = [](const std::string& audiences) {
    SampleServer server(201, fmt::format(R"({{"status":{{"authenticated":true,"audiences":{}}}}})", audiences));
    TokenReviews reviews(server.PodWith(OwnToken("k3s")));
    return reviews.Review("a.b.c", "ex.com").has_value();
  };
  CHECK(accepted(R"(["ex.com"])"));
  CHECK(accepted(R"(["other","k3s"])"));
  CHECK(accepted("[]"));
  CHECK_FALSE(accepted(R"(["other"])"));
}

TEST_CASE("without a pod, or without an answer, there is no review") {
  CHECK(TokenReviews(PodEnvironment{}).Review("a.b.c", "ex.com").error().kind == ErrorKind::kBadParameter);
  SampleServer refusing(403, R"({"kind":"Status","message":"forbidden","reason":"Forbidden","code":403})");
  CHECK(TokenReviews(refusing.PodWith("t")).Review("a.b.c", "ex.com").error().kind == ErrorKind::kAccessDenied);
  SampleServer empty(201, "{}");
  CHECK_FALSE(TokenReviews(empty.PodWith("t")).Review("a.b.c", "ex.com"));
}

}  // namespace
}  // namespace sallyport
