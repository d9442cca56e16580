// Reads, checks and signs OpenSSH certificates (PROTOCOL.certkeys of OpenSSH). ssh_identity.h has the contents that
// Teleport puts into them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libidentity/keys.h"

namespace sallyport {

enum class SshCertificateType : std::uint32_t { kUser = 1, kHost = 2 };

// Options and extensions by name. An empty value is a flag; any other is written as an SSH string inside the data.
using SshOptions = std::map<std::string, std::string, std::less<>>;

// OpenSSH refuses a certificate with more principals (SSHKEY_CERT_MAX_PRINCIPALS).
inline constexpr std::size_t kMaxOpenSshPrincipals = 256;

inline constexpr std::uint64_t kSshForever = 0xffffffffffffffff;

struct SshCertificate {
  PublicKey public_key;
  SshCertificateType type = SshCertificateType::kUser;
  std::uint64_t serial = 0;
  std::string key_id;
  std::vector<std::string> principals;
  std::uint64_t valid_after = 0;  // seconds since 1970
  std::uint64_t valid_before = kSshForever;
  SshOptions critical_options;
  SshOptions extensions;

  // Set by Sign and by the readers.
  std::string nonce;
  PublicKey signature_key;
  std::string signature;  // the blob: algorithm, signature
  std::string blob;       // the whole certificate as it is on the wire

  // Sets a new nonce and signs the certificate with a CA key. Fails with kBadParameter: no key; kInternal.
  Status Sign(const PrivateKey& ca_key);

  // Checks the signature over `blob` by signature_key. The caller checks whether the key is trusted. Fails with
  // kAccessDenied.
  Status CheckSignature() const;
  // Checks the validity period. Fails with kNotLoggedIn: expired, or not valid yet.
  Status CheckValidity(Time now) const;
  // Returns whether a principal is listed. An empty list matches nobody, unlike in OpenSSH.
  bool HasPrincipal(std::string_view principal) const;
  // Returns valid_before as a Time, at most the largest Time.
  Time ExpiresAt() const;

  // "ssh-ed25519-cert-v01@openssh.com AAAA... comment": one line, no newline.
  std::string ToAuthorizedKey(std::string_view comment = {}) const;
};

// Reads one line of authorized_keys or the contents of a -cert.pub file. The signature is not checked. Fails with
// kBadParameter: no certificate, truncated, trailing bytes, options out of order or twice, an unknown key type.
Result<SshCertificate> ParseSshCertificate(std::string_view line);
// Reads a certificate blob. Fails the same way.
Result<SshCertificate> ParseSshCertificateBlob(std::string_view blob);

// Returns whether a text is the name of a certificate type ("ssh-rsa-cert-v01@openssh.com", ...).
bool IsSshCertificateType(std::string_view type);

}  // namespace sallyport
