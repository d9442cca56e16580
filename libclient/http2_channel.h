// Shares one HTTP/2 connection between many threads. An internal thread reads and answers the pings of the peer, so
// that an idle connection stays open.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "libbase/error.h"
#include "libbase/file.h"
#include "libbase/mutex.h"
#include "libclient/http2_session.h"
#include "libclient/network.h"
#include "libclient/stream.h"

namespace sallyport {

class Http2Channel {
 public:
  // Takes a stream that has negotiated HTTP/2. `peer` names the other side in errors ("the auth service").
  static Result<std::unique_ptr<Http2Channel>> Start(std::unique_ptr<Stream> stream, std::string peer);
  // Closes the stream. No Exchange may be running.
  ~Http2Channel();
  Http2Channel(const Http2Channel&) = delete;
  Http2Channel& operator=(const Http2Channel&) = delete;

  // Sends a request and waits for the end of its answer, which may end early (Http2Answer::error_code). Fails with the
  // error of the stream, or kConnectionProblem: the connection broke, or the deadline has passed.
  Result<Http2Answer> Exchange(const HeaderFields& fields, std::string body, Deadline deadline);

 private:
  struct Waiting;
  Http2Channel(std::unique_ptr<Stream> stream, std::string peer);
  void Run();
  bool ReadAll() REQUIRES(mutex_);
  bool WriteAll() REQUIRES(mutex_);
  void Break(std::string_view reason) REQUIRES(mutex_);
  void Wake();

  const std::string peer_;
  UniqueFd wake_;
  Mutex mutex_;
  std::unique_ptr<Stream> stream_ GUARDED_BY(mutex_);
  Http2Session session_ GUARDED_BY(mutex_);
  std::string output_ GUARDED_BY(mutex_);  // not yet taken by the stream
  std::size_t written_ GUARDED_BY(mutex_) = 0;
  std::set<Waiting*> waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::optional<Error> broken_ GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sallyport
