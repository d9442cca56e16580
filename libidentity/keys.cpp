#include "libidentity/keys.h"

#include <array>

#include "libidentity/key_parts.h"
#include "libidentity/openssh_key.h"
#include "libidentity/openssl.h"
#include "libidentity/pem.h"

#include <openssl/pem.h>

namespace sallyport {
namespace {

constexpr std::size_t kMaxPrivateKeyBytes = 1 << 16;
constexpr std::size_t kMaxPassphraseBytes = 1024;  // OpenSSL reads no longer one

// The bytes before the bits of a key in its SubjectPublicKeyInfo (RFC 5480, RFC 8410), where its length is always the
// same. OpenSSL 3.0 searches all of its encoders or decoders for each key, which takes longer than a signature.
using namespace std::string_view_literals;
constexpr std::string_view kP256Head =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"sv;
constexpr std::string_view kEd25519Head = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv;
constexpr std::size_t kP256PointBytes = 65;
constexpr std::size_t kEd25519KeyBytes = 32;
constexpr std::string_view kP256Name = "nistp256";

// Returns the bits behind a head, or nothing if the DER has another head or length.
std::string_view BitsBehind(std::string_view head, std::size_t bytes, std::string_view der) {
  return der.starts_with(head) && der.size() == head.size() + bytes ? der.substr(head.size()) : std::string_view();
}

// Makes a key of a SubjectPublicKeyInfo of P-256 or Ed25519; null for others, and for what is broken.
KeyPtr ParseUsualSpki(std::string_view der) {
  if (const auto point = BitsBehind(kP256Head, kP256PointBytes, der); !point.empty()) {
    auto key = MakeEcPublicKey(*FindCurveBySshName(kP256Name), point);
    return key ? std::move(*key) : nullptr;
  }
  if (const auto raw = BitsBehind(kEd25519Head, kEd25519KeyBytes, der); !raw.empty()) {
    auto key = MakeEd25519PublicKey(raw);
    return key ? std::move(*key) : nullptr;
  }
  return nullptr;
}

// Returns the SubjectPublicKeyInfo of a key of P-256 or Ed25519; of others "".
std::string FormatUsualSpki(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return std::string(kEd25519Head) + RawEd25519PublicKey(key);
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return {};
  const Curve* const curve = CurveOf(key);
  if (curve == nullptr || curve->ssh_name != kP256Name) return {};
  const std::string point = EcPoint(key);
  return point.size() == kP256PointBytes ? std::string(kP256Head) + point : std::string();
}

std::shared_ptr<EVP_PKEY> Share(KeyPtr key) { return {key.release(), EVP_PKEY_free}; }

// Takes another reference to a key of a supported type.
std::shared_ptr<EVP_PKEY> ShareNative(EVP_PKEY* key) {
  const ErrorQueueScope scope;
  if (key == nullptr || !CheckKeySupported(key) || EVP_PKEY_up_ref(key) != 1) return nullptr;
  return Share(KeyPtr(key));
}

const EVP_MD* MessageDigest(const EVP_PKEY* key, Digest digest) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return nullptr;
  return NativeDigest(digest);
}

// Reads DER of any private key form; all of it must be used.
Result<KeyPtr> ParsePrivateDer(std::string_view der) {
  const unsigned char* place = AsBytes(der);
  KeyPtr key(d2i_AutoPrivateKey(nullptr, &place, static_cast<long>(der.size())));
  if (key == nullptr) return FailOpenSsl(ErrorKind::kBadParameter, "private key is broken");
  if (place != AsBytes(der) + der.size()) {
    return Fail(ErrorKind::kBadParameter, "private key has bytes behind its end");
  }
  RETURN_IF_ERROR(CheckKeySupported(key.get()));
  RETURN_IF_ERROR(CheckKeyPair(key.get()));
  return key;
}

Result<KeyPtr> ParsePrivateBlock(const PemBlock& block) {
  if (block.label == "ENCRYPTED PRIVATE KEY" || block.headers.find("ENCRYPTED") != std::string::npos) {
    return FailWithHint(ErrorKind::kBadParameter, "private key is protected by a passphrase",
                        "remove the passphrase with ssh-keygen -p or openssl pkey");
  }
  if (block.body.Reveal().size() > kMaxPrivateKeyBytes) {
    return Fail(ErrorKind::kBadParameter, "private key is larger than {} bytes", kMaxPrivateKeyBytes);
  }

  if (block.label == "OPENSSH PRIVATE KEY") return ParseOpenSshPrivateKey(block.body.Reveal());
  if (block.label == "PRIVATE KEY" || block.label == "RSA PRIVATE KEY" || block.label == "EC PRIVATE KEY") {
    return ParsePrivateDer(block.body.Reveal());
  }
  return Fail(ErrorKind::kBadParameter, "private key has the PEM label \"{}\", which is not supported", block.label);
}

Result<KeyPtr> ParsePkcs1PublicKey(std::string_view der) {
  const unsigned char* place = AsBytes(der);
  KeyPtr key(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &place, static_cast<long>(der.size())));
  if (key == nullptr) return FailOpenSsl(ErrorKind::kBadParameter, "RSA public key is broken");
  if (place != AsBytes(der) + der.size()) {
    return Fail(ErrorKind::kBadParameter, "RSA public key has bytes behind its end");
  }
  return key;
}

}  // namespace

PublicKey PublicKey::FromNative(evp_pkey_st* key) { return PublicKey(ShareNative(key)); }
PrivateKey PrivateKey::FromNative(evp_pkey_st* key) { return PrivateKey(ShareNative(key)); }

KeyType PublicKey::type() const {
  if (empty()) return KeyType::kNone;
  switch (EVP_PKEY_get_base_id(native())) {
    case EVP_PKEY_ED25519:
      return KeyType::kEd25519;
    case EVP_PKEY_EC:
      return KeyType::kEcdsa;
    default:
      return KeyType::kRsa;
  }
}

int PublicKey::bits() const {
  if (empty()) return 0;
  return type() == KeyType::kEd25519 ? 256 : EVP_PKEY_get_bits(native());
}

std::string PublicKey::ToPem() const {
  if (empty()) return {};
  if (type() == KeyType::kRsa) return sallyport::ToPem("RSA PUBLIC KEY", ToKeyBits());
  return sallyport::ToPem("PUBLIC KEY", ToDerSpki());
}

std::string PublicKey::ToDerSpki() const {
  if (empty()) return {};
  const ErrorQueueScope scope;
  std::string der = FormatUsualSpki(native());
  return der.empty() ? ToDer(native(), i2d_PUBKEY) : der;
}

std::string PublicKey::ToKeyBits() const {
  const ErrorQueueScope scope;
  X509_PUBKEY* made = nullptr;
  if (empty() || X509_PUBKEY_set(&made, native()) != 1) return {};
  const PublicKeyInfoPtr info(made);
  const unsigned char* bits = nullptr;
  int size = 0;
  if (X509_PUBKEY_get0_param(nullptr, &bits, &size, nullptr, info.get()) != 1) return {};
  return std::string(AsText(bits, static_cast<std::size_t>(size)));
}

Status PublicKey::Verify(std::string_view message, std::string_view signature, Digest digest) const {
  if (empty()) return Fail(ErrorKind::kBadParameter, "no key to check a signature with");
  const ErrorQueueScope scope;
  const DigestContextPtr context(EVP_MD_CTX_new());
  if (EVP_DigestVerifyInit(context.get(), nullptr, MessageDigest(native(), digest), nullptr, native()) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot check a signature");
  }
  if (EVP_DigestVerify(context.get(), AsBytes(signature), signature.size(), AsBytes(message), message.size()) != 1) {
    return Fail(ErrorKind::kAccessDenied, "signature does not fit the key");
  }
  return {};
}

bool PublicKey::operator==(const PublicKey& other) const {
  if (empty() || other.empty()) return empty() == other.empty();
  const ErrorQueueScope scope;
  return key_ == other.key_ || EVP_PKEY_eq(native(), other.native()) == 1;
}

Secret PrivateKey::ToPem() const {
  if (empty()) return {};
  if (type() != KeyType::kRsa) return Secret(sallyport::ToPem("PRIVATE KEY", ToDerPkcs8().Reveal()));
  const ErrorQueueScope scope;
  const Secret der(ToDer(native(), i2d_PrivateKey));
  return Secret(sallyport::ToPem("RSA PRIVATE KEY", der.Reveal()));
}

Result<Secret> PrivateKey::ToEncryptedPem(const Secret& passphrase) const {
  if (empty()) return Fail(ErrorKind::kBadParameter, "no key to encrypt");
  const std::string& text = passphrase.Reveal();
  if (text.empty() || text.size() > kMaxPassphraseBytes) {
    return Fail(ErrorKind::kBadParameter, "passphrase of a key must have 1 to {} bytes", kMaxPassphraseBytes);
  }

  const ErrorQueueScope scope;
  const BioPtr memory(BIO_new(BIO_s_mem()));
  const auto size = static_cast<int>(text.size());
  const bool modern = type() == KeyType::kEd25519;
  const int written = modern ? PEM_write_bio_PKCS8PrivateKey(memory.get(), native(), EVP_aes_256_cbc(), text.data(),
                                                             size, nullptr, nullptr)
                             : PEM_write_bio_PrivateKey_traditional(memory.get(), native(), EVP_aes_256_cbc(),
                                                                    AsBytes(text), size, nullptr, nullptr);
  if (written != 1) return FailOpenSsl(ErrorKind::kInternal, "cannot encrypt a key");

  char* bytes = nullptr;
  const long count = BIO_get_mem_data(memory.get(), &bytes);
  return Secret(std::string(AsText(bytes, static_cast<std::size_t>(count))));
}

Secret PrivateKey::ToSshPem(std::string_view comment) const {
  if (empty() || type() == KeyType::kRsa) return ToPem();
  const ErrorQueueScope scope;
  const Secret body = FormatOpenSshPrivateKey(native(), public_key().ToSshBlob(), comment);
  return Secret(sallyport::ToPem("OPENSSH PRIVATE KEY", body.Reveal()));
}

Secret PrivateKey::ToDerPkcs8() const {
  if (empty()) return {};
  const ErrorQueueScope scope;
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(native()));
  return info == nullptr ? Secret() : Secret(ToDer(info.get(), i2d_PKCS8_PRIV_KEY_INFO));
}

Result<std::string> PrivateKey::Sign(std::string_view message, Digest digest) const {
  if (empty()) return Fail(ErrorKind::kBadParameter, "no key to sign with");
  const ErrorQueueScope scope;
  const DigestContextPtr context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, MessageDigest(native(), digest), nullptr, native()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, AsBytes(message), message.size()) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot sign");
  }

  std::string signature(size, '\0');
  auto* place = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), place, &size, AsBytes(message), message.size()) != 1) {
    return FailOpenSsl(ErrorKind::kInternal, "cannot sign");
  }
  signature.resize(size);
  return signature;
}

Result<PrivateKey> GeneratePrivateKey(KeyAlgorithm algorithm) {
  const ErrorQueueScope scope;
  const auto rsa = [](std::size_t bits) { return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits); };
  const auto ecdsa = [](const char* curve) { return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve); };

  KeyPtr key;
  switch (algorithm) {
    case KeyAlgorithm::kEd25519:
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      break;
    case KeyAlgorithm::kEcdsaP256:
      key.reset(ecdsa("P-256"));
      break;
    case KeyAlgorithm::kEcdsaP384:
      key.reset(ecdsa("P-384"));
      break;
    case KeyAlgorithm::kRsa2048:
      key.reset(rsa(2048));
      break;
    case KeyAlgorithm::kRsa3072:
      key.reset(rsa(3072));
      break;
    case KeyAlgorithm::kRsa4096:
      key.reset(rsa(4096));
      break;
  }

  if (key == nullptr) return FailOpenSsl(ErrorKind::kInternal, "cannot make a key");
  return PrivateKey::FromNative(key.get());
}

Result<PrivateKey> ParsePrivateKeyPem(std::string_view pem) {
  const ErrorQueueScope scope;
  ASSIGN_OR_RETURN(const std::vector<PemBlock> blocks, ParsePem(pem));
  for (const PemBlock& block : blocks) {
    if (!block.label.ends_with("PRIVATE KEY")) continue;
    ASSIGN_OR_RETURN(const KeyPtr key, ParsePrivateBlock(block));
    return PrivateKey::FromNative(key.get());
  }
  return Fail(ErrorKind::kBadParameter, "no PEM block with a private key");
}

Result<PublicKey> ParsePublicKeyPem(std::string_view pem) {
  const ErrorQueueScope scope;
  ASSIGN_OR_RETURN(const std::vector<PemBlock> blocks, ParsePem(pem));
  if (blocks.empty()) return Fail(ErrorKind::kBadParameter, "no PEM block with a public key");
  const PemBlock& block = blocks.front();
  if (block.label != "PUBLIC KEY" && block.label != "RSA PUBLIC KEY") {
    return Fail(ErrorKind::kBadParameter, "public key has the PEM label \"{}\", which is not supported", block.label);
  }

  // Some files have the form of the other label.
  auto key = ParsePublicKeyDerSpki(block.body.Reveal());
  if (key || block.label == "PUBLIC KEY") return key;
  ASSIGN_OR_RETURN(const KeyPtr rsa, ParsePkcs1PublicKey(block.body.Reveal()));
  RETURN_IF_ERROR(CheckKeySupported(rsa.get()));
  return PublicKey::FromNative(rsa.get());
}

Result<PublicKey> ParsePublicKeyDerSpki(std::string_view der) {
  const ErrorQueueScope scope;
  if (const KeyPtr usual = ParseUsualSpki(der)) return PublicKey::FromNative(usual.get());
  const unsigned char* place = AsBytes(der);
  const KeyPtr key(d2i_PUBKEY(nullptr, &place, static_cast<long>(der.size())));
  if (key == nullptr) return FailOpenSsl(ErrorKind::kBadParameter, "public key is broken");
  if (place != AsBytes(der) + der.size()) {
    return Fail(ErrorKind::kBadParameter, "public key has bytes behind its end");
  }
  RETURN_IF_ERROR(CheckKeySupported(key.get()));
  return PublicKey::FromNative(key.get());
}

}  // namespace sallyport
