#include "libkube/lease_lock.h"

#include <poll.h>

#include <algorithm>
#include <thread>

#include "libbase/backoff.h"
#include "libbase/log.h"

namespace sallyport {
namespace {

const KubeResource kLeases{"coordination.k8s.io", "v1", "leases"};
constexpr double kJitterFactor = 1.2;
constexpr std::int64_t kReleasedSeconds = 1;
constexpr std::chrono::milliseconds kReleaseTime{5'000};

// Ends a thread's work before the thread is waited for, on every way out.
class Leader {
 public:
  Leader(const std::function<void(const StopSignal&)>& lead, StopSignal& end)
      : end_(end), thread_([this, &lead] {
          lead(end_);
          done_.Stop();
        }) {}
  ~Leader() {
    end_.Stop();
    thread_.join();
  }
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;

  const StopSignal& done() const { return done_; }

 private:
  StopSignal& end_;
  StopSignal done_;
  std::thread thread_;  // last: it starts after all other members exist
};

}  // namespace

Result<LeaseLock> LeaseLock::Make(KubeApi& api, LeaseOptions options) {
  if (options.kube_namespace.empty() || options.name.empty() || options.identity.empty()) {
    return Fail(ErrorKind::kBadParameter, "a lease needs a namespace, a name and the identity of this process");
  }
  const bool ordered = options.retry_period.count() > 0 && options.duration > options.renew_deadline &&
                       options.renew_deadline > options.retry_period * kJitterFactor;
  if (!ordered) {
    return Fail(ErrorKind::kBadParameter,
                "of a lease, the duration must be longer than the renew deadline, and that than 1.2 retry periods");
  }
  return LeaseLock(api, std::move(options));
}

KubeObjectName LeaseLock::Name() const { return {kLeases, options_.kube_namespace, options_.name}; }

LeaseRecord LeaseLock::NewRecord() const {
  const std::string time = FormatMicroTime(Now());
  LeaseRecord record{options_.identity, options_.duration.count(), time, time, observed_.transitions};
  if (IsHolder()) {
    record.acquired = observed_.acquired;
  } else if (!lease_.is_null()) {
    ++record.transitions;
  }
  return record;
}

// A record that is the same lets its time run on, whoever else has changed the object.
void LeaseLock::Observe(const Value& lease, Clock::time_point time) {
  LeaseRecord record = ReadLease(lease);
  if (lease_.is_null() || record != observed_) {
    observed_ = std::move(record);
    changed_ = time;
  }
  lease_ = lease;
}

// A lease without a duration has ours.
bool LeaseLock::IsTaken(Clock::time_point time) const {
  if (observed_.holder.empty() || IsHolder()) return false;
  const auto duration =
      observed_.duration_seconds > 0 ? std::chrono::seconds(observed_.duration_seconds) : options_.duration;
  return time < changed_ + duration;
}

Result<bool> LeaseLock::CreateLease(const CallLimits& limits) {
  const auto begun = options_.now();
  lease_ = Value();
  observed_ = {};
  Value lease(Value::Map{{"apiVersion", "coordination.k8s.io/v1"},
                         {"kind", "Lease"},
                         {"metadata", Value::Map{{"name", options_.name}, {"namespace", options_.kube_namespace}}}});
  WriteLease(NewRecord(), lease);
  const auto created = api_->Create({kLeases, options_.kube_namespace}, lease, limits);
  if (!created && created.error().kind == ErrorKind::kAlreadyExists) return false;
  if (!created) return std::unexpected(created.error());
  Observe(*created, begun);
  return true;
}

Result<bool> LeaseLock::Write(const LeaseRecord& record, const CallLimits& limits) {
  const auto begun = options_.now();
  Value lease = lease_;
  WriteLease(record, lease);
  const auto updated = api_->Update(Name(), lease, limits);
  if (!updated && updated.error().kind == ErrorKind::kCompareFailed) return false;
  if (!updated) return std::unexpected(updated.error());
  Observe(*updated, begun);
  return true;
}

Result<bool> LeaseLock::TakeOrRenew(const CallLimits& limits) {
  const auto lease = api_->Get(Name(), limits);
  if (!lease && lease.error().kind == ErrorKind::kNotFound) return CreateLease(limits);
  if (!lease) return std::unexpected(lease.error());
  const auto seen = options_.now();
  Observe(*lease, seen);
  if (IsTaken(seen)) return false;
  return Write(NewRecord(), limits);
}

Result<bool> LeaseLock::Try(const CallLimits& limits) {
  // The holder need not read the lease: its write fails when the lease has changed.
  if (IsHolder() && !lease_.is_null()) {
    const auto renewed = Write(NewRecord(), limits);
    if (renewed && *renewed) return true;
    if (!renewed && renewed.error().kind != ErrorKind::kNotFound) return std::unexpected(renewed.error());
  }
  return TakeOrRenew(limits);
}

Status LeaseLock::Release(const CallLimits& limits) {
  if (!IsHolder()) return {};
  const std::string time = FormatMicroTime(Now());
  const LeaseRecord nobodys{"", kReleasedSeconds, time, time, observed_.transitions};
  ASSIGN_OR_RETURN(const bool released, Write(nobodys, limits));
  if (released) return {};

  // The lease has changed since: by another process, or by a renewal whose answer did not come.
  ASSIGN_OR_RETURN(const Value lease, api_->Get(Name(), limits));
  Observe(lease, options_.now());
  if (!IsHolder()) return {};
  ASSIGN_OR_RETURN(const bool given, Write(nobodys, limits));
  return given ? Status() : Fail(ErrorKind::kCompareFailed, "{} changes all the time", Described(Name()));
}

Status LeaseLock::WaitForLease(const StopSignal& stop) {
  bool logged = false;
  while (!stop.stopped()) {
    const auto held = Try({options_.renew_deadline, &stop});
    if (held && *held) return {};
    if (!held && !logged && !stop.stopped()) {
      Log(LogLevel::kWarning, "a lease cannot be taken, trying again",
          {{"lease", Described(Name())}, {"reason", held.error().message}, {"hint", held.error().hint}});
    }
    logged = !held;
    PauseUnlessStopped(Jittered(options_.retry_period, kJitterFactor), stop);
  }
  return Fail(ErrorKind::kInterrupted, "stopped before {} was held", Described(Name()));
}

// Waits for a retry period, and signals `end` as soon as `stop` comes. Returns false when `done` comes first.
bool LeaseLock::WaitToRenew(const StopSignal& done, const StopSignal& stop, StopSignal& end) const {
  const Deadline until = Clock::now() + options_.retry_period;
  if (!end.stopped()) {
    WaitFor(done.descriptor(), POLLIN, until, stop.descriptor());
    if (stop.stopped()) end.Stop();
  }
  return !WaitFor(done.descriptor(), POLLIN, until) && !done.stopped();
}

// Renews the lease until `done`; signals `end` after `stop`. Fails when the lease is lost.
Status LeaseLock::RenewUntil(const StopSignal& done, const StopSignal& stop, StopSignal& end) {
  auto renewed = Clock::now();
  while (WaitToRenew(done, stop, end)) {
    const auto begun = Clock::now();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(renewed + options_.renew_deadline - begun);
    const auto held = Try({std::max(left, std::chrono::milliseconds(1)), &done});
    if (held && *held) {
      renewed = begun;
    } else if (held && !IsHolder()) {
      return Fail(ErrorKind::kCompareFailed, "{} was lost to \"{}\"", Described(Name()), holder());
    } else if (!done.stopped() && Clock::now() >= renewed + options_.renew_deadline) {
      if (held) return Fail(ErrorKind::kCompareFailed, "{} changes all the time", Described(Name()));
      return std::unexpected(InContext(Described(Name()) + " was lost", held.error()));
    }
  }
  return {};
}

Status LeaseLock::Run(const StopSignal& stop, const std::function<void(const StopSignal& end)>& lead) {
  RETURN_IF_ERROR(WaitForLease(stop));
  Status kept;
  {
    StopSignal end;
    const Leader leader(lead, end);
    kept = RenewUntil(leader.done(), stop, end);
  }

  if (!kept) return kept;
  if (const Status released = Release({kReleaseTime, nullptr}); !released) {
    Log(LogLevel::kWarning, "a lease could not be released", {{"reason", released.error().message}});
  }
  return {};
}

}  // namespace sallyport
