#include "libidentity/ssh_certificate.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libidentity/ssh_wire.h"
#include "sample.h"
#include "tool.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;
using namespace test;

constexpr std::uint64_t kNowUnix = 1795309200;  // kNow

SshCertificate Unsigned(const PublicKey& key) {
  SshCertificate certificate;
  certificate.public_key = key;
  certificate.key_id = "alice";
  certificate.principals = {"root", "-teleport-internal-join"};
  certificate.valid_after = kNowUnix - 60;
  certificate.valid_before = kNowUnix + 3600;
  certificate.critical_options = {{"source-address", "10.0.0.1/32"}};
  certificate.extensions = {{"permit-pty", ""}, {"login-ip", "127.0.0.1"}, {"permit-X11-forwarding", ""}};
  return certificate;
}

SshCertificate Signed(const PublicKey& key, const PrivateKey& ca_key) {
  SshCertificate certificate = Unsigned(key);
  REQUIRE(certificate.Sign(ca_key).has_value());
  return certificate;
}

bool Has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

ToolResult Show(const SshCertificate& certificate) {
  const TemporaryDirectory directory;
  return RunTool("ssh-keygen -L -f " + directory.Write("key-cert.pub", certificate.ToAuthorizedKey("me") + "\n"));
}

TEST_CASE("the numbers of the samples fit", "[ssh-certificate]") { CHECK(kNow.time_since_epoch() / 1s == kNowUnix); }

// ssh-keygen checks the signature of a certificate before it prints the certificate.
TEST_CASE("ssh-keygen accepts certificates of all kinds of keys under all kinds of authorities",
          "[ssh-certificate][tools]") {
  for (const PrivateKey& ca_key : AllKeys()) {
    for (const PrivateKey& key : AllKeys()) {
      const SshCertificate certificate = Signed(key.public_key(), ca_key);
      const auto shown = Show(certificate);
      CAPTURE(shown.output);
      CHECK(shown.exit_code == 0);
      CHECK(Has(shown.output, std::string(key.public_key().SshType()) + "-cert-v01@openssh.com user certificate"));
      CHECK(Has(shown.output, key.public_key().SshFingerprint()));
      CHECK(Has(shown.output, ca_key.public_key().SshFingerprint()));
      const bool rsa = ca_key.type() == KeyType::kRsa;
      CHECK(Has(shown.output, fmt::format("(using {})", rsa ? "rsa-sha2-256" : ca_key.public_key().SshType())));
    }
  }
}

TEST_CASE("ssh-keygen shows what was put in", "[ssh-certificate][tools]") {
  const auto shown = Show(Signed(Ed25519Key().public_key(), EcdsaKey()));
  CAPTURE(shown.output);
  CHECK(Has(shown.output,
            "Key ID: \"alice\"\n        Serial: 0\n"
            "        Valid: from 2026-11-22T00:59:00 to 2026-11-22T02:00:00\n"
            "        Principals: \n                root\n                -teleport-internal-join\n"
            "        Critical Options: \n                source-address 10.0.0.1/32\n"
            "        Extensions: \n                login-ip UNKNOWN OPTION: 000000093132372e302e302e31 "
            "(len 13)\n                permit-X11-forwarding\n                permit-pty\n"));
}

TEST_CASE("ssh-keygen refuses a certificate that was changed", "[ssh-certificate][tools]") {
  SshCertificate certificate = Signed(Ed25519Key().public_key(), EcdsaKey());
  CHECK(Show(certificate).exit_code == 0);
  certificate.blob[certificate.blob.find("alice")] = 'A';
  CHECK(Show(certificate).exit_code != 0);
}

TEST_CASE("a 4096-bit authority signs with rsa-sha2-512", "[ssh-certificate][tools]") {
  const TemporaryDirectory directory;
  REQUIRE(RunTool("openssl genrsa -out " + (directory / "ca") + " 4096").exit_code == 0);
  const PrivateKey ca_key = ParsePrivateKeyPem(directory.Read("ca")).value();
  const SshCertificate certificate = Signed(Ed25519Key().public_key(), ca_key);
  CHECK(certificate.CheckSignature().has_value());
  CHECK(Has(Show(certificate).output, "(using rsa-sha2-512)"));
}

TEST_CASE("certificates of ssh-keygen are read and verify", "[ssh-certificate][tools]") {
  const TemporaryDirectory directory;
  const std::string ca = directory.Write("ca", RsaKey().ToSshPem().Reveal());
  const std::string key = directory.Write("key.pub", EcdsaKey().public_key().ToAuthorizedKey("x") + "\n");
  REQUIRE(RunTool(fmt::format("ssh-keygen -q -s {} -t rsa-sha2-512 -I host-id -h -n a.example.com,b -z 7 -V "
                              "20260101:20270101 {}",
                              ca, key))
              .exit_code == 0);
  const SshCertificate host = ParseSshCertificate(directory.Read("key-cert.pub")).value();
  CHECK(host.type == SshCertificateType::kHost);
  CHECK(host.serial == 7);
  CHECK(host.key_id == "host-id");
  CHECK(host.principals == std::vector<std::string>{"a.example.com", "b"});
  CHECK(host.extensions.empty());
  CHECK(host.public_key == EcdsaKey().public_key());
  CHECK(host.signature_key == RsaKey().public_key());
  CHECK(host.CheckSignature().has_value());
  REQUIRE(RunTool(fmt::format("ssh-keygen -q -s {} -I me -n root -O source-address=10.0.0.0/8 -O "
                              "extension:login@github.com=alice {}",
                              ca, key))
              .exit_code == 0);
  const SshCertificate user = ParseSshCertificate(directory.Read("key-cert.pub")).value();
  CHECK(user.valid_before == kSshForever);
  CHECK(user.critical_options == SshOptions{{"source-address", "10.0.0.0/8"}});
  CHECK(user.extensions.at("login@github.com") == "alice");
  CHECK(user.extensions.at("permit-pty").empty());
  CHECK(user.CheckSignature().has_value());
}

TEST_CASE("a certificate is read back as it was written", "[ssh-certificate]") {
  for (const PrivateKey& key : AllKeys()) {
    const SshCertificate made = Signed(key.public_key(), Ed25519Key());
    const SshCertificate read = ParseSshCertificate("  " + made.ToAuthorizedKey("a comment") + "\r\n").value();
    CHECK(read.public_key == made.public_key);
    CHECK(read.type == made.type);
    CHECK(read.serial == made.serial);
    CHECK(read.key_id == made.key_id);
    CHECK(read.principals == made.principals);
    CHECK(read.valid_after == made.valid_after);
    CHECK(read.valid_before == made.valid_before);
    CHECK(read.critical_options == made.critical_options);
    CHECK(read.extensions == made.extensions);
    CHECK(read.nonce == made.nonce);
    CHECK(read.nonce.size() == 32);
    CHECK(read.signature_key == made.signature_key);
    CHECK(read.signature == made.signature);
    CHECK(read.blob == made.blob);
    CHECK(read.CheckSignature().has_value());
    CHECK(ParseSshCertificateBlob(made.blob).value().ToAuthorizedKey() == made.ToAuthorizedKey());
  }
}

TEST_CASE("extensions are sorted by name and their values wrapped twice", "[ssh-certificate]") {
  const SshCertificate certificate = Signed(Ed25519Key().public_key(), EcdsaKey());
  const std::string packed = SshWriter()
                                 .String("login-ip")
                                 .String(SshWriter().String("127.0.0.1").bytes())
                                 .String("permit-X11-forwarding")
                                 .String("")
                                 .String("permit-pty")
                                 .String("")
                                 .Take();
  CHECK(Has(certificate.blob, SshWriter().String(packed).bytes()));
}

TEST_CASE("no byte of a certificate can change", "[ssh-certificate]") {
  for (const PrivateKey& ca_key : AllKeys()) {
    const SshCertificate certificate = Signed(EcdsaKey().public_key(), ca_key);
    for (std::size_t place = 0; place < certificate.blob.size(); ++place) {
      std::string changed = certificate.blob;
      changed[place] = static_cast<char>(changed[place] ^ (1 << place % 8));
      const auto read = ParseSshCertificateBlob(changed);
      if (!read) continue;
      CAPTURE(place);
      REQUIRE(read->CheckSignature().error().kind == ErrorKind::kAccessDenied);
    }
  }
}

TEST_CASE("a certificate without a signature, or with another's, does not verify", "[ssh-certificate]") {
  CHECK_FALSE(Unsigned(EcdsaKey().public_key()).CheckSignature().has_value());
  CHECK(Unsigned(EcdsaKey().public_key()).ToAuthorizedKey().empty());
  SshCertificate mixed = Signed(EcdsaKey().public_key(), Ed25519Key());
  mixed.signature = Signed(EcdsaKey().public_key(), Ed25519Key()).signature;
  CHECK_FALSE(mixed.CheckSignature().has_value());
  SshCertificate no_key = Unsigned({});
  CHECK(no_key.Sign(EcdsaKey()).error().kind == ErrorKind::kBadParameter);
  SshCertificate no_ca = Unsigned(EcdsaKey().public_key());
  CHECK(no_ca.Sign({}).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("validity starts with its first second and ends before its last", "[ssh-certificate]") {
  const SshCertificate certificate = Signed(EcdsaKey().public_key(), Ed25519Key());
  CHECK(certificate.CheckValidity(kNow - 60s).has_value());
  CHECK(certificate.CheckValidity(kNow + 1h - 1ns).has_value());
  const auto early = certificate.CheckValidity(kNow - 60s - 1ns);
  REQUIRE_FALSE(early.has_value());
  CHECK(early.error().kind == ErrorKind::kNotLoggedIn);
  CHECK(early.error().message == "SSH certificate of \"alice\" is not valid before 2026-11-22T00:59:00Z");
  const auto late = certificate.CheckValidity(kNow + 1h);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().message == "SSH certificate of \"alice\" expired at 2026-11-22T02:00:00Z");
  CHECK(certificate.ExpiresAt() == kNow + 1h);

  SshCertificate forever = certificate;
  forever.valid_before = kSshForever;
  CHECK(forever.CheckValidity(Time::max()).has_value());
  CHECK(forever.ExpiresAt() == Time::max());
}

TEST_CASE("principals are matched whole, and none means nobody", "[ssh-certificate]") {
  SshCertificate certificate = Unsigned(EcdsaKey().public_key());
  CHECK(certificate.HasPrincipal("root"));
  CHECK_FALSE(certificate.HasPrincipal("roo"));
  CHECK_FALSE(certificate.HasPrincipal(""));
  certificate.principals.clear();
  CHECK_FALSE(certificate.HasPrincipal("root"));
}

// Makes an unsigned certificate with the parts of a test, which may be wrong.
std::string MakeBlob(std::uint32_t type, std::string_view principals, std::string_view options) {
  const std::string key = Ed25519Key().public_key().ToSshBlob();
  return SshWriter()
      .String("ssh-ed25519-cert-v01@openssh.com")
      .String("nonce")
      .Raw(std::string_view(key).substr(15))
      .Uint64(0)
      .Uint32(type)
      .String("id")
      .String(principals)
      .Uint64(0)
      .Uint64(1)
      .String("")
      .String(options)
      .String("")
      .String(key)
      .String("signature")
      .Take();
}

std::string Option(std::string_view name, std::string_view data) {
  return SshWriter().String(name).String(data).Take();
}

TEST_CASE("parts that are wrong are refused", "[ssh-certificate]") {
  const auto reads = [](const std::string& blob) { return ParseSshCertificateBlob(blob).has_value(); };
  CHECK(reads(MakeBlob(1, "", "")));
  CHECK(reads(MakeBlob(2, "", Option("a", "") + Option("b", SshWriter().String("x").bytes()))));
  CHECK_FALSE(reads(MakeBlob(0, "", "")));
  CHECK_FALSE(reads(MakeBlob(3, "", "")));
  CHECK_FALSE(reads(MakeBlob(1, "xyz", "")));
  CHECK_FALSE(reads(MakeBlob(1, "", Option("b", "") + Option("a", ""))));
  CHECK_FALSE(reads(MakeBlob(1, "", Option("a", "") + Option("a", ""))));
  CHECK_FALSE(reads(MakeBlob(1, "", Option("a", "x"))));
  CHECK_FALSE(reads(MakeBlob(1, "", Option("a", SshWriter().String("x").String("y").bytes()))));
  CHECK_FALSE(reads(MakeBlob(1, "", "") + "x"));
  CHECK_FALSE(reads(MakeBlob(1, "", std::string(300 << 10, 'x'))));
}

TEST_CASE("truncated certificates and text that is none give an error", "[ssh-certificate]") {
  const SshCertificate certificate = Signed(EcdsaKey().public_key(), Ed25519Key());
  for (std::size_t length = 0; length < certificate.blob.size(); ++length) {
    REQUIRE(ParseSshCertificateBlob(certificate.blob.substr(0, length)).error().kind == ErrorKind::kBadParameter);
  }
  const std::string line = certificate.ToAuthorizedKey();
  const std::string digits = line.substr(line.find(' '));
  for (const std::string& bad :
       {std::string(), std::string("ssh-ed25519-cert-v01@openssh.com"), "ssh-ed25519" + digits,
        "ssh-ed25519-cert-v01@openssh.com" + digits, line + "\n" + line, line.substr(0, line.size() - 5),
        EcdsaKey().public_key().ToAuthorizedKey(), std::string("ssh-dss-cert-v01@openssh.com AAAA")}) {
    CAPTURE(bad);
    CHECK(ParseSshCertificate(bad).error().kind == ErrorKind::kBadParameter);
  }
  CHECK(IsSshCertificateType("ssh-rsa-cert-v01@openssh.com"));
  CHECK_FALSE(IsSshCertificateType("ssh-rsa"));
  CHECK_FALSE(IsSshCertificateType("-cert-v01@openssh.com"));
}

}  // namespace
}  // namespace sallyport
