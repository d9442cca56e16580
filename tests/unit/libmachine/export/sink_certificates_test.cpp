#include "libmachine/export/sink_certificates.h"

#include <catch2/catch.hpp>

#include "libidentity/x509.h"
#include "tests/unit/libidentity/tool.h"

namespace sallyport {
namespace {

using test::RunTool;
using test::TemporaryDirectory;

SinkCertificateRequest SampleSink() {
  return {.names = {"fluentd.example.com", "10.1.2.3"},
          .client_name = "handler.example.com",
          .algorithm = KeyAlgorithm::kRsa2048,
          .ttl = std::chrono::hours(24),
          .now = Now()};
}

TEST_CASE("openssl verifies both certificates for their uses and names alone", "[sink_certificates][tools]") {
  const SinkCertificates made = MakeSinkCertificates(SampleSink(), Secret(std::string("hush"))).value();
  const TemporaryDirectory directory;
  const std::string ca = directory.Write("ca.crt", made.authority.certificate);
  const std::string server = directory.Write("server.crt", made.server.certificate);
  const std::string client = directory.Write("client.crt", made.client.certificate);
  const auto verify = [&](const std::string& path, std::string_view checks) {
    return RunTool(fmt::format("openssl verify -x509_strict -CAfile {} {} {}", ca, checks, path)).exit_code == 0;
  };

  CHECK(verify(server, "-purpose sslserver -verify_hostname fluentd.example.com"));
  CHECK(verify(server, "-purpose sslserver -verify_ip 10.1.2.3"));
  CHECK_FALSE(verify(server, "-purpose sslserver -verify_hostname other.example.com"));
  CHECK_FALSE(verify(server, "-purpose sslclient"));
  CHECK(verify(client, "-purpose sslclient"));
  CHECK_FALSE(verify(client, "-purpose sslserver"));
}

TEST_CASE("certificates of a sink have the names and times that were asked for", "[sink_certificates]") {
  const SinkCertificateRequest request = SampleSink();
  const SinkCertificates made = MakeSinkCertificates(request, Secret(std::string("hush"))).value();
  const Certificate authority = Certificate::FromPem(made.authority.certificate).value();
  const Certificate server = Certificate::FromPem(made.server.certificate).value();
  const Certificate client = Certificate::FromPem(made.client.certificate).value();
  CHECK(authority.subject_common_name() == "CA");
  CHECK(authority.is_ca());
  CHECK(server.subject_common_name() == "Server");
  CHECK(client.subject_common_name() == "handler.example.com");
  CHECK(server.issuer_der() == authority.subject_der());
  for (const Certificate& one : {authority, server, client}) {
    CHECK(std::chrono::abs(one.not_after() - (request.now + request.ttl)) < std::chrono::seconds(1));
    CHECK(one.public_key().bits() == 2048);
  }

  // The keys are those of the certificates; the server's alone is encrypted.
  CHECK(ParsePrivateKeyPem(made.authority.key.Reveal()).value().public_key() == authority.public_key());
  CHECK(ParsePrivateKeyPem(made.client.key.Reveal()).value().public_key() == client.public_key());
  CHECK_FALSE(ParsePrivateKeyPem(made.server.key.Reveal()).has_value());
  CHECK(made.server.key.Reveal().contains("DEK-Info: AES-256-CBC,"));
}

TEST_CASE("certificates of a sink need names, a lifetime and a passphrase", "[sink_certificates]") {
  const auto refused = [](const SinkCertificateRequest& request, const std::string& passphrase = "hush") {
    const auto made = MakeSinkCertificates(request, Secret(passphrase));
    return !made && made.error().kind == ErrorKind::kBadParameter;
  };
  SinkCertificateRequest request = SampleSink();
  CHECK(refused(request, ""));
  request.names = {"two words"};
  CHECK(refused(request));
  request = SampleSink();
  request.ttl = Nanoseconds(0) - kClockSkew;
  CHECK(refused(request));
}

}  // namespace
}  // namespace sallyport
