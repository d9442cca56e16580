// Encodes bytes as text and decodes them: base64 (RFC 4648 sections 4 and 5), base32 without padding (section 6),
// hexadecimal.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

std::string ToBase64(std::string_view bytes);     // padded, standard alphabet
std::string ToBase64Url(std::string_view bytes);  // no padding, URL alphabet
std::string ToBase32(std::string_view bytes);     // no padding, upper case
std::string ToHex(std::string_view bytes);        // lower case

// Decode text. They fail with kBadParameter for a character outside the alphabet and for a wrong length. FromBase64
// accepts the standard alphabet with padding, or without it.
Result<std::string> FromBase64(std::string_view text);
Result<std::string> FromBase64Url(std::string_view text);  // padded or not
Result<std::string> FromBase32(std::string_view text);     // upper or lower case, padded or not
Result<std::string> FromHex(std::string_view text);

}  // namespace sallyport
