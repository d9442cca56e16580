// The state that all streams of the audit log share: threads, and the places of their callers. Internal to libcluster.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libcluster/auth/auth_server.h"
#include "libcluster/net/await_callback.h"
#include "libcluster/net/budgets.h"
#include "libcluster/net/fair_pool.h"
#include "libcluster/net/source_slots.h"

namespace sallyport {

class ExportEnvironment {
 public:
  // The threads must outlive the work on them.
  ExportEnvironment(AuthServer& auth_in, ThreadPool& threads)
      : auth(auth_in), pool_(threads, {.running = 2, .waiting = 256}) {}

  AuthServer& auth;
  SourceSlots exports{BudgetOf(Endpoint::kGrpc, CallerState::kKnown).exports_of_one, 0};
  SourceSlots follows{BudgetOf(Endpoint::kGrpc, CallerState::kKnown).follows_of_one, 0};

  // Runs blocking work of a caller on a thread, after the caller's earlier work. `T` is a Result or a Status; fails
  // with kLimitExceeded when too much of this caller waits.
  template <typename T>
  asio::awaitable<std::shared_ptr<T>> Run(const std::string& caller, std::function<T()> work) {
    const auto start = [this, caller, work = std::move(work)](auto done) {
      const bool taken = pool_.Submit(caller, [work, done] { done(std::make_shared<T>(work())); });
      if (taken) return;
      done(std::make_shared<T>(Fail(ErrorKind::kLimitExceeded, "too much work of {} waits", caller)));
    };
    co_return co_await AwaitCallback<std::shared_ptr<T>>(start);
  }

 private:
  FairPool pool_;
};

// Sends a message that is encoded already. Returns false when the call is over. For coroutines on a strand.
inline asio::awaitable<bool> WriteEncoded(std::shared_ptr<RpcStream> stream, std::string bytes) {
  const auto start = [stream, bytes = std::move(bytes)](auto done) { stream->Write(bytes, std::move(done)); };
  co_return co_await AwaitCallbackOr<bool>(false, start);
}

}  // namespace sallyport
