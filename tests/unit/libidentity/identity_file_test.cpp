#include "libidentity/identity_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "libidentity/known_hosts.h"
#include "libidentity/pem.h"
#include "libidentity/ssh_identity.h"
#include "libidentity/x509.h"
#include "sample.h"
#include "tool.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;
using namespace test;

std::string SshCertificateLine() {
  const UserSshRequest request{
      .identity = RecordedUser(), .public_key = EcdsaKey().public_key(), .now = kNow, .ttl = 1h};
  return IssueUserSshCertificate(request, Ed25519Key()).value().ToAuthorizedKey();
}

std::string TlsCertificate() {
  const LeafRequest request{.subject = ToSubject(RecordedUser()).value(),
                            .public_key = EcdsaKey().public_key(),
                            .not_before = kNow,
                            .not_after = kNow + 1h};
  return IssueCertificate(request, SampleAuthority().certificate, SampleAuthority().key).value().ToPem();
}

IdentityFile SampleFile() {
  IdentityFile file;
  file.private_key = EcdsaKey().ToPem();
  file.ssh_certificate = SshCertificateLine();
  file.tls_certificate = TlsCertificate();
  file.ssh_authorities = {FormatHostAuthority({"", "ref.test", Ed25519Key().public_key()}).value(),
                          FormatHostAuthority({"", "leaf.test", EcdsaKey().public_key()}).value()};
  file.tls_authorities = {SampleAuthority().certificate.ToPem(),
                          MakeAuthority("leaf.test", Ed25519Key()).certificate.ToPem()};
  return file;
}

void CheckSame(const IdentityFile& a, const IdentityFile& b) {
  CHECK(a.private_key.Reveal() == b.private_key.Reveal());
  CHECK(a.ssh_certificate == b.ssh_certificate);
  CHECK(a.tls_certificate == b.tls_certificate);
  CHECK(a.ssh_authorities == b.ssh_authorities);
  CHECK(a.tls_authorities == b.tls_authorities);
}

TEST_CASE("the parts stand in Teleport's order, each on lines of its own", "[identity-file]") {
  const IdentityFile file = SampleFile();
  CHECK(FormatIdentityFile(file).Reveal() ==
        file.private_key.Reveal() + file.ssh_certificate + "\n" + file.tls_certificate + file.ssh_authorities[0] +
            "\n" + file.ssh_authorities[1] + "\n" + file.tls_authorities[0] + file.tls_authorities[1]);
}

TEST_CASE("what is written into an identity file is read back", "[identity-file]") {
  const IdentityFile file = SampleFile();
  const IdentityFile read = ParseIdentityFile(FormatIdentityFile(file).Reveal()).value();
  CheckSame(read, file);
  CHECK(ParsePrivateKeyPem(read.private_key.Reveal()).value().public_key() == EcdsaKey().public_key());
  CHECK(Certificate::FromPem(read.tls_certificate).value().issuer_common_name() == "ref.test");
  CHECK(ParseSshCertificate(read.ssh_certificate).value().key_id == "seokbin2");
  CHECK(ParseHostAuthority(read.ssh_authorities[1]).value().cluster == "leaf.test");
}

TEST_CASE("blocks count by position, other lines do not count", "[identity-file]") {
  const IdentityFile file = SampleFile();
  const std::string text = "# made for alice\r\n\n  " + file.ssh_authorities[0] + "  \r\n" + file.private_key.Reveal() +
                           "noise\n" + file.tls_authorities[0] + file.ssh_certificate + "\r\nssh-rsa AAAA\n" +
                           file.tls_certificate;
  const IdentityFile read = ParseIdentityFile(text).value();
  CHECK(read.private_key.Reveal() == file.private_key.Reveal());
  CHECK(read.tls_certificate == file.tls_authorities[0]);
  CHECK(read.tls_authorities == std::vector<std::string>{file.tls_certificate});
  CHECK(read.ssh_authorities == std::vector<std::string>{file.ssh_authorities[0]});
  CHECK(read.ssh_certificate == file.ssh_certificate);
}

TEST_CASE("an empty text has no parts, a cut one is refused", "[identity-file]") {
  CHECK(ParseIdentityFile("").value().private_key.empty());
  const Secret text = FormatIdentityFile(SampleFile());
  const auto cut = ParseIdentityFile(text.Reveal().substr(0, text.Reveal().size() - 30));
  REQUIRE_FALSE(cut.has_value());
  CHECK(cut.error().kind == ErrorKind::kBadParameter);
  CHECK_FALSE(ParseIdentityFile("-----BEGIN X-----").has_value());
  CHECK_FALSE(ParseIdentityFile(std::string(5 << 20, '\n')).has_value());
}

TEST_CASE("a file is written for its owner only and takes the place of the old one", "[identity-file]") {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("identity", "old");
  REQUIRE(chmod(path.c_str(), 0644) == 0);
  const IdentityFile file = SampleFile();
  REQUIRE(WriteIdentityFile(path, file).has_value());
  struct stat info{};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CheckSame(ReadIdentityFile(path).value(), file);
  CHECK(RunTool("ls " + (directory / "")).output == "identity\n");
}

TEST_CASE("the SSH certificate may stand in a file beside", "[identity-file]") {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("identity", EcdsaKey().ToPem().Reveal());
  const auto missing = ReadIdentityFile(path);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind == ErrorKind::kBadParameter);
  CHECK(missing.error().message == fmt::format("no SSH certificate in identity file {0} nor in {0}-cert.pub", path));
  const std::string line = SshCertificateLine();
  directory.Write("identity-cert.pub", line + "\n");
  CHECK(ReadIdentityFile(path).value().ssh_certificate == line);
}

TEST_CASE("files that cannot be used are named in the error", "[identity-file]") {
  const TemporaryDirectory directory;
  const std::string nowhere = (directory / "nowhere/identity");
  CHECK(ReadIdentityFile(nowhere).error().kind == ErrorKind::kNotFound);
  CHECK(WriteIdentityFile(nowhere, SampleFile()).error().kind == ErrorKind::kNotFound);
  const auto no_key = ReadIdentityFile(directory.Write("empty", "hello\n"));
  CHECK(no_key.error().kind == ErrorKind::kBadParameter);
  CHECK(no_key.error().message.find("empty holds no private key") != std::string::npos);
  CHECK(ReadIdentityFile(directory.Write("large", std::string(5 << 20, 'x'))).error().kind ==
        ErrorKind::kLimitExceeded);
  CHECK_FALSE(ReadIdentityFile((directory / "")).has_value());  // a directory
}

}  // namespace
}  // namespace sallyport
