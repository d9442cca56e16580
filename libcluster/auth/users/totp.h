// One-time codes: RFC 6238 with SHA-1, six digits, thirty seconds, and the URI and QR code that give an authenticator
// its secret. liboath computes the HMAC; this code decides the accepted and the used steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"

namespace sallyport {

// Returns the code of a secret (raw bytes) at a moment.
Result<std::string> TotpCode(std::string_view secret, Time time);

// Returns the step (time divided by thirty seconds) whose code this is: the current one, the one before or the one
// after. Returns nothing when no step matches.
std::optional<std::int64_t> FindTotpStep(std::string_view secret, std::string_view code, Time time);

// Returns the otpauth URI: issuer is the cluster, the account USER@PROXY.
std::string TotpUri(std::string_view secret, std::string_view cluster, std::string_view user, std::string_view proxy);

// Returns a PNG of the QR code of a text, 456 pixels wide, black on white.
Result<std::string> QrCodePng(std::string_view text);

}  // namespace sallyport
