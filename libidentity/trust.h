// Verifies leaf certificates against the certificate authorities that a process trusts, grouped by CA type and cluster.
// CAs sign leaves directly: there are no intermediates.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libidentity/x509.h"

namespace sallyport {

struct TrustedAuthority {
  std::string ca_type;  // "host", "user", "db", ...
  std::string cluster;
  Certificate certificate;
};

enum class LeafUsage { kAny, kServer, kClient };

// An immutable snapshot: copies share the data, and any number of threads may read it. Replace the whole set when a CA
// changes; parsed certificates are shared between old and new sets.
class TrustSet {
 public:
  TrustSet() = default;  // trusts nobody
  // Makes a set. Fails with kBadParameter when a certificate is not a CA certificate.
  static Result<TrustSet> Make(std::vector<TrustedAuthority> authorities);

  // Returns the authority that signed the leaf. Checks, in this order and with one message each:
  //   the leaf is not itself a CA (kAccessDenied), an authority of the issuer's name signed it (kAccessDenied: unknown
  //   issuer), that authority is valid now (kAccessDenied), the leaf is valid already and still (kNotLoggedIn), it
  //   may be used this way and holds no unknown critical extension (kAccessDenied).
  // The pointer lives as long as this set or a copy of it.
  Result<const TrustedAuthority*> Verify(const Certificate& leaf, Time now, LeafUsage usage) const;

  const std::vector<TrustedAuthority>& authorities() const;
  // Returns the certificates of one type and cluster; an empty cluster means all clusters.
  std::vector<Certificate> CertificatesOf(std::string_view ca_type, std::string_view cluster) const;

 private:
  struct Snapshot;
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace sallyport
