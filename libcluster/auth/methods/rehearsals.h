// Keeps the open rehearsals, each of one caller.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/methods/methods.h"
#include "libcluster/backend/rehearsal.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// The cluster of one rehearsal: the same methods over a view of the state that holds the changes.
struct RehearsedCluster {
  RehearsedCluster(AuthServer& auth, std::size_t max_bytes)
      : state(auth.backend(), max_bytes), over(auth.Over(state)), methods(AuthMethods(*over)) {}

  Rehearsal state;
  const std::unique_ptr<AuthServer> over;
  const RpcTable methods;
};

// Safe from several threads.
class Rehearsals {
 public:
  // The auth service must outlive the object and the results of Find().
  explicit Rehearsals(AuthServer& auth) : auth_(auth) {}

  // Begins a rehearsal and returns its name. Fails with kLimitExceeded when the caller has too many. When all callers
  // together have too many, ends a rehearsal of the caller with the most.
  Result<std::string> Begin(const Caller& caller);
  // Fails with kNotFound for a rehearsal that has ended, was unused for ten minutes, or is another caller's.
  Result<std::shared_ptr<const RehearsedCluster>> Find(const Caller& caller, std::string_view name);
  void End(const Caller& caller, std::string_view name);

 private:
  struct Entry {
    std::string owner;
    Time used;
    std::shared_ptr<const RehearsedCluster> cluster;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;
  // kLimitExceeded when the owner has too many.
  Status CheckRoom(const std::string& owner) const REQUIRES(mutex_);
  // Returns the longest unused one of an owner who has most: an owner of one keeps it.
  Entries::const_iterator OneOfMost() const REQUIRES(mutex_);
  // Moves away those that were not used for ten minutes.
  void TakeUnused(Entries& ended) REQUIRES(mutex_);

  AuthServer& auth_;
  Mutex mutex_;
  Entries entries_ GUARDED_BY(mutex_);
};

}  // namespace sallyport
