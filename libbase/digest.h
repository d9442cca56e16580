// Computes digests of texts (FIPS 180-4).
#pragma once

#include <string>
#include <string_view>

namespace sallyport {

// Returns the 32 bytes of a text's SHA-256.
std::string Sha256(std::string_view text);

}  // namespace sallyport
