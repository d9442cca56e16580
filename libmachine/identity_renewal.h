// Renews the certificates of an agent's host, with a new key, when the names of the host have changed and when half of
// the lifetime is over.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "libbase/error.h"
#include "libbase/repeated_work.h"
#include "libbase/time.h"
#include "libmachine/host_identity.h"
#include "libmachine/join_settings.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"

namespace sallyport {

// Returns whether the host needs new certificates.
Result<bool> IsRenewalDue(const HostIdentity& identity, const JoinSettings& settings, Time now);

class IdentityRenewal {
 public:
  struct Options {
    JoinSettings settings;
    // Requests certificates from the auth service; may block.
    std::function<Result<proto::Certs>(const proto::HostCertsRequest&)> issue;
    // Receives the new identity after it was written; called by RenewIfDue and by the thread.
    std::function<void(const HostIdentity&)> renewed;
    std::chrono::milliseconds period = std::chrono::hours(1);
  };
  IdentityRenewal(HostIdentity identity, Options options);

  // Returns the identity. Call it only before Start.
  const HostIdentity& identity() const { return identity_; }

  // Renews the certificates if due. Logs a failure: the present certificates are valid until they expire.
  void RenewIfDue();
  // Starts a thread that calls RenewIfDue once per period. Call it once.
  void Start();

 private:
  Status Renew();
  Result<HostIdentity> Renewed() const;

  HostIdentity identity_;  // used by the thread alone, once it runs
  const Options options_;
  std::optional<RepeatedWork> renewing_;  // last member: destroyed first
};

}  // namespace sallyport
