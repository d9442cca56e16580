// The algorithms of signed tokens (RFC 7518 section 3.1, RFC 8037 section 3.1). A key decides which of them verify its
// signatures; the name in a token can only choose among these.
#pragma once

#include <string_view>

#include "libbase/error.h"
#include "libidentity/jwk.h"

namespace sallyport {

struct JwtAlgorithm {
  std::string_view name;  // "RS256"
  KeyType type;
  int bits;  // of the curve; 0: any size
  Digest digest;
  bool pss = false;  // RSASSA-PSS instead of PKCS#1 v1.5
};

// Returns the row of an algorithm, in static storage; nullptr for an unknown one. "none" and symmetric algorithms have
// no rows.
const JwtAlgorithm* FindJwtAlgorithm(std::string_view name);

// Returns whether a key takes signatures of an algorithm.
bool Takes(const JsonWebKey& key, const JwtAlgorithm& algorithm);

// Checks a signature in the form of tokens; the key takes the algorithm. Fails with kAccessDenied.
Status VerifyJwtSignature(const PublicKey& key, const JwtAlgorithm& algorithm, std::string_view message,
                          std::string_view signature);

}  // namespace sallyport
