// A key with the certificates that the cluster issued for it: the bot's own identity, or that of an output.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libidentity/identity.h"
#include "libidentity/keys.h"
#include "libidentity/x509.h"

namespace proto {
class Certs;
}

namespace sallyport {

struct BotCredentials {
  PrivateKey key;
  Secret key_pem;                            // the same key
  std::string public_key;                    // a line of authorized_keys, with its newline
  std::string ssh_certificate;               // a line, with its newline
  std::string tls_certificate;               // PEM
  std::vector<std::string> tls_authorities;  // one certificate each, PEM
  std::vector<std::string> ssh_authorities;  // lines of authorized_keys, with their newlines
  Certificate certificate;                   // the TLS certificate
  Identity identity;                         // of the TLS certificate

  // Returns the name of the cluster that issued the certificates.
  const std::string& cluster() const { return certificate.issuer_common_name(); }
  Time expires() const { return certificate.not_after(); }
  BotCredentials Clone() const;
};

// The texts of credentials, as files hold them.
struct CredentialTexts {
  Secret key_pem;
  std::string ssh_certificate;
  std::string tls_certificate;
  std::vector<std::string> tls_authorities;
  std::vector<std::string> ssh_authorities;
};

// Returns the credentials of texts. Fails with kBadParameter when a text cannot be read, or when a certificate is for
// another key.
Result<BotCredentials> MakeCredentials(CredentialTexts texts);
// Returns the credentials of an answer of the cluster. Fails as above.
Result<BotCredentials> CredentialsOf(const PrivateKey& key, const proto::Certs& certs);

// Returns a text that ends with a newline.
std::string WithLineEnd(std::string text);

}  // namespace sallyport
