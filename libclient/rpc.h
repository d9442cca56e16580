// Calls of the auth service: gRPC over a TLS connection of our own, because the way through the proxy needs a list of
// protocols that gRPC cannot send (docs/protocol/auth-api.md#connections).
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
  HostPort address;                 // the web proxy's, or that of an auth service
  bool through_proxy = true;        // false: `address` is an auth service
  bool connection_upgrade = false;  // a load balancer is in between
  std::string cluster;              // whose auth service
  std::string authorities_pem;      // host authorities of that cluster
  Certificate certificate;          // of the caller; empty: none
  Secret key_pem;
  std::string program = "tsh";  // for the user agent
  bool unverified = false;      // any certificate will do: to learn whose it is, before anything is told
  NetworkSettings network;
};

struct CallOptions {
  std::chrono::milliseconds timeout{30000};
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

// Begins a call with streams ("/sallyport.v1.TunnelService/Control"), alone on a connection of its own. Fails as
// RpcClient::Connect does.
Result<std::unique_ptr<GrpcStream>> OpenGrpcStream(const RpcOptions& options, const std::string& method,
                                                   const HeaderFields& metadata = {});

// One connection. Any number of threads may call at the same time. A broken connection stays broken: make a new one.
class RpcClient {
 public:
  // Fails as TlsStream::Connect does, and with kNotLoggedIn when the certificate has expired: nothing is sent then.
  static Result<std::unique_ptr<RpcClient>> Connect(const RpcOptions& options);
  ~RpcClient();
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;

  // Calls a method by its path ("/proto.AuthService/Ping"). Errors carry the server's message and the kind that its
  // status code means; kNotLoggedIn when the login is over; kConnectionProblem when the connection broke or the time
  // was over.
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
  // Calls a method that answers with any number of messages, which must be few enough to be held.
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
  // The same as Call with messages that are already encoded.
  Result<std::string> CallBytes(const std::string& method, const std::string& request, const CallOptions& options);

  // From now on calls are tried and change nothing; they see what those before them would have changed. Not while other
  // threads call. kNotImplemented when the cluster cannot rehearse, as those of Teleport: nothing was sent to it then.
  Status Rehearse();

  // Returns whether the cluster answers with what was written last. Those of Teleport answer from a cache, which hears
  // of a change a moment later. Asks the cluster once; safe from several threads.
  bool ReadsAreCurrent();

  // Asks the auth service's HTTP API, which has what is not gRPC ("/v2/authservers"), over a connection of its own.
  // Fails as Connect and ExchangeJson do.
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
