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
      : timer_(executor, limit), expire_(std::make_shared<std::function<void()>>(std::move(expire))) {
    timer_.async_wait([expire = expire_, expired = expired_](boost::system::error_code error) {
      if (error || !*expire) return;
      *expired = true;
      (*expire)();
    });
  }
  ~OperationDeadline() { *expire_ = nullptr; }
  OperationDeadline(const OperationDeadline&) = delete;
  OperationDeadline& operator=(const OperationDeadline&) = delete;

  bool expired() const { return *expired_; }

 private:
  asio::steady_timer timer_;
  const std::shared_ptr<std::function<void()>> expire_;
  const std::shared_ptr<bool> expired_ = std::make_shared<bool>(false);
};

}  // namespace sallyport
