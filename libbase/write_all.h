// Writes all of some bytes to a descriptor, however few it takes at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sallyport {

struct WriteOptions {
  bool is_socket = false;   // its other side may have left: no SIGPIPE
  int until_readable = -1;  // a descriptor that ends the writing when it can be read
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
};

// Writes all bytes, and waits where the descriptor takes none at present. Returns false when it could not: errno says
// why, ETIMEDOUT after the deadline and ECANCELED when `until_readable` can be read.
bool WriteAll(int fd, std::string_view bytes, const WriteOptions& options = {});

}  // namespace sallyport
