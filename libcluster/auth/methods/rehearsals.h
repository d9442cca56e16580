// The rehearsals that are under way, each of one caller.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/methods/methods.h"
#include "libcluster/backend/rehearsal.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// The cluster as one rehearsal has it: the same methods over a view of the state that takes the changes.
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
  // The auth service must outlive the object and what Find() returns.
  explicit Rehearsals(AuthServer& auth) : auth_(auth) {}

  // Returns the name of a new one. kLimitExceeded when the caller has too many. When all together have too many, one of
  // whoever has most ends.
  Result<std::string> Begin(const Caller& caller);
  // kNotFound when it has ended, was not used for ten minutes, or is another caller's.
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
  Status CheckRoom(const std::string& owner) const;
  // Returns the longest unused one of an owner who has most: an owner of one keeps it.
  Entries::const_iterator OneOfMost() const;
  // Moves away those that were not used for ten minutes.
  void TakeUnused(Entries& ended);

  AuthServer& auth_;
  std::mutex mutex_;
  Entries entries_;
};

}  // namespace sallyport
