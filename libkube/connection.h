// One connection to an API server, with or without TLS: sends requests of HTTP/1.1 and reads their answers piece by
// piece (RFC 9112). Internal to libkube.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libclient/network.h"
#include "libclient/stream.h"
#include "libkube/call_limits.h"
#include "libkube/credentials.h"
#include "libkube/endpoint.h"

namespace sallyport {

class AnswerMachine;

// The header of an answer, as far as callers look at it.
struct AnswerHead {
  int status = 0;
  std::string retry_after;
};

class KubeConnection {
 public:
  // Connects, and does the handshake with the client certificate of the credential. Fails as TlsStream does, and with
  // kInterrupted after a stop.
  static Result<std::unique_ptr<KubeConnection>> Open(const KubeEndpoint& endpoint, const ApiCredential& credential,
                                                      const NetworkSettings& settings, const CallWait& wait);
  ~KubeConnection();

  // Sends a whole request; the answer before must have been read. Fails with kConnectionProblem and kInterrupted.
  Status Send(const Secret& request, const CallWait& wait);
  // Reads the header of the answer. Fails with kConnectionProblem (broken, too late, no HTTP), kInterrupted.
  Result<AnswerHead> ReadHead(const CallWait& wait);
  // Appends the next part of the answer's body, at least a byte. Returns false at the end of the body. Fails as
  // ReadHead does, also when the connection ends before the body.
  Result<bool> ReadBody(std::string& body, const CallWait& wait);

  // Returns whether a byte of the present answer has come.
  bool answered() const { return answered_; }
  // Returns whether the answer was read to its end, and the connection may serve another request.
  bool MayServeAnother() const;
  // Returns whether the server closed the connection, or sent bytes that nobody asked for. Only while no answer is due.
  bool IsStale();

  const std::string& certificate_pem() const { return certificate_pem_; }  // that the connection was opened with
  std::chrono::steady_clock::time_point idle_since() const { return idle_since_; }
  void set_idle_since(std::chrono::steady_clock::time_point time) { idle_since_ = time; }

 private:
  KubeConnection(std::unique_ptr<Stream> stream, std::string where, std::string certificate_pem);
  Status Step(const CallWait& wait);
  Status Receive(const CallWait& wait);
  std::unexpected<Error> Broken() const;

  std::unique_ptr<Stream> stream_;
  const std::string where_;
  const std::string certificate_pem_;
  std::chrono::steady_clock::time_point idle_since_{};
  std::unique_ptr<AnswerMachine> answer_;  // null before the first request
  std::array<char, 16 << 10> room_{};
  std::string received_;   // bytes that the answer has not taken yet
  std::size_t taken_ = 0;  // how many bytes of received_ it has taken
  std::string body_;       // read, not given to the caller yet
  bool answered_ = false;
  bool ended_ = false;  // the server closed the connection
};

}  // namespace sallyport
