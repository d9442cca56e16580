#include "libmachine/bot/identity/credentials.h"

#include <catch2/catch.hpp>

#include "tests/unit/libmachine/bot/sample_bot_cluster.h"

namespace sallyport {
namespace {

CredentialTexts TextsOf(const BotCredentials& credentials) {
  return {credentials.key_pem.Clone(), credentials.ssh_certificate, credentials.tls_certificate,
          credentials.tls_authorities, credentials.ssh_authorities};
}

TEST_CASE("credentials say whose they are") {
  test::SampleBotCluster cluster;
  const BotCredentials credentials = cluster.Joined();
  CHECK(credentials.cluster() == "ref.test");
  CHECK(credentials.identity.bot_name == "worker");
  CHECK(credentials.identity.renewable);
  CHECK(credentials.public_key.starts_with("ecdsa-sha2-nistp256 "));
  CHECK(credentials.public_key.ends_with('\n'));
  CHECK(credentials.ssh_certificate.ends_with('\n'));
  CHECK(credentials.tls_authorities.size() == 2);
  const BotCredentials copy = credentials.Clone();
  CHECK(copy.key_pem.Reveal() == credentials.key_pem.Reveal());
  CHECK(copy.certificate == credentials.certificate);
}

TEST_CASE("a key with the certificate of another key is refused") {
  test::SampleBotCluster cluster;
  const BotCredentials one = cluster.Joined();
  const BotCredentials other = cluster.Joined();
  CHECK(MakeCredentials(TextsOf(one)));
  CredentialTexts mixed = TextsOf(one);
  mixed.tls_certificate = other.tls_certificate;
  CHECK(MakeCredentials(std::move(mixed)).error().message == "the certificates are for another key");
  CredentialTexts mixed_ssh = TextsOf(one);
  mixed_ssh.ssh_certificate = other.ssh_certificate;
  CHECK_FALSE(MakeCredentials(std::move(mixed_ssh)));
  CredentialTexts alone = TextsOf(one);
  alone.tls_authorities.clear();
  CHECK(MakeCredentials(std::move(alone)).error().message == "there are no certificate authorities");
}

}  // namespace
}  // namespace sallyport
