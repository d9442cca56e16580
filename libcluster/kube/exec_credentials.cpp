#include "libcluster/kube/exec_credentials.h"

#include <chrono>

namespace sallyport {
namespace {

constexpr std::chrono::seconds kBrandNew{2};

}  // namespace

std::shared_ptr<ExecCredentials> ExecCredentials::Create(ThreadPool& pool, ExecPlugin plugin) {
  std::shared_ptr<ExecCredentials> made(new ExecCredentials(pool));
  auto shared = std::make_shared<const ExecPlugin>(std::move(plugin));
  made->runner_ = [shared, raw = made.get()] { return RunExecPlugin(*shared, raw->stop_); };
  return made;
}

std::shared_ptr<ExecCredentials> ExecCredentials::Create(ThreadPool& pool, Runner runner) {
  std::shared_ptr<ExecCredentials> made(new ExecCredentials(pool));
  made->runner_ = std::move(runner);
  return made;
}

void ExecCredentials::Get(Callback callback) {
  Pointer current;
  {
    const MutexLock lock(mutex_);
    current = current_;
  }
  if (current && !current->Expired(Now())) return callback(current);
  if (!flight_.Join(std::move(callback))) return;
  pool_.Submit([self = shared_from_this()] { self->Run(); });
}

void ExecCredentials::Run() {
  auto made = runner_();
  if (!made) return flight_.Finish(std::unexpected(made.error()));
  const auto current = std::make_shared<const ExecCredential>(std::move(*made));
  {
    const MutexLock lock(mutex_);
    current_ = current;
    made_ = Now();
  }
  flight_.Finish(current);
}

bool ExecCredentials::Reject(const Pointer& credential) {
  const MutexLock lock(mutex_);
  if (current_ != credential) return true;  // there is another one already
  if (Now() - made_ < kBrandNew) return false;
  current_.reset();
  return true;
}

}  // namespace sallyport
