// One end of a socket pair as a Stream.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "libbase/file.h"
#include "libclient/stream.h"

namespace sallyport::test {

class SocketStream : public Stream {
 public:
  explicit SocketStream(int socket) : fd_(socket) { ::fcntl(socket, F_SETFL, O_NONBLOCK); }
  IoStep TryRead(char* buffer, std::size_t size) override { return StepOf(::read(fd_.get(), buffer, size), true); }
  IoStep TryWrite(std::string_view bytes) override {
    return StepOf(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), false);
  }
  void Close() override { fd_.Reset(); }
  int fd() const override { return fd_.get(); }

 private:
  static IoStep StepOf(ssize_t count, bool reading) {
    if (count > 0) return {IoState::kDone, static_cast<std::size_t>(count)};
    if (count == 0) return {IoState::kClosed};
    if (errno == EAGAIN) return {reading ? IoState::kWantRead : IoState::kWantWrite};
    return {IoState::kFailed};
  }
  UniqueFd fd_;
};

}  // namespace sallyport::test
