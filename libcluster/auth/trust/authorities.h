// The certificate authorities of the cluster: twelve types, generated at the first start, stored in the backend.
// Private keys stay in this process. Key kinds by type follow the suite balanced-v1
// (docs/protocol/certificates.md#authorities).
//
// RSA keys are slow to generate, so their types are generated in the background; callers wait for the type they need.
// Every function is safe from several threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "libidentity/keys.h"
#include "libidentity/trust.h"
#include "libidentity/x509.h"

namespace types {
class CertAuthorityV2;
}

namespace sallyport {

// The keys that sign certificates of one type.
struct CertSigner {
  Certificate tls_certificate;
  PrivateKey tls_key;
  PrivateKey ssh_key;
};

class Authorities {
 public:
  // Loads the authorities of the cluster; generates the missing ones.
  static Result<std::unique_ptr<Authorities>> Open(Backend& backend, std::string cluster_name);
  ~Authorities();

  // Returns the types in the order of `tctl status`.
  static std::vector<std::string_view> Types();

  // Returns the signer of "host" or "user", which are always there.
  Result<CertSigner> Signer(std::string_view type) const;

  // Returns the resource of one type; waits while it is being generated. Private keys are left out unless `with_keys`.
  // Fails with kBadParameter for an unknown type, kNotFound for another cluster.
  Result<types::CertAuthorityV2> Get(std::string_view type, std::string_view cluster, bool with_keys) const;

  // Returns the authorities that sign callers: host and user, of this cluster and of trusted ones.
  TrustSet Trust() const;

  // Returns the host CA's certificates as one PEM, and its SSH keys as authorized_keys lines.
  std::string HostTlsPem() const;
  std::vector<std::string> HostSshKeys() const;

  // Returns the key that signs the heads of the audit log: of an authority of its own, which is no type of
  // certificates.
  PrivateKey AuditKey() const;
  // Replaces that key, with the other contents of a transaction that `complete` makes of the new key. Fails as
  // `complete` does, with kCompareFailed when another replacement comes first.
  Status RotateAuditKey(const std::function<Status(const PrivateKey& made, BackendTransaction& transaction)>& complete);

  const std::string& cluster_name() const { return cluster_name_; }

 private:
  struct State;
  Authorities(Backend& backend, std::string cluster_name);
  const std::string cluster_name_;
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
