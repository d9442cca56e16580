// Writes all bytes of a text to a descriptor, across partial writes.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sallyport {

struct WriteOptions {
  bool is_socket = false;   // the descriptor is a socket: prevents SIGPIPE when the peer has closed
  int until_readable = -1;  // a descriptor that stops the write once it is readable
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
};

// Writes all bytes and waits while the descriptor is not writable. Returns false on failure and sets errno: ETIMEDOUT
// after the deadline, ECANCELED when `until_readable` is readable.
bool WriteAll(int fd, std::string_view bytes, const WriteOptions& options = {});

}  // namespace sallyport
