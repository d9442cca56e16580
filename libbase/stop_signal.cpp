#include "libbase/stop_signal.h"

#include <poll.h>
#include <sys/eventfd.h>

namespace sallyport {

StopSignal::StopSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void StopSignal::Stop() { ::eventfd_write(event_.get(), 1); }

bool StopSignal::stopped() const {
  pollfd entry{event_.get(), POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

}  // namespace sallyport
