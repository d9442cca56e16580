#include "libcluster/ssh_server/ssh_algorithms.h"

#include <catch2/catch.hpp>

#include "tests/unit/libcluster/ssh_server/ssh_test_client.h"

namespace sallyport {
namespace {

constexpr std::string_view kHostKey = "ssh-ed25519-cert-v01@openssh.com";

TEST_CASE("a proposal is read as it was written", "[ssh_server]") {
  const SshProposal proposal = ParseSshProposal(WriteSshProposal(kHostKey)).value();
  CHECK(proposal.host_keys == std::vector<std::string>{std::string(kHostKey)});
  CHECK(proposal.key_exchanges.back() == "kex-strict-s-v00@openssh.com");
  CHECK_FALSE(proposal.guesses);
  CHECK(WriteSshProposal(kHostKey) != WriteSshProposal(kHostKey));  // the cookie
}

TEST_CASE("the client's order decides", "[ssh_server]") {
  test::SshTestProposal wanted;
  wanted.key_exchanges = "unknown,ecdh-sha2-nistp256,curve25519-sha256";
  wanted.ciphers = "aes256-gcm@openssh.com,aes128-gcm@openssh.com";
  const SshAlgorithms chosen = ChooseSshAlgorithms(ParseSshProposal(wanted.Payload()).value(), kHostKey).value();
  CHECK(chosen.curve == AgreementCurve::kP256);
  CHECK(chosen.key_bytes_to_server == 32);
  CHECK(chosen.key_bytes_to_client == 32);
  CHECK_FALSE(chosen.strict);
  CHECK_FALSE(chosen.wants_extensions);
}

TEST_CASE("proposals that are too long or end early are refused", "[ssh_server]") {
  test::SshTestProposal proposal;
  const std::string good = proposal.Payload();
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(ParseSshProposal(good.substr(0, size)));
  }
  proposal.ciphers = std::string(65, 'x');
  CHECK_FALSE(ParseSshProposal(proposal.Payload()));
  proposal.ciphers.clear();
  for (int i = 0; i < 201; ++i) proposal.ciphers += "x,";
  CHECK_FALSE(ParseSshProposal(proposal.Payload()));
}

TEST_CASE("a certificate's type names the algorithm of its signatures, SHA-1 is none", "[ssh_server]") {
  CHECK(SignatureOfCertificateType("ssh-ed25519-cert-v01@openssh.com") == "ssh-ed25519");
  CHECK(SignatureOfCertificateType("rsa-sha2-512-cert-v01@openssh.com") == "rsa-sha2-512");
  for (const char* type : {"ssh-rsa-cert-v01@openssh.com", "ssh-ed25519", "", "-cert-v01@openssh.com",
                           "ssh-dss-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com"}) {
    CAPTURE(type);
    CHECK(SignatureOfCertificateType(type).empty());
  }
}

}  // namespace
}  // namespace sallyport
