#include "libkube/exec_cache.h"

#include <chrono>

namespace sallyport {
namespace {

constexpr std::chrono::seconds kBrandNew{2};

}  // namespace

ExecCache::Pointer ExecCache::Current() const {
  const MutexLock lock(mutex_);
  return current_ && !current_->Expired(Now()) ? current_ : nullptr;
}

ExecCache::Pointer ExecCache::Keep(ExecCredential credential) {
  const MutexLock lock(mutex_);
  current_ = std::make_shared<const ExecCredential>(std::move(credential));
  made_ = Now();
  return current_;
}

bool ExecCache::Reject(const Pointer& credential) {
  const MutexLock lock(mutex_);
  if (current_ != credential) return true;  // there is another one already
  if (Now() - made_ < kBrandNew) return false;
  current_.reset();
  return true;
}

}  // namespace sallyport
