// Reads and writes identity files: the key, both certificates and the authorities of a user or bot in one file, as
// `tctl auth sign` and `tsh login --out` write it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"

namespace sallyport {

// The parts as text; ParsePrivateKeyPem, ParseSshCertificate, Certificate::FromPem and ParseHostAuthority read them.
struct IdentityFile {
  Secret private_key;                        // PEM
  std::string ssh_certificate;               // one line
  std::string tls_certificate;               // PEM
  std::vector<std::string> ssh_authorities;  // @cert-authority lines
  std::vector<std::string> tls_authorities;  // one PEM block each
};

// Writes the parts in their order, each ending with one newline at least.
Secret FormatIdentityFile(const IdentityFile& file);

// Parses a file: PEM blocks by position (key, certificate, authorities), lines by their prefix; skips other content.
// Parts may be missing. Fails with kBadParameter: a PEM block without an end, more than 4 MiB.
Result<IdentityFile> ParseIdentityFile(std::string_view text);

// Reads a file. An SSH certificate missing from the file is read from PATH-cert.pub. Fails with kNotFound,
// kAccessDenied, kBadParameter (no key or no SSH certificate), kLimitExceeded, kInternal.
Result<IdentityFile> ReadIdentityFile(const std::string& path);

// Writes a file with mode 0600, replacing an existing file atomically. Fails with kAccessDenied, kNotFound (no
// directory), kInternal.
Status WriteIdentityFile(const std::string& path, const IdentityFile& file);

}  // namespace sallyport
