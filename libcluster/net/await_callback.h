// Awaits a callback, from any thread, in a coroutine. Internal to libcluster.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "libcluster/net/stream.h"

namespace sallyport {

// Calls `start(callback)`, which must call `callback(const T&)` once, and returns the callback's argument, on the
// caller's executor. Pass a named function object: GCC 12 destroys temporaries inside co_await twice.
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

// Does the same as a branch of `||`: if another branch ends first, returns `given_up` and drops the later callback. For
// coroutines on a strand.
template <typename T, typename Start>
asio::awaitable<T> AwaitCallbackOr(T given_up, Start start) {
  const auto executor = co_await asio::this_coro::executor;
  auto initiate = [start = std::move(start), executor, given_up = std::move(given_up)](auto completion) mutable {
    using Completion = decltype(completion);
    auto slot = asio::get_associated_cancellation_slot(completion);
    auto waiting = std::make_shared<std::optional<Completion>>(std::move(completion));
    // Both run on the strand, so the first takes the completion and the second finds none.
    const auto complete = [waiting](T result) {
      if (!*waiting) return;
      Completion taken = std::move(**waiting);
      waiting->reset();
      std::move(taken)(std::move(result));
    };

    if (slot.is_connected()) {
      slot.assign([executor, complete, given_up](asio::cancellation_type) mutable {
        asio::post(executor, [complete, given_up = std::move(given_up)]() mutable { complete(std::move(given_up)); });
      });
    }

    start([executor, complete](T result) {
      auto kept = std::make_shared<T>(std::move(result));
      asio::post(executor, [complete, kept] { complete(std::move(*kept)); });
    });
  };

  T result =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(std::move(initiate), asio::use_awaitable);
  co_return result;
}

}  // namespace sallyport
