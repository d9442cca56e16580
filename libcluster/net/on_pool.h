// Runs blocking work for coroutines. Internal to libcluster.
#pragma once

#include <functional>
#include <memory>

#include "libcluster/net/await_callback.h"
#include "libcluster/net/thread_pool.h"

namespace sallyport {

// Runs `work` on the pool and returns its result, which need not be copyable.
template <typename T>
asio::awaitable<std::shared_ptr<T>> OnPool(ThreadPool& threads, std::function<T()> work) {
  const auto start = [&threads, work = std::move(work)](auto done) {
    threads.Submit([work, done = std::move(done)] { done(std::make_shared<T>(work())); });
  };
  co_return co_await AwaitCallback<std::shared_ptr<T>>(start);
}

}  // namespace sallyport
