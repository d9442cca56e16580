// The gRPC methods of the cluster as rows of a table: path, access rule, message types, handler. The server
// (libcluster/rpc/grpc_server.h) looks a call up, authenticates the caller, checks the row's access, and only then runs
// the handler. Methods without a row fail with "not implemented".
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

// The access rule of a method, checked before its handler runs.
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
  std::string_view group;               // a group of kinds, whose rules count too: "auth_connector"
  bool whole = false;                   // the method gives out all resources: rules with a condition do not suffice

  static RpcAccess Anyone() { return {Who::kAnyone, {}, {}, {}, false}; }
  static RpcAccess Authenticated() { return {Who::kAuthenticated, {}, {}, {}, false}; }
  static RpcAccess Admin() { return {Who::kAdmin, {}, {}, {}, false}; }
  static RpcAccess Rule(std::string_view kind, std::vector<std::string_view> verbs) {
    return {Who::kRule, kind, std::move(verbs), {}, false};
  }
  static RpcAccess WholeRule(std::string_view kind, std::vector<std::string_view> verbs) {
    return {Who::kRule, kind, std::move(verbs), {}, true};
  }
  RpcAccess Or(std::string_view group_kind) && {
    group = group_kind;
    return std::move(*this);
  }
};

// The facts of a call beside its request.
struct RpcCall {
  const Caller& caller;
  std::string_view method;
  std::string client_version;  // metadata "version"; empty when it sent none
  std::string user_agent;
};

using RpcHandler = std::function<Status(const RpcCall&, const google::protobuf::Message&, google::protobuf::Message&)>;

// A handler's view of a call with streams; messages are encoded. Each callback is called once, on any thread, and must
// not block. Releasing the last pointer ends the call.
class RpcStream {
 public:
  virtual ~RpcStream() = default;
  // Reads the next message; one read at a time. Calls back with nothing after the client's last message or when the
  // call is over.
  virtual void Read(std::function<void(std::optional<std::string>)> done) = 0;
  // Sends a message; one write at a time. Calls back with false when the call is over.
  virtual void Write(std::string message, std::function<void(bool)> done) = 0;
  // Ends the call with a status. Later reads and writes complete at once as over.
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

// The path and the access rule of a method.
struct RpcRow {
  std::string path;  // "/proto.AuthService/Ping"
  RpcAccess access;
  // The method reads and writes resources and does nothing else: it may run over a view of the cluster that holds the
  // changes (libcluster/auth/methods/rehearsals.h). Methods that issue certificates or links must not be rehearsed:
  // these would be valid, from a state that is not real.
  bool rehearsable = false;
};
inline constexpr bool kRehearsable = true;

struct RpcMethod : RpcRow {
  // For a unary method.
  std::function<std::unique_ptr<google::protobuf::Message>()> new_request;
  std::function<std::unique_ptr<google::protobuf::Message>()> new_response;
  RpcHandler handler;
  // For a method with streams; must not block.
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
