// Makes signed tokens and key sets for tests, by OpenSSL alone.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <catch2/catch.hpp>
#include <string>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libidentity/keys.h"

namespace sallyport::test {

// Returns a key's signature over a text in the form of tokens; `algorithm` is "RS256", "PS384", "ES256", "EdDSA", ...
inline std::string JwtSignature(const PrivateKey& key, const std::string& algorithm, const std::string& text) {
  const EVP_MD* digest = algorithm.ends_with("384") ? EVP_sha384() : EVP_sha256();
  if (algorithm.ends_with("512")) digest = EVP_sha512();
  if (algorithm == "EdDSA") digest = nullptr;

  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* parameters = nullptr;
  REQUIRE(EVP_DigestSignInit(context, &parameters, digest, nullptr, key.native()) == 1);
  if (algorithm.starts_with("PS")) {
    REQUIRE(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1);
    REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1);
  }
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  const auto* const message = reinterpret_cast<const unsigned char*>(text.data());
  REQUIRE(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, message, text.size()) ==
          1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  if (!algorithm.starts_with("ES")) return signature;

  const auto* place = reinterpret_cast<const unsigned char*>(signature.data());
  ECDSA_SIG* const numbers = d2i_ECDSA_SIG(nullptr, &place, static_cast<long>(size));
  const int half = (EVP_PKEY_get_bits(key.native()) + 7) / 8;
  std::string raw(2 * static_cast<std::size_t>(half), '\0');
  auto* const bytes = reinterpret_cast<unsigned char*>(raw.data());
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_r(numbers), bytes, half) == half);
  REQUIRE(BN_bn2binpad(ECDSA_SIG_get0_s(numbers), bytes + half, half) == half);
  ECDSA_SIG_free(numbers);
  return raw;
}

// Returns the parts of a token that are signed.
inline std::string JwtText(const Value& header, const Value& claims) {
  return ToBase64Url(ToJson(header)) + "." + ToBase64Url(ToJson(claims));
}

inline std::string SignedJwtWith(const PrivateKey& key, const std::string& algorithm, const Value& header,
                                 const Value& claims) {
  const std::string text = JwtText(header, claims);
  return text + "." + ToBase64Url(JwtSignature(key, algorithm, text));
}
inline std::string SignedJwt(const PrivateKey& key, const std::string& algorithm, const std::string& id,
                             const Value& claims) {
  return SignedJwtWith(key, algorithm, Value(Value::Map{{"alg", algorithm}, {"kid", id}, {"typ", "JWT"}}), claims);
}

// Returns a number of a key as big-endian bytes.
inline std::string KeyBytes(const PublicKey& key, const char* name) {
  BIGNUM* number = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key.native(), name, &number) == 1);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(number);
  return bytes;
}

// Returns the JSON Web Key of a public key.
inline Value JwkOf(const PublicKey& key, const std::string& id) {
  Value jwk(Value::Map{{"kid", id}});
  if (key.type() == KeyType::kRsa) {
    jwk.Set("kty", "RSA");
    jwk.Set("n", ToBase64Url(KeyBytes(key, "n")));
    jwk.Set("e", ToBase64Url(KeyBytes(key, "e")));
  } else if (key.type() == KeyType::kEd25519) {
    std::string raw(32, '\0');
    std::size_t size = raw.size();
    EVP_PKEY_get_raw_public_key(key.native(), reinterpret_cast<unsigned char*>(raw.data()), &size);
    jwk.Set("kty", "OKP");
    jwk.Set("crv", "Ed25519");
    jwk.Set("x", ToBase64Url(raw));
  } else {
    const std::string point = key.ToKeyBits();  // 04, x, y
    const std::size_t half = (point.size() - 1) / 2;
    jwk.Set("kty", "EC");
    jwk.Set("crv", key.bits() == 256 ? "P-256" : key.bits() == 384 ? "P-384" : "P-521");
    jwk.Set("x", ToBase64Url(point.substr(1, half)));
    jwk.Set("y", ToBase64Url(point.substr(1 + half)));
  }
  return jwk;
}

inline std::string KeySetOf(Value::List keys) { return ToJson(Value(Value::Map{{"keys", std::move(keys)}})); }

}  // namespace sallyport::test
