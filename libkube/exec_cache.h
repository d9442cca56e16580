// Keeps the credential of one credential plugin until it expires or the API server refuses it.
#pragma once

#include <memory>

#include "libbase/mutex.h"
#include "libbase/time.h"
#include "libkube/exec_plugin.h"

namespace sallyport {

// Safe from several threads.
class ExecCache {
 public:
  using Pointer = std::shared_ptr<const ExecCredential>;

  // Returns the kept credential while it is unexpired, else nullptr: the plugin must run.
  Pointer Current() const;
  // Keeps a credential that the plugin has just made, and returns it.
  Pointer Keep(ExecCredential credential);
  // Drops a credential that the API server refused. Returns whether a run of the plugin may help: false when the
  // credential is brand-new and therefore kept, because the server would refuse the next one too.
  bool Reject(const Pointer& credential);

 private:
  mutable Mutex mutex_;
  Pointer current_ GUARDED_BY(mutex_);
  Time made_ GUARDED_BY(mutex_) = {};
};

}  // namespace sallyport
