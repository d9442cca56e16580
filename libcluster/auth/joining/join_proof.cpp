#include "libcluster/auth/joining/join_proof.h"

#include <algorithm>
#include <optional>

#include "libbase/secret.h"
#include "libbase/text.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/joining/join_methods.h"
#include "libresources/kinds/join_method.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/types/token.pb.h"

namespace sallyport {
namespace {

using types::ProvisionTokenV2;

constexpr std::size_t kMaxNames = 32;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxKeyBytes = 16 << 10;
constexpr std::size_t kMaxProofBytes = 16 << 10;
constexpr std::size_t kMaxReasonText = 1000;

// Converts a token of the configuration file to a token resource.
std::optional<ProvisionTokenV2> StaticToken(AuthServer& auth, const std::string& name) {
  if (!auth.options().static_tokens) return std::nullopt;
  for (const auto& fixed : auth.options().static_tokens->spec().statictokens()) {
    if (!EqualInConstantTime(fixed.token(), name)) continue;
    ProvisionTokenV2 token;
    token.mutable_metadata()->set_name(name);
    *token.mutable_spec()->mutable_roles() = fixed.roles();
    token.mutable_spec()->set_joinmethod(std::string(kJoinByToken));
    return token;
  }
  return std::nullopt;
}

Result<ProvisionTokenV2> FindToken(AuthServer& auth, const std::string& name) {
  if (auto fixed = StaticToken(auth, name)) return std::move(*fixed);
  auto token = GetResource<ProvisionTokenV2>(auth.backend(), name);
  if (!token && token.error().kind == ErrorKind::kNotFound) {
    return std::unexpected(JoinDenied("the token is not known, or has expired"));
  }
  return token;
}

}  // namespace

Status CheckJoinSizes(const JoinRequest& request) {
  std::vector<std::string_view> names{request.host_id, request.node_name, request.role, request.token};
  for (const auto* list : {&request.additional_principals, &request.dns_names}) {
    if (list->size() > kMaxNames) return Fail(ErrorKind::kLimitExceeded, "a host has at most {} names", kMaxNames);
    names.insert(names.end(), list->begin(), list->end());
  }

  if (std::ranges::any_of(names, [](std::string_view name) { return name.size() > kMaxNameBytes; })) {
    return Fail(ErrorKind::kBadParameter, "a host's names have at most {} bytes", kMaxNameBytes);
  }
  if (request.node_name != StripControl(request.node_name)) {
    return Fail(ErrorKind::kBadParameter, "a host's name has no control characters");
  }
  if (std::max(request.public_tls_key.size(), request.public_ssh_key.size()) > kMaxKeyBytes) {
    return Fail(ErrorKind::kBadParameter, "a public key has at most {} bytes", kMaxKeyBytes);
  }
  if (request.id_token.size() > kMaxProofBytes) {
    return Fail(ErrorKind::kBadParameter, "an ID token has at most {} bytes", kMaxProofBytes);
  }
  return {};
}

Result<ProvisionTokenV2> VerifyJoin(AuthServer& auth, const JoinRequest& request, JoinTrail& trail) {
  trail.method = kJoinByToken;
  RETURN_IF_ERROR(CheckJoinSizes(request));
  ASSIGN_OR_RETURN(ProvisionTokenV2 token, FindToken(auth, request.token));
  trail.token_name = SafeTokenName(token);
  trail.bot_name = token.spec().botname();
  if (!token.spec().joinmethod().empty()) trail.method = token.spec().joinmethod();

  ASSIGN_OR_RETURN(const ServedJoinMethod* const served, FindServedJoinMethod(token));
  if (const Status verified = served->verify(auth, token, request, trail.evidence); !verified) {
    trail.reason = verified.error().message;
    return std::unexpected(JoinDenied(fmt::format("the proof for the join method {} is not accepted", served->name)));
  }

  const auto& given = token.spec().roles();
  const bool any = request.role == kInstanceRole;
  if (!any && std::ranges::find(given, request.role) == given.end()) {
    return std::unexpected(JoinDenied(fmt::format("the token does not give the role {}", StripControl(request.role))));
  }
  return token;
}

void AddTrail(const JoinTrail& trail, const Status& outcome, AuditEvent& event) {
  event.Add("method", trail.method);
  if (!trail.token_name.empty()) event.Add("token_name", trail.token_name);
  if (!trail.evidence.claims.is_null()) event.Add("attributes", trail.evidence.claims);
  const std::string reason = trail.reason.empty() && !outcome ? outcome.error().message : trail.reason;
  event.Success(outcome.has_value(), reason.substr(0, kMaxReasonText));
}

std::string ShownInEvent(const std::string& text) { return text.substr(0, kMaxNameBytes); }

}  // namespace sallyport
