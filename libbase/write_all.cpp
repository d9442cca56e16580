#include "libbase/write_all.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace sallyport {
namespace {

// Returns how long poll(2) may wait, in milliseconds.
int PollTime(const WriteOptions& options) {
  if (!options.deadline) return -1;
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(*options.deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, std::numeric_limits<int>::max()));
}

// Waits until the descriptor takes bytes. Returns false when the writing ends; errno says why.
bool WaitForRoom(int fd, const WriteOptions& options) {
  pollfd waits[] = {{fd, POLLOUT, 0}, {options.until_readable, POLLIN, 0}};
  const int ready = ::poll(waits, 2, PollTime(options));
  if (ready < 0) return errno == EINTR;
  if (ready > 0 && waits[1].revents == 0) return true;
  errno = ready == 0 ? ETIMEDOUT : ECANCELED;
  return false;
}

}  // namespace

bool WriteAll(int fd, std::string_view bytes, const WriteOptions& options) {
  while (!bytes.empty()) {
    const ssize_t count = options.is_socket ? ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT)
                                            : ::write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (!WaitForRoom(fd, options)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace sallyport
