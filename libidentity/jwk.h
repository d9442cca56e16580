// Reads the public keys of an issuer of tokens: sets of JSON Web Keys (RFC 7517 section 5, RFC 7518 section 6, RFC 8037
// section 2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libidentity/keys.h"

namespace sallyport {

// A key that verifies signatures.
struct JsonWebKey {
  std::string id;         // "kid"; empty: none
  std::string algorithm;  // "alg": the one algorithm of the key; empty: any that fits its type
  PublicKey key;
};

// The size limit of a set.
inline constexpr std::size_t kMaxKeySetBytes = 256 << 10;

// Returns the keys of a set that verify signatures. Other keys are left out: symmetric ones, those for encryption,
// unknown types, RSA below 2048 bits. Fails with kBadParameter: no set, no usable key, more than 100 keys.
Result<std::vector<JsonWebKey>> ParseJsonWebKeys(std::string_view json);

}  // namespace sallyport
