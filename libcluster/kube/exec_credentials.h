// Caches the credential of one credential plugin: runs the plugin at the first Get and keeps the credential until it
// expires or the API server refuses it.
#pragma once

#include <functional>
#include <memory>

#include "libcluster/kube/request/single_flight.h"
#include "libcluster/net/thread_pool.h"
#include "libkube/exec_cache.h"
#include "libkube/exec_plugin.h"

namespace sallyport {

// Safe from several threads.
class ExecCredentials : public std::enable_shared_from_this<ExecCredentials> {
 public:
  using Pointer = ExecCache::Pointer;
  using Callback = std::function<void(const Result<Pointer>&)>;
  using Runner = std::function<Result<ExecCredential>()>;

  // `pool` runs the plugin and must outlive the object; tests pass another runner.
  static std::shared_ptr<ExecCredentials> Create(ThreadPool& pool, ExecPlugin plugin);
  static std::shared_ptr<ExecCredentials> Create(ThreadPool& pool, Runner runner);

  // Calls back with an unexpired credential: at once, or from the pool when the plugin must run. Concurrent callers
  // share one run.
  void Get(Callback callback);
  // Drops a credential that the API server refused; the next Get runs the plugin. Returns as ExecCache::Reject does.
  bool Reject(const Pointer& credential) { return cache_.Reject(credential); }
  // Ends a running plugin.
  void Stop() { stop_.Stop(); }

 private:
  explicit ExecCredentials(ThreadPool& pool) : pool_(pool) {}
  void Run();

  ThreadPool& pool_;
  Runner runner_;
  StopSignal stop_;
  SingleFlight<Result<Pointer>> flight_;
  ExecCache cache_;
};

}  // namespace sallyport
