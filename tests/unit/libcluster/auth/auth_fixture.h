// An auth server in a temporary directory. Tests call its method table as the gRPC server does.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <string>

#include "libbase/encoding.h"
#include "libcluster/auth/access/user_traits.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/methods/methods.h"
#include "libcluster/auth/users/totp.h"
#include "libresources/access/access.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/user.pb.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {

class AuthFixture {
 public:
  AuthFixture() {
    AuthServerOptions options;
    options.data_dir = directory_.path();
    options.cluster_name = "ex.com";
    options.proxy_public_address = "px.ex.com:443";
    auth_ = AuthServer::Open(std::move(options)).value();
    table_ = AuthMethods(*auth_);
    admin_.kind = Caller::Kind::kAdmin;
    admin_.identity.username = "host.ex.com";
  }

  AuthServer& auth() { return *auth_; }
  const RpcTable& table() const { return table_; }
  const Caller& admin() const { return admin_; }

  // Calls a method as the server does: first the check of access, then the handler.
  template <typename Response, typename Request>
  Result<Response> Call(const Caller& caller, const std::string& path, const Request& request) {
    return CallOf<Response>(table_, caller, path, request);
  }
  // Calls a method of another table.
  template <typename Response, typename Request>
  static Result<Response> CallOf(const RpcTable& table, const Caller& caller, const std::string& path,
                                 const Request& request) {
    const RpcMethod* method = table.Find(path);
    REQUIRE(method != nullptr);
    const RpcCall call{caller, method->path, "18.3.0", "test"};
    RETURN_IF_ERROR(AuthServer::Authorize(*method, call));
    Response response;
    RETURN_IF_ERROR(method->handler(call, request, response));
    return response;
  }

  // Stores the resources of a YAML text, roles before users.
  void Store(std::string_view yaml) {
    const auto resources = DecodeResources(yaml, {}).value();
    for (const auto& resource : resources) {
      BackendTransaction transaction;
      if (resource.kind->kind == "role") {
        auto role = resource.as<types::RoleV6>();
        WriteResource(transaction, role, WriteMode::kUpsert);
      } else {
        auto user = resource.as<types::UserV2>();
        WriteResource(transaction, user, WriteMode::kUpsert);
      }
      REQUIRE(auth_->Commit(std::move(transaction)));
    }
  }

  // Gives a user a password and a second factor; returns the factor's secret.
  std::string Enroll(const std::string& user, const std::string& password) {
    const auto token =
        auth_->local_users().CreateToken(user, LocalUsers::TokenType::kInvite, {}, "px.ex.com:443", admin_).value();
    const std::string secret = auth_->local_users().TotpSecret(token.metadata().name()).value();
    REQUIRE(auth_->local_users().Enroll({token.metadata().name(), password,
                                         TotpCode(secret, Now() - std::chrono::seconds(30)).value(), "", "1.2.3.4:5"}));
    return secret;
  }

  // Returns the number of events of a type.
  std::size_t Events(const std::string& type) {
    AuditQuery query{Time::min(), Time::max(), {type}};
    return auth_->backend().Events(query)->size();
  }

 private:
  const test::TemporaryDirectory directory_;  // outlives the files that are open in it
  std::unique_ptr<AuthServer> auth_;
  RpcTable table_;
  Caller admin_;
};

// Returns the caller that the authenticator makes of a stored user.
inline Caller UserCaller(AuthFixture& fixture, const std::string& name) {
  const auto user = GetResource<types::UserV2>(fixture.auth().backend(), name).value();
  Caller caller;
  caller.kind = Caller::Kind::kUser;
  caller.identity.username = name;
  caller.identity.traits = TraitsOf(user);
  caller.identity.expires = Now() + std::chrono::hours(2);
  std::vector<std::shared_ptr<const types::RoleV6>> roles;
  for (const auto& role : user.spec().roles()) {
    caller.identity.groups.push_back(role);
    roles.push_back(
        std::make_shared<const types::RoleV6>(GetResource<types::RoleV6>(fixture.auth().backend(), role).value()));
  }
  caller.access = std::make_shared<const AccessChecker>(name, ToTraitMap(caller.identity.traits), roles);
  return caller;
}

inline constexpr const char* kMemberYaml = R"(
kind: role
version: v5
metadata: {name: member}
spec:
  allow:
    logins: [root]
    kubernetes_groups: ["system:masters"]
    kubernetes_labels: {'*': '*'}
---
kind: user
version: v2
metadata: {name: alice}
spec:
  roles: [member]
  traits: {logins: [admin]}
)";

}  // namespace sallyport
