// The gRPC methods of the cluster as rows of a table: path, who may call, message types, handler. The server
// (libcluster/rpc/grpc_server.h) looks a call up here, establishes the caller, checks the row's access, and only then
// runs the handler. A method without a row answers "not implemented".
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"

namespace google::protobuf {
class Message;
}

namespace sallyport {

struct Caller;

// Who may call a method, checked before its handler.
struct RpcAccess {
  enum class Who {
    kAnyone,         // even without a certificate
    kAuthenticated,  // any valid certificate of this cluster
    kRule,           // a certificate whose roles allow every verb on the kind; built-in Admin always
    kAdmin,          // the built-in Admin only
  };
  Who who = Who::kRule;
  std::string_view kind;                // "role"
  std::vector<std::string_view> verbs;  // "read", "list"
  std::string_view group;               // a kind that stands for several, whose rules count too: "auth_connector"

  static RpcAccess Anyone() { return {Who::kAnyone, {}, {}, {}}; }
  static RpcAccess Authenticated() { return {Who::kAuthenticated, {}, {}, {}}; }
  static RpcAccess Admin() { return {Who::kAdmin, {}, {}, {}}; }
  static RpcAccess Rule(std::string_view kind, std::vector<std::string_view> verbs) {
    return {Who::kRule, kind, std::move(verbs), {}};
  }
  RpcAccess Or(std::string_view group_kind) && {
    group = group_kind;
    return std::move(*this);
  }
};

// What a handler knows of the call beside its request.
struct RpcCall {
  const Caller& caller;
  std::string_view method;
  std::string client_version;  // metadata "version"; empty when it sent none
  std::string user_agent;
};

using RpcHandler = std::function<Status(const RpcCall&, const google::protobuf::Message&, google::protobuf::Message&)>;

// A call with many messages each way, as its handler has it; messages are encoded. Callbacks come once each, on any
// thread, and must not block. Letting go of the last pointer ends the call.
class RpcStream {
 public:
  virtual ~RpcStream() = default;
  // Asks for the next message; one at a time. Nothing: the client has sent its last, or the call is over.
  virtual void Read(std::function<void(std::optional<std::string>)> done) = 0;
  // Sends a message; one at a time. False: the call is over.
  virtual void Write(std::string message, std::function<void(bool)> done) = 0;
  // Ends the call with an answer. What is asked for later is over at once.
  virtual void Finish(const Status& status) = 0;
  // Calls back when the client has left; at once when it has already. For one listener.
  virtual void OnCancel(std::function<void()> listener) = 0;
};

struct RpcStreamCall {
  std::shared_ptr<const Caller> caller;
  std::string method;
  std::string client_version;
  std::string user_agent;
  std::string recording_format;  // metadata "session-recording-format"
  std::shared_ptr<RpcStream> stream;
};

// What a method is called and who may call it.
struct RpcRow {
  std::string path;  // "/proto.AuthService/Ping"
  RpcAccess access;
  // The method reads and writes resources and does nothing else: it may run over a view of the cluster that takes the
  // changes (libcluster/auth/methods/rehearsals.h). No method that issues certificates or links is one: they
  // would be real ones of a state that is not.
  bool rehearsable = false;
};
inline constexpr bool kRehearsable = true;

struct RpcMethod : RpcRow {
  // Of a method with one message each way.
  std::function<std::unique_ptr<google::protobuf::Message>()> new_request;
  std::function<std::unique_ptr<google::protobuf::Message>()> new_response;
  RpcHandler handler;
  // Of a method with streams; must not block.
  std::function<void(RpcStreamCall)> stream_handler = nullptr;
};

class RpcTable {
 public:
  // Adds a unary method. `handler` is called as Status(const RpcCall&, const Request&, Response&) on any thread; the
  // types of both messages are those of its signature.
  template <typename Handler>
  void Add(RpcRow row, Handler handler) {
    AddTyped(std::move(row), std::function(std::move(handler)));
  }

  // Adds a method with streams; libcluster/rpc/rpc_stream.h makes one of a coroutine.
  void AddStream(std::string path, RpcAccess access, std::function<void(RpcStreamCall)> handler) {
    const std::string key = path;
    methods_[key] = {{std::move(path), std::move(access)}, nullptr, nullptr, nullptr, std::move(handler)};
  }

  // Returns the row of a path, or nullptr.
  const RpcMethod* Find(std::string_view path) const {
    const auto found = methods_.find(path);
    return found == methods_.end() ? nullptr : &found->second;
  }
  const std::map<std::string, RpcMethod, std::less<>>& methods() const { return methods_; }

 private:
  template <typename Request, typename Response>
  void AddTyped(RpcRow row, std::function<Status(const RpcCall&, const Request&, Response&)> handler) {
    const std::string key = row.path;
    methods_[key] = {std::move(row), [] { return std::make_unique<Request>(); },
                     [] { return std::make_unique<Response>(); },
                     [handler = std::move(handler)](const RpcCall& call, const google::protobuf::Message& request,
                                                    google::protobuf::Message& response) -> Status {
                       return handler(call, static_cast<const Request&>(request), static_cast<Response&>(response));
                     }};
  }

  std::map<std::string, RpcMethod, std::less<>> methods_;
};

}  // namespace sallyport
