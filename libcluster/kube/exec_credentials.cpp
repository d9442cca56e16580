#include "libcluster/kube/exec_credentials.h"

namespace sallyport {

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
  if (const Pointer current = cache_.Current()) return callback(current);
  if (!flight_.Join(std::move(callback))) return;
  pool_.Submit([self = shared_from_this()] { self->Run(); });
}

void ExecCredentials::Run() {
  auto made = runner_();
  if (!made) return flight_.Finish(std::unexpected(made.error()));
  flight_.Finish(cache_.Keep(std::move(*made)));
}

}  // namespace sallyport
