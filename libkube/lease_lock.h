// Elects one of several processes by a Lease of coordination.k8s.io/v1, compatible with client-go
// (docs/protocol/services.md#kubernetes-leases): the holder renews the lease; another process takes the lease when it
// has not changed for its duration, by the clock of that process alone.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "libbase/error.h"
#include "libbase/process.h"
#include "libbase/value.h"
#include "libkube/api.h"
#include "libkube/lease_record.h"

namespace sallyport {

struct LeaseOptions {
  std::string kube_namespace;
  std::string name;
  std::string identity;               // of this process; no other process may have it, nor this process after a restart
  std::chrono::seconds duration{15};  // after which others may take a lease that was not renewed
  std::chrono::milliseconds renew_deadline{10'000};  // after which a holder that cannot renew gives up
  std::chrono::milliseconds retry_period{2'000};     // between attempts; random up to 1.2 times for those who wait
  // The clock that measures how long a lease has not changed; tests pass another.
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

// One thread at a time.
class LeaseLock {
 public:
  // `api` outlives the lock. Fails with kBadParameter when a name is empty, or unless duration > renew_deadline > 1.2
  // times retry_period > 0.
  static Result<LeaseLock> Make(KubeApi& api, LeaseOptions options);

  // Tries once to take or to renew the lease. Returns whether this process holds the lease: until the duration has
  // passed since the call began. `limits` are those of each request. Fails as KubeApi does; the process then holds the
  // lease as long as before. A lease that another process changes at the same time is not held, and is no error.
  Result<bool> Try(const CallLimits& limits);
  // Gives a lease that this process holds to whoever comes first. Does nothing without the lease. Fails as KubeApi
  // does.
  Status Release(const CallLimits& limits);

  // Waits for the lease, then calls `lead` on a thread of its own and renews the lease until `lead` returns. `lead`
  // must return soon after its signal, which comes with `stop` and when the lease is lost; until then Run renews the
  // lease. Then releases the lease.
  //
  // Returns when `lead` has returned, also after a stop. Fails with kInterrupted after a stop before the lease was
  // held, and with kConnectionProblem or kCompareFailed when the lease was lost: the process may run it again.
  Status Run(const StopSignal& stop, const std::function<void(const StopSignal& end)>& lead);

  // Returns who held the lease when this process last saw it; empty: nobody.
  const std::string& holder() const { return observed_.holder; }

 private:
  using Clock = std::chrono::steady_clock;

  LeaseLock(KubeApi& api, LeaseOptions options) : api_(&api), options_(std::move(options)) {}
  Result<bool> TakeOrRenew(const CallLimits& limits);
  Result<bool> CreateLease(const CallLimits& limits);
  Result<bool> Write(const LeaseRecord& record, const CallLimits& limits);
  void Observe(const Value& lease, Clock::time_point time);
  bool IsTaken(Clock::time_point time) const;
  bool IsHolder() const { return observed_.holder == options_.identity; }
  LeaseRecord NewRecord() const;
  KubeObjectName Name() const;
  Status WaitForLease(const StopSignal& stop);
  bool WaitToRenew(const StopSignal& done, const StopSignal& stop, StopSignal& end) const;
  Status RenewUntil(const StopSignal& done, const StopSignal& stop, StopSignal& end);

  KubeApi* api_;
  LeaseOptions options_;
  Value lease_;  // as last seen or written; null: never seen
  LeaseRecord observed_;
  Clock::time_point changed_{};  // when the record was first seen as it is
};

}  // namespace sallyport
