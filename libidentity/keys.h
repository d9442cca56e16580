// Private and public keys: RSA (2048 bits and more), ECDSA over P-256, P-384 and P-521, Ed25519. One key serves TLS and
// SSH; this file has every text form that Teleport reads or writes.
//
// Both types are values: copies share one immutable key, so copies are cheap and thread-safe. A default-constructed
// object holds no key: it is empty() and equals only other empty objects; every use fails with kBadParameter or returns
// empty text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace sallyport {

// The algorithms of GeneratePrivateKey.
enum class KeyAlgorithm { kEd25519, kEcdsaP256, kEcdsaP384, kRsa2048, kRsa3072, kRsa4096 };

enum class KeyType { kNone, kEd25519, kEcdsa, kRsa };

// The digest of a signature. Ed25519 signs the message itself and ignores it.
enum class Digest { kSha256, kSha384, kSha512 };

class PublicKey {
 public:
  PublicKey() = default;
  // Shares a key that is already parsed; the caller keeps its own reference. Null, or a key of a
  // kind that is not supported, gives an empty key.
  static PublicKey FromNative(evp_pkey_st* key);

  bool empty() const { return key_ == nullptr; }
  KeyType type() const;
  int bits() const;  // 256 for Ed25519; 0 when empty

  // PEM as Teleport writes it: PKCS#1 "RSA PUBLIC KEY" (RFC 8017) for RSA, "PUBLIC KEY" (RFC 5280) for the others.
  std::string ToPem() const;
  // SubjectPublicKeyInfo in DER (RFC 5280).
  std::string ToDerSpki() const;
  // Returns the contents of the subjectPublicKey bit string; a subject key identifier is the SHA-1 of it.
  std::string ToKeyBits() const;
  // The key blob of RFC 4253 section 6.6, RFC 5656, RFC 8709.
  std::string ToSshBlob() const;
  // "ssh-ed25519 AAAA... comment": one line of authorized_keys, no newline; no space when the comment is empty.
  std::string ToAuthorizedKey(std::string_view comment = {}) const;
  // "SHA256:" and the unpadded base64 of the SHA-256 of the blob, as ssh-keygen -l prints.
  std::string SshFingerprint() const;
  // "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa": the name inside the blob.
  std::string_view SshType() const;

  // Checks a signature of PrivateKey::Sign. Fails with kAccessDenied when the signature does not fit, kBadParameter
  // when the key is empty.
  Status Verify(std::string_view message, std::string_view signature, Digest digest = Digest::kSha256) const;
  // Checks an SSH signature blob (string algorithm, string signature). SHA-1 "ssh-rsa" is refused. Fails as Verify
  // does.
  Status VerifySsh(std::string_view message, std::string_view signature_blob) const;

  bool operator==(const PublicKey& other) const;

  // OpenSSL's handle, owned by this key; null when empty. For the code that sets up TLS.
  evp_pkey_st* native() const { return key_.get(); }

 private:
  friend class PrivateKey;
  explicit PublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

class PrivateKey {
 public:
  PrivateKey() = default;
  // Shares a private key that is already parsed, as PublicKey::FromNative does.
  static PrivateKey FromNative(evp_pkey_st* key);

  bool empty() const { return key_ == nullptr; }
  KeyType type() const { return public_key().type(); }
  PublicKey public_key() const { return PublicKey(key_); }

  // PEM for TLS: PKCS#1 "RSA PRIVATE KEY" for RSA, PKCS#8 "PRIVATE KEY" (RFC 5958) for the others. Empty for an empty
  // key.
  Secret ToPem() const;
  // The PEM of ToPem, encrypted with a passphrase by AES-256-CBC: the form of OpenSSL's older files for RSA and ECDSA
  // ("Proc-Type: 4,ENCRYPTED"), "ENCRYPTED PRIVATE KEY" (PKCS#8) for Ed25519. Fails with kBadParameter for an empty
  // key, and a passphrase that is empty or longer than 1024 bytes.
  Result<Secret> ToEncryptedPem(const Secret& passphrase) const;
  // PEM for SSH: PKCS#1 for RSA (which has no place for the comment), "OPENSSH PRIVATE KEY" for the others.
  Secret ToSshPem(std::string_view comment = {}) const;
  // PKCS#8 in DER, for any type.
  Secret ToDerPkcs8() const;

  // Signs as X.509 and TLS do: ECDSA in DER, RSA PKCS#1 v1.5, Ed25519 raw.
  Result<std::string> Sign(std::string_view message, Digest digest = Digest::kSha256) const;
  // Signs as SSH does and returns the blob (string algorithm, string signature). `algorithm` chooses among those of the
  // key ("rsa-sha2-256", "rsa-sha2-512", "ecdsa-sha2-nistp256", "ssh-ed25519"); empty takes the default: for RSA,
  // rsa-sha2-256 and from 4096 bits rsa-sha2-512. "ssh-rsa" is refused.
  Result<std::string> SignSsh(std::string_view message, std::string_view algorithm = {}) const;

  // OpenSSL's handle, owned by this key; null when empty.
  evp_pkey_st* native() const { return key_.get(); }

 private:
  explicit PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

// Makes a new key. RSA takes a tenth of a second and more; the others under a millisecond.
Result<PrivateKey> GeneratePrivateKey(KeyAlgorithm algorithm);

// Reads the first PEM block: "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY" (the label need not fit the contents
// among these three) or "OPENSSH PRIVATE KEY". Fails with kBadParameter: no PEM, passphrase needed, broken, a type or
// size that is not supported. No message holds key material.
Result<PrivateKey> ParsePrivateKeyPem(std::string_view pem);

// Reads "PUBLIC KEY" or "RSA PUBLIC KEY". Fails with kBadParameter.
Result<PublicKey> ParsePublicKeyPem(std::string_view pem);
Result<PublicKey> ParsePublicKeyDerSpki(std::string_view der);

struct AuthorizedKey {
  PublicKey key;
  std::string comment;
};

// Reads one line of authorized_keys without options; spaces around it do not matter. Certificates are refused (see
// ssh_certificate.h). Fails with kBadParameter.
Result<AuthorizedKey> ParseAuthorizedKey(std::string_view line);

// Reads a whole SSH key blob. Fails with kBadParameter.
Result<PublicKey> ParseSshBlob(std::string_view blob);

}  // namespace sallyport
