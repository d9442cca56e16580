// Verifies signed tokens of other issuers: JSON Web Tokens in the compact form (RFC 7519, RFC 7515 section 7.1), with
// the checks of RFC 8725. Nothing in a token is believed before its signature is verified.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "libidentity/jwk.h"

namespace sallyport {

// The size limit of a token.
inline constexpr std::size_t kMaxJwtBytes = 16 << 10;

// Returns the id of the key that a token names, unverified: to find the keys of its issuer. Fails as VerifyJwt does.
Result<std::string> KeyIdOfJwt(std::string_view token);

// Returns the claims of a token without verifying it, for tokens of this process itself. Fails as VerifyJwt does.
Result<Value> UnverifiedClaims(std::string_view token);

// Returns the claims of a token that one of the keys has signed. The token must name the key, and the key must take the
// algorithm of the token. Fails with kBadParameter (no token, too large) and kAccessDenied (unknown key, another
// algorithm, a wrong signature, an extension that must be understood); messages are safe to show.
Result<Value> VerifyJwt(std::string_view token, const std::vector<JsonWebKey>& keys);

// The requirements for the claims of a token.
struct JwtRules {
  std::string issuer;          // "iss"; empty: any
  std::string audience;        // one of "aud"
  Nanoseconds max_lifetime{};  // from "iat" to "exp"; both are required
};

// Checks the claims of a verified token at a time, with ten seconds of leeway. Fails with kAccessDenied, and names the
// claim.
Status CheckJwtClaims(const Value& claims, const JwtRules& rules, Time now);

}  // namespace sallyport
