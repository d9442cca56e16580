// A two-way stream of bytes over a descriptor that never blocks: TLS, or what is spoken inside of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libclient/network.h"

namespace sallyport {

// What came of one attempt.
enum class IoState { kDone, kWantRead, kWantWrite, kClosed, kFailed };
struct IoStep {
  IoState state = IoState::kFailed;
  std::size_t bytes = 0;  // when done
};

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  virtual IoStep TryRead(char* buffer, std::size_t size) = 0;
  virtual IoStep TryWrite(std::string_view bytes) = 0;
  // Says the orderly end, as far as that goes without waiting.
  virtual void Close() = 0;
  // The descriptor to wait for.
  virtual int fd() const = 0;
  // Why the last step failed, when the stream knows more than that it did.
  virtual std::optional<Error> failure() const { return std::nullopt; }

  // Read at least one byte; 0 is the end. kConnectionProblem: broken, or the deadline is over.
  Result<std::size_t> Read(char* buffer, std::size_t size, Deadline deadline);
  Status Write(std::string_view bytes, Deadline deadline);
};

}  // namespace sallyport
