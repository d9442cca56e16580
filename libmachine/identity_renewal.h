// Keeps the certificates of an agent's host good: it gets new ones, for a new key, when the host has other names than
// they say, and when half of their lifetime is over.
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

// Returns whether it is time for new certificates.
Result<bool> IsRenewalDue(const HostIdentity& identity, const JoinSettings& settings, Time now);

class IdentityRenewal {
 public:
  struct Options {
    JoinSettings settings;
    // Asks the auth service; may block.
    std::function<Result<proto::Certs>(const proto::HostCertsRequest&)> issue;
    // Is told the new identity, after it was written; called by Look and by the thread.
    std::function<void(const HostIdentity&)> renewed;
    std::chrono::milliseconds period = std::chrono::hours(1);
  };
  IdentityRenewal(HostIdentity identity, Options options);

  // For the caller until Start.
  const HostIdentity& identity() const { return identity_; }

  // Renews when it is time. A failure is logged: what the host has is good until it expires.
  void RenewIfDue();
  // Looks again and again, on a thread of its own. Once.
  void Start();

 private:
  Status Renew();
  Result<HostIdentity> Renewed() const;

  HostIdentity identity_;  // of the thread, once it runs
  const Options options_;
  std::optional<RepeatedWork> renewing_;  // last: it ends first
};

}  // namespace sallyport
