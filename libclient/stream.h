// Defines a two-way byte stream over a non-blocking descriptor: plain, TLS, or a protocol inside of TLS.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libclient/network.h"

namespace sallyport {

// The result of one attempt to read or write.
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
  // Sends the orderly end of the stream, as far as possible without waiting.
  virtual void Close() = 0;
  // Returns the descriptor to poll.
  virtual int fd() const = 0;
  // Returns the cause of the last failure, when the stream knows it.
  virtual std::optional<Error> failure() const { return std::nullopt; }

  // Reads at least one byte; 0 is the end. Read and Write fail with kConnectionProblem: broken, the deadline has
  // passed, or `stop` (a descriptor, -1: none) has become readable.
  Result<std::size_t> Read(char* buffer, std::size_t size, Deadline deadline, int stop = -1);
  Status Write(std::string_view bytes, Deadline deadline, int stop = -1);
};

// A connection without TLS; takes a connected, non-blocking socket.
class PlainStream : public Stream {
 public:
  explicit PlainStream(UniqueFd fd) : fd_(std::move(fd)) {}

  IoStep TryRead(char* buffer, std::size_t size) override;
  IoStep TryWrite(std::string_view bytes) override;
  void Close() override;
  int fd() const override { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace sallyport
