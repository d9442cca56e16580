#include "libidentity/keys.h"

#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libidentity/pem.h"
#include "tool.h"

namespace sallyport {
namespace {

using test::RunTool;
using test::TemporaryDirectory;

// All tests share one key of each kind, because RSA keys are slow to make.
struct Sample {
  KeyAlgorithm algorithm;
  KeyType type;
  int bits;
  std::string_view ssh_type;
  std::string_view pem_label;
  std::string_view ssh_pem_label;
  std::string_view public_label;
  PrivateKey key;
};

const std::vector<Sample>& Samples() {
  static const std::vector<Sample> samples = [] {
    std::vector<Sample> made{
        {KeyAlgorithm::kEd25519,
         KeyType::kEd25519,
         256,
         "ssh-ed25519",
         "PRIVATE KEY",
         "OPENSSH PRIVATE KEY",
         "PUBLIC KEY",
         {}},
        {KeyAlgorithm::kEcdsaP256,
         KeyType::kEcdsa,
         256,
         "ecdsa-sha2-nistp256",
         "PRIVATE KEY",
         "OPENSSH PRIVATE KEY",
         "PUBLIC KEY",
         {}},
        {KeyAlgorithm::kEcdsaP384,
         KeyType::kEcdsa,
         384,
         "ecdsa-sha2-nistp384",
         "PRIVATE KEY",
         "OPENSSH PRIVATE KEY",
         "PUBLIC KEY",
         {}},
        {KeyAlgorithm::kRsa2048,
         KeyType::kRsa,
         2048,
         "ssh-rsa",
         "RSA PRIVATE KEY",
         "RSA PRIVATE KEY",
         "RSA PUBLIC KEY",
         {}},
    };
    for (Sample& sample : made) sample.key = GeneratePrivateKey(sample.algorithm).value();
    return made;
  }();
  return samples;
}

std::string LabelOf(std::string_view pem) { return ParsePem(pem).value().at(0).label; }

bool IsRefused(std::string_view pem) {
  const auto result = ParsePrivateKeyPem(pem);
  return !result.has_value() && result.error().kind == ErrorKind::kBadParameter;
}

TEST_CASE("keys have the type, size and text forms of their kind", "[keys]") {
  for (const Sample& sample : Samples()) {
    CAPTURE(sample.ssh_type, sample.bits);
    const PublicKey key = sample.key.public_key();
    CHECK(key.type() == sample.type);
    CHECK(key.bits() == sample.bits);
    CHECK(key.SshType() == sample.ssh_type);
    CHECK(LabelOf(sample.key.ToPem().Reveal()) == sample.pem_label);
    CHECK(LabelOf(sample.key.ToSshPem().Reveal()) == sample.ssh_pem_label);
    CHECK(LabelOf(key.ToPem()) == sample.public_label);
  }
}

TEST_CASE("every form is read back as the same key", "[keys]") {
  for (const Sample& sample : Samples()) {
    CAPTURE(sample.ssh_type);
    const PublicKey key = sample.key.public_key();
    CHECK(ParsePrivateKeyPem(sample.key.ToPem().Reveal()).value().public_key() == key);
    CHECK(ParsePrivateKeyPem(sample.key.ToSshPem("a comment").Reveal()).value().public_key() == key);
    CHECK(ParsePrivateKeyPem(ToPem("PRIVATE KEY", sample.key.ToDerPkcs8().Reveal())).value().public_key() == key);
    CHECK(ParsePublicKeyPem(key.ToPem()).value() == key);
    CHECK(ParsePublicKeyPem(ToPem("PUBLIC KEY", key.ToDerSpki())).value() == key);
    CHECK(ParsePublicKeyDerSpki(key.ToDerSpki()).value() == key);
    CHECK(ParseSshBlob(key.ToSshBlob()).value() == key);
    const AuthorizedKey line = ParseAuthorizedKey("  " + key.ToAuthorizedKey("a comment") + "\n").value();
    CHECK(line.key == key);
    CHECK(line.comment == "a comment");
    CHECK(key.ToAuthorizedKey().find(' ') == key.ToAuthorizedKey().rfind(' '));
  }
}

TEST_CASE("a reread private key signs for the first one's public half", "[keys]") {
  for (const Sample& sample : Samples()) {
    CAPTURE(sample.ssh_type);
    const PrivateKey again = ParsePrivateKeyPem(sample.key.ToSshPem().Reveal()).value();
    const std::string signature = again.Sign("a message").value();
    CHECK(sample.key.public_key().Verify("a message", signature).has_value());
  }
}

TEST_CASE("different keys are not equal", "[keys]") {
  for (const Sample& one : Samples()) {
    for (const Sample& other : Samples()) {
      CHECK((one.key.public_key() == other.key.public_key()) == (&one == &other));
    }
    CHECK_FALSE(one.key.public_key() == PublicKey());
  }
  CHECK(PublicKey() == PublicKey());
  CHECK_FALSE(GeneratePrivateKey(KeyAlgorithm::kEd25519)->public_key() ==
              GeneratePrivateKey(KeyAlgorithm::kEd25519)->public_key());
}

TEST_CASE("signatures fit only their message, key and digest", "[keys]") {
  for (const Sample& sample : Samples()) {
    for (const Digest digest : {Digest::kSha256, Digest::kSha384, Digest::kSha512}) {
      const PublicKey key = sample.key.public_key();
      const std::string signature = sample.key.Sign("a message", digest).value();
      CHECK(key.Verify("a message", signature, digest).has_value());
      CHECK(key.Verify("another message", signature, digest).error().kind == ErrorKind::kAccessDenied);
      CHECK_FALSE(key.Verify("a message", signature.substr(1), digest).has_value());
      CHECK_FALSE(key.Verify("a message", "", digest).has_value());
      for (const Sample& other : Samples()) {
        if (&other == &sample) continue;
        CHECK_FALSE(other.key.public_key().Verify("a message", signature, digest).has_value());
      }
    }
  }
}

TEST_CASE("SSH signatures name their algorithm and fit only their message", "[keys]") {
  for (const Sample& sample : Samples()) {
    CAPTURE(sample.ssh_type);
    const PublicKey key = sample.key.public_key();
    const std::string blob = sample.key.SignSsh("a message").value();
    const std::string_view expected = sample.type == KeyType::kRsa ? "rsa-sha2-256" : sample.ssh_type;
    CHECK(blob.substr(4, expected.size()) == expected);
    CHECK(key.VerifySsh("a message", blob).has_value());
    CHECK(key.VerifySsh("another", blob).error().kind == ErrorKind::kAccessDenied);
    CHECK_FALSE(key.VerifySsh("a message", blob + "x").has_value());
    for (std::size_t length = 0; length < blob.size(); ++length) {
      REQUIRE_FALSE(key.VerifySsh("a message", blob.substr(0, length)).has_value());
    }
    CHECK(sample.key.SignSsh("a message", "ssh-dss").error().kind == ErrorKind::kBadParameter);
  }
  const PrivateKey& rsa = Samples().back().key;
  CHECK(rsa.public_key().VerifySsh("m", rsa.SignSsh("m", "rsa-sha2-512").value()).has_value());
  CHECK(rsa.SignSsh("m", "ssh-rsa").error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("ssh-keygen reads our private keys and agrees on the public half and its fingerprint", "[keys][tools]") {
  const TemporaryDirectory directory;
  for (const Sample& sample : Samples()) {
    CAPTURE(sample.ssh_type);
    const PublicKey key = sample.key.public_key();
    const std::string path = directory.Write("key", sample.key.ToSshPem("alice").Reveal());
    const auto line = RunTool("ssh-keygen -y -P '' -f " + path);
    REQUIRE(line.exit_code == 0);
    CHECK(ParseAuthorizedKey(line.output).value().key == key);
    const auto print = RunTool("ssh-keygen -l -f " + directory.Write("key.pub", key.ToAuthorizedKey("alice") + "\n"));
    CHECK(print.output.find(key.SshFingerprint() + " alice") != std::string::npos);
  }
}

TEST_CASE("openssl reads our keys and agrees on the public half", "[keys][tools]") {
  const TemporaryDirectory directory;
  for (const Sample& sample : Samples()) {
    CAPTURE(sample.ssh_type);
    const std::string path = directory.Write("key.pem", sample.key.ToPem().Reveal());
    const auto spki = RunTool("openssl pkey -in " + path + " -pubout");
    REQUIRE(spki.exit_code == 0);
    CHECK(ParsePublicKeyPem(spki.output).value() == sample.key.public_key());
    CHECK(RunTool("openssl pkey -check -noout -in " + path).exit_code == 0);
  }
}

TEST_CASE("keys that ssh-keygen makes are read", "[keys][tools]") {
  const TemporaryDirectory directory;
  for (const std::string_view kind :
       {"ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521", "rsa -b 2048", "rsa -b 3072", "rsa -b 2048 -m PEM",
        "ecdsa -b 256 -m PEM", "ecdsa -b 256 -m PKCS8"}) {
    CAPTURE(kind);
    const std::string path = (directory / "key");
    REQUIRE(RunTool(fmt::format("rm -f {0} && ssh-keygen -q -N '' -C me@here -t {1} -f {0}", path, kind)).exit_code ==
            0);
    const auto key = ParsePrivateKeyPem(directory.Read("key"));
    REQUIRE(key.has_value());
    const AuthorizedKey line = ParseAuthorizedKey(directory.Read("key.pub")).value();
    CHECK(line.key == key->public_key());
    CHECK(line.comment == "me@here");
  }
}

TEST_CASE("keys that openssl makes are read", "[keys][tools]") {
  const TemporaryDirectory directory;
  const std::string path = (directory / "key.pem");
  REQUIRE(RunTool("openssl ecparam -name prime256v1 -genkey -out " + path).exit_code == 0);
  CHECK(ParsePrivateKeyPem(directory.Read("key.pem"))->type() == KeyType::kEcdsa);  // EC PARAMETERS stands first
  REQUIRE(RunTool("openssl genrsa -traditional -out " + path + " 2048").exit_code == 0);
  CHECK(ParsePrivateKeyPem(directory.Read("key.pem"))->type() == KeyType::kRsa);
  REQUIRE(RunTool("openssl genpkey -algorithm ed25519 -out " + path).exit_code == 0);
  CHECK(ParsePrivateKeyPem(directory.Read("key.pem"))->type() == KeyType::kEd25519);
}

TEST_CASE("keys that cannot be used are refused", "[keys][tools]") {
  const TemporaryDirectory directory;
  const std::string path = (directory / "key");
  REQUIRE(RunTool("ssh-keygen -q -N secret -t ed25519 -f " + path).exit_code == 0);
  const auto locked = ParsePrivateKeyPem(directory.Read("key"));
  REQUIRE_FALSE(locked.has_value());
  CHECK(locked.error().message == "private key is protected by a passphrase");
  CHECK_FALSE(locked.error().hint.empty());
  REQUIRE(RunTool("openssl genpkey -algorithm ed25519 -aes-128-cbc -pass pass:x -out " + path).exit_code == 0);
  CHECK(IsRefused(directory.Read("key")));
  REQUIRE(RunTool("openssl genrsa -out " + path + " 1024").exit_code == 0);
  CHECK(IsRefused(directory.Read("key")));
  REQUIRE(RunTool("openssl genpkey -algorithm ed448 -out " + path).exit_code == 0);
  CHECK(IsRefused(directory.Read("key")));
  REQUIRE(RunTool("openssl ecparam -name secp256k1 -genkey -out " + path).exit_code == 0);
  CHECK(IsRefused(directory.Read("key")));
  REQUIRE(RunTool("openssl ecparam -name prime256v1 -param_enc explicit -genkey -out " + path).exit_code == 0);
  CHECK(IsRefused(directory.Read("key")));
}

TEST_CASE("a public key whose point is not on the curve is refused", "[keys]") {
  for (const Sample& sample : Samples()) {
    const std::string der = sample.key.public_key().ToDerSpki();
    CHECK(ParsePublicKeyDerSpki(der).value() == sample.key.public_key());
    CHECK_FALSE(ParsePublicKeyDerSpki(der + '\0'));
    CHECK_FALSE(ParsePublicKeyDerSpki(std::string_view(der).substr(0, der.size() - 1)));
    if (sample.type != KeyType::kEcdsa) continue;
    std::string off_the_curve = der;
    off_the_curve.back() = static_cast<char>(off_the_curve.back() ^ 1);
    const auto refused = ParsePublicKeyDerSpki(off_the_curve);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::kBadParameter);
    CHECK(refused.error().message.starts_with("public key is broken"));
  }
}

TEST_CASE("text that is no key is refused", "[keys]") {
  CHECK(IsRefused(""));
  CHECK(IsRefused("garbage"));
  CHECK(IsRefused(ToPem("CERTIFICATE", "x")));
  CHECK(IsRefused(ToPem("PIV YUBIKEY PRIVATE KEY", "x")));
  CHECK(IsRefused(ToPem("PRIVATE KEY", "")));
  CHECK(IsRefused(ToPem("PRIVATE KEY", std::string(1 << 17, '0'))));
  CHECK(IsRefused(ToPem("OPENSSH PRIVATE KEY", "")));
  CHECK_FALSE(ParsePublicKeyPem("garbage").has_value());
  CHECK_FALSE(ParsePublicKeyPem(ToPem("PUBLIC KEY", "garbage")).has_value());
  CHECK_FALSE(ParsePublicKeyPem(ToPem("RSA PUBLIC KEY", "garbage")).has_value());
  for (const std::string_view line : {"", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 !!!", "ssh-ed25519 AAAA",
                                      "no-pty ssh-ed25519 AAAA", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAA=="}) {
    CAPTURE(line);
    CHECK_FALSE(ParseAuthorizedKey(line).has_value());
  }
  const std::string line = Samples()[0].key.public_key().ToAuthorizedKey();
  CHECK_FALSE(ParseAuthorizedKey("ssh-rsa" + line.substr(line.find(' '))).has_value());
  CHECK_FALSE(ParseAuthorizedKey(line + "\n" + line).has_value());
}

TEST_CASE("truncated and changed keys give an error or a key, and never the wrong halves", "[keys]") {
  for (const Sample& sample : Samples()) {
    CAPTURE(sample.ssh_type);
    const Secret pkcs8 = sample.key.ToDerPkcs8();
    const Secret ssh = sample.key.ToSshPem();
    const std::string spki = sample.key.public_key().ToDerSpki();
    const std::string blob = sample.key.public_key().ToSshBlob();
    for (std::size_t length = 0; length < pkcs8.Reveal().size(); length += 7) {
      CHECK(IsRefused(ToPem("PRIVATE KEY", pkcs8.Reveal().substr(0, length))));
    }
    CHECK(IsRefused(ToPem("PRIVATE KEY", pkcs8.Reveal() + "x")));
    for (std::size_t length = 0; length < spki.size(); ++length) {
      CHECK_FALSE(ParsePublicKeyDerSpki(spki.substr(0, length)).has_value());
    }
    for (std::size_t length = 0; length < blob.size(); ++length) {
      CHECK_FALSE(ParseSshBlob(blob.substr(0, length)).has_value());
    }
    CHECK_FALSE(ParsePublicKeyDerSpki(spki + "x").has_value());
    CHECK_FALSE(ParseSshBlob(blob + "x").has_value());
    for (std::size_t length = 0; length + 30 < ssh.Reveal().size(); length += 11) {
      CHECK(IsRefused(ssh.Reveal().substr(0, length)));
    }
  }
}

TEST_CASE("an OpenSSH key with another public half is refused", "[keys]") {
  for (const Sample& sample : Samples()) {
    if (sample.type == KeyType::kRsa) continue;
    std::string body = ParsePem(sample.key.ToSshPem().Reveal()).value()[0].body.Reveal();
    const std::string blob = sample.key.public_key().ToSshBlob();
    const std::string tail = blob.substr(blob.size() - 16);
    const std::size_t inner = body.find(tail, body.find(tail) + 1);  // the first is the public key
    REQUIRE(inner != std::string::npos);
    body[inner] = static_cast<char>(body[inner] ^ 1);
    CHECK(IsRefused(ToPem("OPENSSH PRIVATE KEY", body)));
  }
}

TEST_CASE("openssl reads an encrypted key by its passphrase alone", "[keys][tools]") {
  const TemporaryDirectory directory;
  const Secret passphrase(std::string("correct horse"));
  for (const Sample& sample : Samples()) {
    const Secret pem = sample.key.ToEncryptedPem(passphrase).value();
    const bool traditional = sample.type != KeyType::kEd25519;
    CHECK((pem.Reveal().find("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,") != std::string::npos) == traditional);
    if (sample.type == KeyType::kRsa) CHECK(LabelOf(pem.Reveal()) == "RSA PRIVATE KEY");
    CHECK(IsRefused(pem.Reveal()));
    CHECK(sample.key.ToEncryptedPem(passphrase).value().Reveal() != pem.Reveal());

    const std::string path = directory.Write("encrypted.pem", pem.Reveal());
    const auto opened = RunTool(fmt::format("openssl pkey -pubout -in {} -passin 'pass:correct horse'", path));
    const auto shut = RunTool(fmt::format("openssl pkey -pubout -in {} -passin 'pass:correct hors'", path));
    CAPTURE(opened.output);
    CHECK(opened.exit_code == 0);
    CHECK(ParsePublicKeyPem(opened.output).value() == sample.key.public_key());
    CHECK(shut.exit_code != 0);
  }
}

TEST_CASE("a key is not encrypted with a passphrase that is no good", "[keys]") {
  const PrivateKey& key = Samples().front().key;
  for (const std::size_t size : {std::size_t(0), std::size_t(1025)}) {
    const auto refused = key.ToEncryptedPem(Secret(std::string(size, 'p')));
    CHECK(refused.error().kind == ErrorKind::kBadParameter);
  }
  CHECK(key.ToEncryptedPem(Secret(std::string(1024, 'p'))).has_value());
  CHECK(PrivateKey().ToEncryptedPem(Secret(std::string("p"))).error().kind == ErrorKind::kBadParameter);
}

TEST_CASE("an empty key fails politely", "[keys]") {
  const PrivateKey key;
  CHECK(key.empty());
  CHECK(key.type() == KeyType::kNone);
  CHECK(key.ToPem().empty());
  CHECK(key.ToSshPem().empty());
  CHECK(key.ToDerPkcs8().empty());
  CHECK(key.Sign("m").error().kind == ErrorKind::kBadParameter);
  CHECK(key.SignSsh("m").error().kind == ErrorKind::kBadParameter);
  const PublicKey half = key.public_key();
  CHECK(half.bits() == 0);
  CHECK(half.ToPem().empty());
  CHECK(half.ToDerSpki().empty());
  CHECK(half.ToSshBlob().empty());
  CHECK(half.ToAuthorizedKey().empty());
  CHECK(half.SshFingerprint().empty());
  CHECK(half.Verify("m", "s").error().kind == ErrorKind::kBadParameter);
  CHECK(half.VerifySsh("m", "s").error().kind == ErrorKind::kBadParameter);
  CHECK(PublicKey::FromNative(nullptr).empty());
}

TEST_CASE("one key signs in several threads", "[keys]") {
  for (const Sample& sample : Samples()) {
    std::vector<std::thread> threads;
    std::vector<int> good(4, 0);
    for (std::size_t i = 0; i < good.size(); ++i) {
      threads.emplace_back([&, i] {
        const PrivateKey key = sample.key;
        const std::string signature = key.Sign("a message").value();
        good[i] = key.public_key().Verify("a message", signature).has_value() ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(good == std::vector<int>(4, 1));
  }
}

}  // namespace
}  // namespace sallyport
