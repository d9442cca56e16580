// Keeps the exported audit log: makes chunks of it, signs a head for each day that is over, and removes what retention
// no longer keeps (docs/protocol/audit.md#heads).
#pragma once

#include <chrono>
#include <optional>

#include "libbase/error.h"
#include "libbase/repeated_work.h"
#include "libbase/time.h"

namespace sallyport {

class AuthServer;
struct Caller;

// Signs the heads of the days that are over at `now`, each with its event.
Status SignHeads(AuthServer& auth, Time now);

// Removes the events of days that were over `kept` before `now`, as far as they have heads. Returns whether some are
// left to remove: each call removes a limited number.
Result<bool> RemoveOldEvents(AuthServer& auth, Time now, Nanoseconds kept);

// Replaces the key of the heads; the old key signs an event that names the new one. Fails as Backend::Commit does.
Status RotateHeadKey(AuthServer& auth, const Caller& by);

// Seals, signs and removes every few seconds.
class AuditKeeper {
 public:
  // Without `kept` all events are kept. The service must outlive the keeper.
  AuditKeeper(AuthServer& auth, std::optional<Nanoseconds> kept);

 private:
  // Returns the wait before the next run.
  std::chrono::nanoseconds Keep();
  Result<bool> KeepOnce();

  AuthServer& auth_;
  const std::optional<Nanoseconds> kept_;
  bool complained_ = false;
  RepeatedWork keeping_;
};

}  // namespace sallyport
