#include "libclient/tls.h"

#include <catch2/catch.hpp>

#include "tests/unit/libclient/sample_login.h"
#include "tests/unit/libclient/tls_server.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace test;
using namespace std::chrono_literals;

const PrivateKey& ServerKey() {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  return key;
}

TlsOptions Trusting(const std::string& name = "127.0.0.1") {
  TlsOptions options;
  options.server_name = name;
  options.authorities_pem = SampleCluster().authority.ToPem();
  return options;
}

NetworkSettings Quick() {
  NetworkSettings settings;
  settings.timeout = 5s;
  return settings;
}

void Echo(SSL* connection) { WriteText(connection, "got " + ReadSome(connection)); }

Error ConnectError(const TlsServer& server, const TlsOptions& options, const NetworkSettings& settings = Quick()) {
  const auto stream = TlsStream::Connect(server.address(), options, settings);
  return stream ? Error{ErrorKind::kInternal, "it connected", {}} : stream.error();
}

TEST_CASE("bytes go both ways, with the first protocol that both have", "[tls]") {
  const TlsServer server(ServerCertificate(ServerKey(), {"127.0.0.1", "*.teleport.cluster.local"}), ServerKey(),
                         {.protocols = {"h2", "other"}}, Echo);
  TlsOptions options = Trusting("abc.teleport.cluster.local");
  options.protocols = {"teleport-auth@abc.teleport.cluster.local", "h2"};
  const auto stream = TlsStream::Connect(server.address(), options, Quick()).value();
  CHECK(stream->protocol() == "h2");
  const Deadline deadline = std::chrono::steady_clock::now() + 5s;
  REQUIRE(stream->Write("hello", deadline));
  char buffer[64];
  const auto count = stream->Read(buffer, sizeof buffer, deadline).value();
  CHECK(std::string(buffer, count) == "got hello");
  CHECK(stream->Read(buffer, sizeof buffer, deadline).value() == 0);
}

TEST_CASE("a certificate of an unknown authority is refused, unless checks are off", "[tls]") {
  const TlsServer server(ServerCertificate(ServerKey(), {"127.0.0.1"}), ServerKey(), {}, Echo);
  const TemporaryDirectory directory;
  NetworkSettings settings = Quick();
  settings.ssl_cert_dir = directory.path();
  TlsOptions options;
  options.server_name = "127.0.0.1";
  const Error error = ConnectError(server, options, settings);
  CHECK(error.kind == ErrorKind::kConnectionProblem);
  CHECK(error.message.contains("certificate signed by unknown authority"));
  CHECK(error.hint.contains("--insecure"));
  options.skip_verification = true;
  CHECK(TlsStream::Connect(server.address(), options, settings));
  options.skip_verification = false;
  REQUIRE(WritePrivateFile(directory / "ca.pem", SampleCluster().authority.ToPem()));
  settings.ssl_cert_file = directory / "ca.pem";
  CHECK(TlsStream::Connect(server.address(), options, settings));
  settings.ssl_cert_file = directory / "missing.pem";
  CHECK(ConnectError(server, options, settings).kind == ErrorKind::kBadParameter);
}

// Connects without a check, and checks what the server has shown afterwards.
Status CheckLater(const TlsServer& server, const TlsOptions& checked) {
  TlsOptions options;
  options.server_name = checked.server_name;
  options.skip_verification = true;
  const auto stream = TlsStream::Connect(server.address(), options, Quick()).value();
  return CheckServerChain(stream->peer_chain(), checked, "the server");
}

TEST_CASE("a certificate that was accepted unchecked is checked later as in the handshake", "[tls]") {
  const Time now = Now();
  const TlsServer good(ServerCertificate(ServerKey(), {"127.0.0.1", "*.teleport.cluster.local"}), ServerKey(), {},
                       Echo);
  CHECK(CheckLater(good, Trusting()));
  CHECK(CheckLater(good, Trusting("abc.teleport.cluster.local")));
  CHECK(CheckLater(good, Trusting("127.0.0.2")).error().message.contains("not for 127.0.0.2"));
  CHECK(CheckLater(good, Trusting("a.b.teleport.cluster.local")).error().message.contains("not for a.b"));

  const TlsServer expired(ServerCertificate(ServerKey(), {"127.0.0.1"}, now - 2h, now - 1h), ServerKey(), {}, Echo);
  CHECK(CheckLater(expired, Trusting()).error().message.contains("has expired"));

  TlsOptions other = Trusting();
  other.authorities_pem = ServerCertificate(ServerKey(), {"127.0.0.1"}).ToPem();
  const Status strange = CheckLater(good, other);
  REQUIRE_FALSE(strange);
  CHECK(strange.error().message.contains("unknown authority"));
  CHECK(strange.error().detail == ErrorDetail::kNotTrusted);
  other.authorities_pem = "no certificate";
  CHECK_FALSE(CheckLater(good, other));
  CHECK_FALSE(CheckServerChain({}, Trusting(), "the server"));
}

TEST_CASE("each wrong certificate is called what it is", "[tls]") {
  const Time now = Now();
  const TlsServer expired(ServerCertificate(ServerKey(), {"127.0.0.1"}, now - 2h, now - 1h), ServerKey(), {}, Echo);
  CHECK(ConnectError(expired, Trusting()).message.contains("has expired"));
  CHECK(ConnectError(expired, Trusting()).hint.contains("clock"));
  const TlsServer early(ServerCertificate(ServerKey(), {"127.0.0.1"}, now + 1h, now + 2h), ServerKey(), {}, Echo);
  CHECK(ConnectError(early, Trusting()).message.contains("not valid yet"));
  CHECK(ConnectError(early, Trusting()).hint.contains("clock"));
  const TlsServer other(ServerCertificate(ServerKey(), {"other.example.com"}), ServerKey(), {}, Echo);
  const Error wrong = ConnectError(other, Trusting());
  CHECK(wrong.message.contains("its certificate is for other.example.com, not for 127.0.0.1"));
  CHECK(ConnectError(other, Trusting("a.other.example.com")).message.contains("not for a.other.example.com"));
}

TEST_CASE("a server that shares no protocol says so", "[tls]") {
  const TlsServer server(ServerCertificate(ServerKey(), {"127.0.0.1"}), ServerKey(),
                         {.protocols = {"http/1.1"}, .refuse_others = true}, Echo);
  TlsOptions options = Trusting();
  options.protocols = {"h2"};
  CHECK(ConnectError(server, options).detail == ErrorDetail::kNoCommonProtocol);
}

TEST_CASE("a client certificate is shown", "[tls]") {
  std::string subject;
  const TlsServer server(
      ServerCertificate(ServerKey(), {"127.0.0.1"}), ServerKey(), {.want_certificate = true}, [&](SSL* connection) {
        subject = Certificate::FromNative(SSL_get0_peer_certificate(connection)).value().subject_common_name();
        Echo(connection);
      });
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  TlsOptions options = Trusting();
  options.certificate = Certificate::FromPem(UserCertificatePem(key, Now() + 1h)).value();
  options.key_pem = key.ToPem();
  const auto stream = TlsStream::Connect(server.address(), options, Quick()).value();
  char buffer[64];
  const Deadline deadline = std::chrono::steady_clock::now() + 5s;
  REQUIRE(stream->Write("x", deadline));
  CHECK(stream->Read(buffer, sizeof buffer, deadline).value() > 0);
  CHECK(subject == "alice");
  options.key_pem = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value().ToPem();
  CHECK(ConnectError(server, options).kind == ErrorKind::kBadParameter);
}

TEST_CASE("failed connections", "[tls]") {
  HostPort refused;
  {
    const Listener listener;
    refused = listener.address();
  }
  CHECK(TlsStream::Connect(refused, Trusting(), Quick()).error().message.contains("the connection was refused"));
  const auto unknown = TlsStream::Connect({"no-such-host.invalid", 1}, Trusting(), Quick());
  CHECK(unknown.error().kind == ErrorKind::kConnectionProblem);
  CHECK(unknown.error().message.contains("cannot find the host \"no-such-host.invalid\""));
  const Listener silent;
  NetworkSettings hurried;
  hurried.timeout = 50ms;
  CHECK(TlsStream::Connect(silent.address(), Trusting(), hurried).error().message.contains("does not answer in time"));
}

TEST_CASE("a server that does not speak TLS is told apart", "[tls]") {
  const Listener listener;
  std::thread server([&] {
    const UniqueFd fd(::accept(listener.fd(), nullptr, nullptr));
    char buffer[1024];
    std::ignore = ::read(fd.get(), buffer, sizeof buffer);
    std::ignore = ::write(fd.get(), "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
  });
  const auto stream = TlsStream::Connect(listener.address(), Trusting(), Quick());
  server.join();
  CHECK(stream.error().message.contains("does not speak TLS"));
}

}  // namespace
}  // namespace sallyport
