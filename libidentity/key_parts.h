// Builds keys from their numbers and returns the numbers of keys, as unsigned big-endian bytes. Internal to this
// library.
#pragma once

#include <string>
#include <string_view>

#include "libidentity/keys.h"
#include "libidentity/openssl.h"

namespace sallyport {

struct Curve {
  int nid;
  std::string_view ssh_name;  // "nistp256"
  std::string_view ssh_type;  // "ecdsa-sha2-nistp256"
  std::size_t field_bytes;
  const EVP_MD* (*digest)();  // of its SSH signatures
};

// Returns the row of a curve by one of its names, or nullptr for a curve other than P-256, P-384, P-521. Static
// storage.
const Curve* FindCurveBySshName(std::string_view ssh_name);
const Curve* FindCurveBySshType(std::string_view ssh_type);
const Curve* CurveOf(const EVP_PKEY* key);

// Fails with kBadParameter unless the key is an Ed25519 key, an ECDSA key over a named curve of the table, or RSA of
// 2048 to 16384 bits with a public exponent of at most 32.
Status CheckKeySupported(const EVP_PKEY* key);

std::string RawEd25519PublicKey(const EVP_PKEY* key);
std::string RawEd25519Seed(const EVP_PKEY* key);
std::string EcPoint(const EVP_PKEY* key);  // uncompressed
// Returns a number of a key, by its OSSL_PKEY_PARAM name; empty when the key has none.
std::string KeyNumber(const EVP_PKEY* key, const char* name);

// Make and check a key. Fail with kBadParameter.
Result<KeyPtr> MakeEd25519PublicKey(std::string_view raw);
Result<KeyPtr> MakeEcPublicKey(const Curve& curve, std::string_view point);
Result<KeyPtr> MakeRsaPublicKey(std::string_view n, std::string_view e);
Result<KeyPtr> MakeEd25519PrivateKey(std::string_view seed);
Result<KeyPtr> MakeEcPrivateKey(const Curve& curve, std::string_view point, std::string_view d);

struct RsaNumbers {
  std::string_view n, e, d, p, q, inverse_of_q;
};
Result<KeyPtr> MakeRsaPrivateKey(const RsaNumbers& numbers);

// Returns OpenSSL's digest, in static storage.
const EVP_MD* NativeDigest(Digest digest);

// Checks that the two halves of a private key belong together. Fails with kBadParameter.
Status CheckKeyPair(EVP_PKEY* key);

}  // namespace sallyport
