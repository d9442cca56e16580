// The gRPC methods of the cluster as rows of a table: path, who may call, message types, handler. The server
// (libcluster/grpc_server.h) looks a call up here, establishes the caller, checks the row's access, and only then runs
// the handler. A method without a row answers "not implemented".
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
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

struct RpcMethod {
  std::string path;  // "/proto.AuthService/Ping"
  RpcAccess access;
  std::function<std::unique_ptr<google::protobuf::Message>()> new_request;
  std::function<std::unique_ptr<google::protobuf::Message>()> new_response;
  RpcHandler handler;
};

class RpcTable {
 public:
  // Adds a unary method. `handler` is called as Status(const RpcCall&, const Request&, Response&) on any thread.
  template <typename Request, typename Response, typename Handler>
  void Add(std::string path, RpcAccess access, Handler handler) {
    static_assert(std::is_invocable_r_v<Status, Handler, const RpcCall&, const Request&, Response&>);
    methods_[path] = {path, std::move(access), [] { return std::make_unique<Request>(); },
                      [] { return std::make_unique<Response>(); },
                      [handler = std::move(handler)](const RpcCall& call, const google::protobuf::Message& request,
                                                     google::protobuf::Message& response) -> Status {
                        return handler(call, static_cast<const Request&>(request), static_cast<Response&>(response));
                      }};
  }

  // Returns the row of a path, or nullptr.
  const RpcMethod* Find(std::string_view path) const {
    const auto found = methods_.find(path);
    return found == methods_.end() ? nullptr : &found->second;
  }
  const std::map<std::string, RpcMethod, std::less<>>& methods() const { return methods_; }

 private:
  std::map<std::string, RpcMethod, std::less<>> methods_;
};

}  // namespace sallyport
