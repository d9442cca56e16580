#include "libkube/connection.h"

#include <catch2/catch.hpp>

#include "libkube/api.h"
#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/libclient/tls_server.h"

namespace sallyport {
namespace {

using namespace test;
using namespace std::chrono_literals;

const KubeObjectName kNode{{"", "v1", "nodes"}, "", "n"};

const PrivateKey& ServerKey() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  return key;
}

// Answers one request with an object that names the client by its certificate.
void AnswerWithSubject(SSL* connection) {
  ReadSome(connection);
  X509* const certificate = SSL_get0_peer_certificate(connection);
  const std::string who =
      certificate == nullptr ? "nobody" : Certificate::FromNative(certificate).value().subject_common_name();
  const int sent = certificate == nullptr ? 0 : sk_X509_num(SSL_get_peer_cert_chain(connection));
  const std::string body = fmt::format(R"({{"who":"{}","chain":{}}})", who, sent);
  WriteText(connection,
            fmt::format("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
}

KubeEndpoint EndpointOf(const TlsServer& server) {
  KubeEndpoint endpoint;
  endpoint.host = server.address().host;
  endpoint.port = server.address().port;
  endpoint.ca_pem = SampleCluster().authority.ToPem();
  return endpoint;
}

Result<Value> Ask(KubeEndpoint endpoint, CallLimits limits = {}) {
  ASSIGN_OR_RETURN(const auto api, KubeApi::Make(std::move(endpoint)));
  return api->Get(kNode, limits);
}

TEST_CASE("the server's certificate must be of the authority and for the name") {
  const TlsServer server(ServerCertificate(ServerKey(), {"kube.example.com"}), ServerKey(), {}, AnswerWithSubject);
  KubeEndpoint endpoint = EndpointOf(server);
  endpoint.server_name = "kube.example.com";
  CHECK(Ask(std::move(endpoint)).value().Find("who")->as_string() == "nobody");

  const Error wrong_name = Ask(EndpointOf(server)).error();
  CHECK(wrong_name.kind == ErrorKind::kConnectionProblem);
  CHECK(wrong_name.message.contains("its certificate is for kube.example.com"));
  CHECK_FALSE(wrong_name.hint.contains("proxy"));

  KubeEndpoint unknown = EndpointOf(server);
  unknown.ca_pem = MakeCertificateAuthority("other", ServerKey(), Now()).value().ToPem();
  CHECK(Ask(std::move(unknown)).error().message.contains("unknown authority"));

  KubeEndpoint careless = EndpointOf(server);
  careless.skip_verification = true;
  CHECK(Ask(std::move(careless)));
}

TEST_CASE("a client certificate is shown with its chain") {
  const TlsServer server(ServerCertificate(ServerKey(), {"127.0.0.1"}), ServerKey(), {.want_certificate = true},
                         AnswerWithSubject);
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  KubeEndpoint endpoint = EndpointOf(server);
  endpoint.client_certificate_pem = UserCertificatePem(key, Now() + 1h) + SampleCluster().authority.ToPem();
  endpoint.client_key_pem = key.ToPem();
  const Value answer = Ask(std::move(endpoint)).value();
  CHECK(answer.Find("who")->as_string() == "alice");
  CHECK(answer.Find("chain")->as_int() == 1);  // beside the certificate itself
  CHECK_FALSE(Ask(EndpointOf(server)));
}

TEST_CASE("a handshake that nobody answers ends by time and by a stop") {
  const Listener silent;
  KubeEndpoint endpoint;
  endpoint.host = silent.address().host;
  endpoint.port = silent.address().port;
  const auto api = KubeApi::Make(std::move(endpoint)).value();
  CHECK(api->Get(kNode, {.time = 50ms}).error().kind == ErrorKind::kConnectionProblem);
  StopSignal stop;
  std::thread stopper([&] { stop.Stop(); });
  CHECK(api->Get(kNode, {.stop = &stop}).error().kind == ErrorKind::kInterrupted);
  stopper.join();
}

TEST_CASE("a server that is not there") {
  KubeEndpoint endpoint;
  {
    const Listener listener;
    endpoint.host = listener.address().host;
    endpoint.port = listener.address().port;
  }
  const Error error = Ask(std::move(endpoint)).error();
  CHECK(error.kind == ErrorKind::kConnectionProblem);
  CHECK(error.message.contains("the connection was refused"));
}

}  // namespace
}  // namespace sallyport
