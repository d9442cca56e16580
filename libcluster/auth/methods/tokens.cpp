// Methods about join tokens.
#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/watch/watched_kinds.h"
#include "libresources/kinds.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

using types::ProvisionTokenV2;

Status WriteToken(AuthServer& auth, const RpcCall& call, ProvisionTokenV2 token, WriteMode mode) {
  RETURN_IF_ERROR(CheckNewResource(token));
  BackendTransaction transaction;
  WriteResource(transaction, token, mode);
  AuditEvent event(audit::kTokenCreate, auth.cluster_name());
  event.By(call.caller).Add("name", MaskedToken(token.metadata().name())).Success(true);
  event.Add("roles", Value::Strings({token.spec().roles().begin(), token.spec().roles().end()}));
  event.Add("join_method", token.spec().joinmethod());
  transaction.Append(event.ToRecord());
  Status status = auth.Commit(std::move(transaction));
  if (!status && status.error().kind == ErrorKind::kAlreadyExists) {
    return Fail(ErrorKind::kAlreadyExists, "token \"{}\" already exists", MaskedToken(token.metadata().name()));
  }
  return status;
}

Status ListTokens(AuthServer& auth, const proto::ListProvisionTokensRequest& request,
                  proto::ListProvisionTokensResponse& answer) {
  ASSIGN_OR_RETURN(auto page, ListPage<ProvisionTokenV2>(auth.backend(), request.startkey(), request.limit()));
  for (auto& token : page.first) {
    const auto& roles = token.spec().roles();
    const bool role_fits =
        request.filterroles().empty() || std::ranges::any_of(request.filterroles(), [&](const std::string& role) {
          return std::ranges::find(roles, role) != roles.end();
        });
    const bool bot_fits = request.filterbotname().empty() || token.spec().botname() == request.filterbotname();
    if (role_fits && bot_fits) *answer.add_tokens() = std::move(token);
  }
  answer.set_nextkey(page.second);
  return {};
}

types::StaticTokensV2 StaticTokens(AuthServer& auth) {
  types::StaticTokensV2 tokens;
  if (auth.options().static_tokens) tokens = *auth.options().static_tokens;
  tokens.set_kind("static_tokens");
  tokens.set_version("v2");
  tokens.mutable_metadata()->set_name("static-tokens");
  tokens.mutable_spec();
  return tokens;
}

// A join token, or a user's invite or reset token, which lists include.
Status DeleteToken(AuthServer& auth, const RpcCall& call, const std::string& name) {
  const auto fixed = StaticTokens(auth);
  for (const auto& token : fixed.spec().statictokens()) {
    if (token.token() != name) continue;
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("token {} is in the configuration file", MaskedToken(name)),
                        "remove the token from auth_service.tokens and restart the process");
  }
  for (const char* kind : {"token", "user_token"}) {
    BackendTransaction transaction;
    transaction.Remove(ResourceKey(kind, name), true);
    transaction.Append(auth.EventOf(call.caller, audit::kTokenDelete, MaskedToken(name)));
    const Status status = auth.Commit(std::move(transaction));
    if (status || status.error().kind != ErrorKind::kNotFound) return status;
  }
  return Fail(ErrorKind::kNotFound, "token {} is not found", MaskedToken(name));
}

}  // namespace

void AddTokenMethods(RpcTable& table, AuthServer& auth) {
  using google::protobuf::Empty;
  table.Add({"/proto.AuthService/CreateTokenV2", RpcAccess::Rule("token", {"create"}), kRehearsable},
            [&auth](const RpcCall& call, const proto::CreateTokenV2Request& request, Empty&) {
              return WriteToken(auth, call, request.v2(), WriteMode::kCreate);
            });

  table.Add({"/proto.AuthService/UpsertTokenV2", RpcAccess::Rule("token", {"create", "update"}), kRehearsable},
            [&auth](const RpcCall& call, const proto::UpsertTokenV2Request& request, Empty&) {
              return WriteToken(auth, call, request.v2(), WriteMode::kUpsert);
            });

  table.Add({"/proto.AuthService/ListProvisionTokens", RpcAccess::Rule("token", {"list", "read"}), kRehearsable},
            [&auth](const RpcCall&, const proto::ListProvisionTokensRequest& request,
                    proto::ListProvisionTokensResponse& answer) { return ListTokens(auth, request, answer); });

  table.Add({"/proto.AuthService/GetStaticTokens", RpcAccess::Rule("static_tokens", {"read"}), kRehearsable},
            [&auth](const RpcCall&, const Empty&, types::StaticTokensV2& answer) {
              answer = StaticTokens(auth);
              return Status();
            });

  table.Add({"/proto.AuthService/GetToken", RpcAccess::Rule("token", {"read"}), kRehearsable},
            [&auth](const RpcCall&, const types::ResourceRequest& request, ProvisionTokenV2& answer) -> Status {
              auto token = GetResource<ProvisionTokenV2>(auth.backend(), request.name());
              if (!token) return Fail(token.error().kind, "token {} is not found", MaskedToken(request.name()));
              answer = std::move(*token);
              return {};
            });

  table.Add({"/proto.AuthService/DeleteToken", RpcAccess::Rule("token", {"delete"}), kRehearsable},
            [&auth](const RpcCall& call, const types::ResourceRequest& request, Empty&) {
              return DeleteToken(auth, call, request.name());
            });
}

WatchedKind TokenWatch() { return {.kind = "token", .put = &PutWatched<&proto::Event::mutable_provisiontoken>}; }

}  // namespace sallyport
