// Waiting in a coroutine for what answers by calling back, from whatever thread. Internal to libcluster.
#pragma once

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "libcluster/net/stream.h"

namespace sallyport {

// Calls `start(callback)`, which must call `callback(const T&)` once, and returns what that was called with, on the
// caller's executor. Give it a named function object: GCC 12 destroys temporaries inside co_await twice.
template <typename T, typename Start>
asio::awaitable<T> AwaitCallback(Start start) {
  const auto executor = co_await asio::this_coro::executor;
  auto initiate = [start = std::move(start), executor](auto completion) {
    auto shared = std::make_shared<decltype(completion)>(std::move(completion));
    start([executor, shared](const T& result) {
      auto copy = std::make_shared<T>(result);
      asio::post(executor, [shared, copy] { (*shared)(std::move(*copy)); });
    });
  };
  T result = co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(initiate, asio::use_awaitable);
  co_return result;
}

}  // namespace sallyport
