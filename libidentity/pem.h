// Reads and writes PEM text (RFC 7468): blocks of base64 between BEGIN and END lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"

namespace sallyport {

struct PemBlock {
  std::string label;    // "CERTIFICATE"
  std::string headers;  // "Proc-Type: 4,ENCRYPTED" and the like; empty in modern files
  Secret body;          // the decoded bytes
};

// Writes a block with lines of 64 characters, ending with a newline.
std::string ToPem(std::string_view label, std::string_view body);

// Reads every block; skips text between blocks. Fails with kBadParameter: a block without an end, a wrong end, bad
// base64. No block at all is not an error.
Result<std::vector<PemBlock>> ParsePem(std::string_view text);

}  // namespace sallyport
