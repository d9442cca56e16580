// A time limit for one operation of a coroutine. Internal to libcluster.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "libcluster/net/stream.h"

namespace sallyport {

// Calls `expire` once when the time is over, on the executor of the coroutine that owns the object. Never calls it
// after the destructor, even if the timer has just fired: references of `expire` need only live as long as the object.
class OperationDeadline {
 public:
  OperationDeadline(const asio::any_io_executor& executor, std::chrono::steady_clock::duration limit,
                    std::function<void()> expire)
      : timer_(executor, limit), state_(std::make_shared<State>(std::move(expire))) {
    timer_.async_wait([state = state_](boost::system::error_code error) {
      if (error || !state->expire) return;
      state->expired = true;
      state->expire();
    });
  }
  ~OperationDeadline() { state_->expire = nullptr; }
  OperationDeadline(const OperationDeadline&) = delete;
  OperationDeadline& operator=(const OperationDeadline&) = delete;

  bool expired() const { return state_->expired; }

 private:
  // Outlives the object in the timer's handler.
  struct State {
    explicit State(std::function<void()> expire_in) : expire(std::move(expire_in)) {}
    std::function<void()> expire;
    bool expired = false;
  };

  asio::steady_timer timer_;
  const std::shared_ptr<State> state_;
};

}  // namespace sallyport
