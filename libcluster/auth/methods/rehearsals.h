// The rehearsals that are under way, each of one caller.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libcluster/backend/rehearsal.h"
#include "libcluster/rpc/caller.h"

namespace sallyport {

// Safe from several threads.
class Rehearsals {
 public:
  // Returns the name of a new one. kLimitExceeded when the caller has too many. When all together have too many, one of
  // whoever has most ends.
  Result<std::string> Begin(const Caller& caller);
  // kNotFound when it has ended, was not used for ten minutes, or is another caller's.
  Result<std::shared_ptr<Rehearsal>> Find(const Caller& caller, std::string_view name);
  void End(const Caller& caller, std::string_view name);

 private:
  struct Entry {
    std::string owner;
    Time used;
    std::shared_ptr<Rehearsal> rehearsal;
  };
  void ForgetUnused();
  void MakeRoom();

  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace sallyport
