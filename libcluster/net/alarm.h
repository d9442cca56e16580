// Wakes a coroutine from other threads. Internal to libcluster.
#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "libbase/mutex.h"
#include "libcluster/net/stream.h"

namespace sallyport {

// Waits and is rung on the strand of one coroutine. After Close, the alarm uses nothing of the event loop, which may be
// gone.
class Alarm : public std::enable_shared_from_this<Alarm> {
 public:
  explicit Alarm(asio::any_io_executor executor) : timer_(std::in_place, std::move(executor)) {}

  // Safe from any thread.
  void Ring() {
    const MutexLock lock(mutex_);
    if (!timer_ || std::exchange(ringing_, true)) return;
    asio::post(timer_->get_executor(), [self = shared_from_this()] { self->Cancel(); });
  }
  void Close() {
    const MutexLock lock(mutex_);
    timer_.reset();
  }

  // Waits for a ring since the last wait, at most for `time`. On the strand, before Close.
  asio::awaitable<void> Wait(std::chrono::seconds time) {
    asio::steady_timer* const timer = Begin(time);
    boost::system::error_code error;
    if (timer != nullptr) co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, error));
    const MutexLock lock(mutex_);
    ringing_ = false;
  }

 private:
  // Returns the timer to wait for, or nullptr after a ring.
  asio::steady_timer* Begin(std::chrono::seconds time) {
    const MutexLock lock(mutex_);
    if (ringing_ || !timer_) return nullptr;
    timer_->expires_after(time);
    return &*timer_;
  }
  void Cancel() {
    const MutexLock lock(mutex_);
    if (timer_) timer_->cancel();
  }

  Mutex mutex_;
  std::optional<asio::steady_timer> timer_ GUARDED_BY(mutex_);
  bool ringing_ GUARDED_BY(mutex_) = false;
};

}  // namespace sallyport
