// Makes the assertions by which an application with a certificate logs in at Azure: JSON Web Tokens that it signs with
// the certificate's key (RFC 7523 section 3, docs/protocol/discovery.md#credentials).
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/time.h"

namespace sallyport {

struct AssertionFacts {
  std::string client_id;  // issuer and subject
  std::string audience;   // the URL of the token endpoint
};

// Returns an assertion that is valid for ten minutes from `now`. `pem` has the certificate and its RSA key, in any
// order. Fails with kBadParameter: none, another key, a key that does not fit; kNotImplemented: a file of PKCS#12.
Result<Secret> MakeClientAssertion(std::string_view pem, const AssertionFacts& facts, Time now);

}  // namespace sallyport
