// Caches the credential of one credential plugin: runs the plugin at the first Get and keeps the credential until it
// expires or the API server refuses it.
#pragma once

#include <functional>
#include <memory>

#include "libbase/mutex.h"
#include "libcluster/kube/exec_plugin.h"
#include "libcluster/kube/request/single_flight.h"
#include "libcluster/net/thread_pool.h"

namespace sallyport {

// Safe from several threads.
class ExecCredentials : public std::enable_shared_from_this<ExecCredentials> {
 public:
  using Pointer = std::shared_ptr<const ExecCredential>;
  using Callback = std::function<void(const Result<Pointer>&)>;
  using Runner = std::function<Result<ExecCredential>()>;

  // `pool` runs the plugin and must outlive the object; tests pass another runner.
  static std::shared_ptr<ExecCredentials> Create(ThreadPool& pool, ExecPlugin plugin);
  static std::shared_ptr<ExecCredentials> Create(ThreadPool& pool, Runner runner);

  // Calls back with an unexpired credential: at once, or from the pool when the plugin must run. Concurrent callers
  // share one run.
  void Get(Callback callback);
  // Drops a credential that the API server refused; the next Get runs the plugin. Returns false when the credential is
  // brand-new and therefore kept: the server would refuse the next one too.
  bool Reject(const Pointer& credential);
  // Ends a running plugin.
  void Stop() { stop_.Stop(); }

 private:
  explicit ExecCredentials(ThreadPool& pool) : pool_(pool) {}
  void Run();

  ThreadPool& pool_;
  Runner runner_;
  StopSignal stop_;
  SingleFlight<Result<Pointer>> flight_;
  Mutex mutex_;
  Pointer current_ GUARDED_BY(mutex_);
  Time made_ GUARDED_BY(mutex_) = {};
};

}  // namespace sallyport
