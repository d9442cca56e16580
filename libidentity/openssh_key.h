// Reads and writes the binary body of unencrypted "OPENSSH PRIVATE KEY" files (PROTOCOL.key of OpenSSH). Internal to
// this library.
#pragma once

#include <string>
#include <string_view>

#include "libbase/secret.h"
#include "libidentity/openssl.h"

namespace sallyport {

// Reads a body with one key. Fails with kBadParameter.
Result<KeyPtr> ParseOpenSshPrivateKey(std::string_view body);

// Writes the body for an Ed25519 or ECDSA key.
Secret FormatOpenSshPrivateKey(const EVP_PKEY* key, std::string_view public_blob, std::string_view comment);

}  // namespace sallyport
