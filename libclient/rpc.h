// Calls the auth service by gRPC over our own TLS connection, because the proxy needs an ALPN protocol list that the
// gRPC library cannot send (docs/protocol/auth-api.md#connections).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <google/protobuf/message_lite.h>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/value.h"
#include "libclient/grpc_message.h"
#include "libclient/grpc_stream.h"
#include "libclient/network.h"
#include "libidentity/x509.h"

namespace sallyport {

struct RpcOptions {
  HostPort address;                      // the web proxy's, or that of an auth service
  bool through_proxy = true;             // false: `address` is an auth service
  bool connection_upgrade = false;       // a load balancer is in between
  std::string cluster;                   // the cluster of the auth service
  std::string authorities_pem;           // host authorities of that cluster
  std::vector<Certificate> authorities;  // the same, parsed already
  Certificate certificate;               // certificate of the caller; empty: none
  Secret key_pem;
  PrivateKey key;               // instead of key_pem
  std::string program = "tsh";  // for the user agent
  bool unverified = false;      // accept any certificate: to learn the authority before sending secrets
  NetworkSettings network;
};

struct CallOptions {
  std::chrono::milliseconds timeout{30000};
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

// Begins a streaming call ("/sallyport.v1.TunnelService/Control") on its own connection. Fails as RpcClient::Connect
// does.
Result<std::unique_ptr<GrpcStream>> OpenGrpcStream(const RpcOptions& options, const std::string& method,
                                                   const HeaderFields& metadata = {});

// One connection. Thread-safe. A broken connection stays broken: make a new client.
class RpcClient {
 public:
  // Connects. Fails as TlsStream::Connect does, and with kNotLoggedIn, before sending anything, when the certificate
  // has expired.
  static Result<std::unique_ptr<RpcClient>> Connect(const RpcOptions& options);
  ~RpcClient();
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;

  // Checks the certificate that the server of an `unverified` connection has shown, by authorities that are trusted
  // now; until then nothing secret may be sent. Fails with kConnectionProblem, and then the connection is not to be
  // used.
  Status Trust(const std::vector<Certificate>& authorities) const;

  // Calls a method by its path ("/proto.AuthService/Ping"). Errors carry the message of the server and the kind for its
  // status code. Fails with kNotLoggedIn when the login has expired, kConnectionProblem when the connection broke or
  // the time is over.
  template <typename Response, typename Request>
  Result<Response> Call(std::string_view method, const Request& request, const CallOptions& options = {}) {
    std::string bytes;
    if (!request.SerializeToString(&bytes)) return Fail(ErrorKind::kInternal, "cannot encode {}", method);
    ASSIGN_OR_RETURN(const std::string answer, CallBytes(std::string(method), bytes, options));
    Response response;
    if (!response.ParseFromString(answer)) {
      return Fail(ErrorKind::kBadParameter, "cannot read the answer to {}", method);
    }
    return response;
  }
  // Calls a method that answers with a stream of messages, and keeps all of them in memory.
  template <typename Response, typename Request>
  Result<std::vector<Response>> CallForAll(std::string_view method, const Request& request,
                                           const CallOptions& options = {}) {
    ASSIGN_OR_RETURN(const std::string body, Exchange(std::string(method), request.SerializeAsString(), options));
    ASSIGN_OR_RETURN(const auto answers, UnframeGrpcMessages(body));
    std::vector<Response> responses;
    for (const std::string& answer : answers) {
      if (!responses.emplace_back().ParseFromString(answer)) {
        return Fail(ErrorKind::kBadParameter, "cannot read the answer to {}", method);
      }
    }
    return responses;
  }
  // Works as Call, with encoded messages.
  Result<std::string> CallBytes(const std::string& method, const std::string& request, const CallOptions& options);

  // Makes all later calls a rehearsal: they change nothing, and see the changes of earlier calls in the rehearsal. Must
  // not run while other threads call. Fails with kNotImplemented, before any call is sent, when the cluster cannot
  // rehearse (Teleport).
  Status Rehearse();

  // Returns whether reads return the latest write. Teleport clusters answer from a cache that receives changes later.
  // Asks the cluster once; thread-safe.
  bool ReadsAreCurrent();

  // Sends GET to the HTTP API of the auth service, for the calls outside of gRPC ("/v2/authservers"), on its own
  // connection. Fails as Connect and ExchangeJson do.
  Result<Value> Get(const std::string& path);

 private:
  struct State;
  explicit RpcClient(std::unique_ptr<State> state);
  // Returns the body of the answer: framed messages.
  Result<std::string> Exchange(const std::string& method, const std::string& request, const CallOptions& options);
  Result<std::string> ExchangeOne(const std::string& method, const std::string& request, const CallOptions& options);
  std::unique_ptr<State> state_;
};

}  // namespace sallyport
