// Carries bytes between a stream and one end of a socket pair, for code that needs a plain descriptor (TLS inside of
// TLS).
#pragma once

#include <memory>
#include <thread>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libclient/stream.h"

namespace sallyport {

class Pump {
 public:
  // Starts a thread that owns the stream. TakeFd returns the other end of the pair, once.
  static Result<std::unique_ptr<Pump>> Start(std::unique_ptr<Stream> stream);
  // Ends the thread and closes the stream.
  ~Pump();
  UniqueFd TakeFd() { return std::move(theirs_); }

 private:
  Pump() = default;
  void Run();

  std::unique_ptr<Stream> stream_;
  UniqueFd ours_;
  UniqueFd theirs_;
  UniqueFd stop_read_;
  UniqueFd stop_write_;
  std::thread thread_;
};

}  // namespace sallyport
