// Logins by a certificate (RFC 4252, method publickey). Other methods, and keys without a certificate, are refused.
#pragma once

#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libidentity/ssh_certificate.h"

namespace sallyport {

// A request of a client: to say whether a certificate could be used, or to log in by it.
struct SshLoginRequest {
  std::string user;
  std::string service;
  std::string method;
  // Of method publickey.
  std::string certificate_type;  // with the algorithm of the signature
  std::string blob;
  bool is_signed = false;
  std::string signature;
  std::string signed_part;  // of the request, behind the session's ID
};

// A user that has shown a certificate and the possession of its key. Nobody has checked the certificate.
struct SshLogin {
  std::string user;
  SshCertificate certificate;
};

// Reads the payload of a request. Fails with kBadParameter.
Result<SshLoginRequest> ParseSshLoginRequest(std::string_view payload);

// Returns the certificate of a request, whose key may sign with the algorithm of the request. Fails with kAccessDenied
// for other methods, plain keys, and algorithms that are not accepted.
Result<SshCertificate> CertificateOfSshLogin(const SshLoginRequest& request);

// Returns the login of a signed request. Fails as CertificateOfSshLogin does, and with kAccessDenied when the signature
// is of another algorithm, key, session or request.
Result<SshLogin> VerifySshLogin(const SshLoginRequest& request, std::string_view session_id);

}  // namespace sallyport
