// Sends requests to one API server: with its credentials, over connections that are kept alive, and again where that is
// safe. Internal to libkube.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/mutex.h"
#include "libbase/secret.h"
#include "libkube/call_limits.h"
#include "libkube/connection.h"
#include "libkube/credentials.h"
#include "libkube/endpoint.h"
#include "libkube/refusal.h"

namespace sallyport {

struct ApiRequest {
  std::string method;
  std::string target;        // path and query, without the prefix of the server
  std::string asked;         // for errors: `get secrets "a/b"`
  std::string content_type;  // of the body; empty: no body
  Secret body;
  // The request is sent again when a connection that was kept alive breaks without an answer: it changes nothing.
  bool only_reads = false;
  // The request is sent again after the time that the server asks for (429, 503).
  bool idempotent = false;
};

// A success whose body was not read yet.
struct ApiAnswer {
  int status = 0;
  std::unique_ptr<KubeConnection> connection;
};

// Safe from several threads.
class KubeCaller {
 public:
  KubeCaller(KubeEndpoint endpoint, NetworkSettings settings);

  const KubeEndpoint& endpoint() const { return endpoint_; }

  // Sends the request and returns the answer when it is a success (2xx).
  //
  // After 401, asks once again if there may be a better credential. Fails with `refused` set, when it is not null, and
  // the error of the refusal for other answers; with the errors of ApiCredentials and KubeConnection before an answer.
  Result<ApiAnswer> Open(const ApiRequest& request, const CallWait& wait, KubeRefusal* refused);
  // Calls Open, then reads the body. Fails also with kLimitExceeded for a body above `max_bytes`.
  Result<std::string> Call(const ApiRequest& request, std::size_t max_bytes, const CallWait& wait,
                           KubeRefusal* refused = nullptr);
  // Keeps a connection for the next request, if the connection may serve it.
  void Return(std::unique_ptr<KubeConnection> connection);

 private:
  Result<ApiAnswer> Ask(const ApiRequest& request, const ApiCredential& credential, const CallWait& wait,
                        std::string& retry_after);
  Result<std::unique_ptr<KubeConnection>> Connect(const ApiCredential& credential, const CallWait& wait, bool& reused);
  std::unique_ptr<KubeConnection> TakeIdle(const ApiCredential& credential);
  Secret TextOf(const ApiRequest& request, const ApiCredential& credential) const;
  Result<KubeRefusal> ReadRefused(ApiAnswer answer, const std::string& retry_after, const ApiRequest& request,
                                  const CallWait& wait);

  const KubeEndpoint endpoint_;
  const NetworkSettings settings_;
  ApiCredentials credentials_;
  Mutex mutex_;
  std::vector<std::unique_ptr<KubeConnection>> idle_ GUARDED_BY(mutex_);  // ordered by last use
};

// Reads the rest of a body. Fails with kLimitExceeded above `max_bytes`, and as KubeConnection::ReadBody does.
Result<std::string> ReadWholeBody(KubeConnection& connection, std::size_t max_bytes, const CallWait& wait);

}  // namespace sallyport
