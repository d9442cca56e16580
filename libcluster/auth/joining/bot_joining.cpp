#include "libcluster/auth/joining/bot_joining.h"

#include <algorithm>

#include "libbase/address.h"
#include "libbase/json.h"
#include "libbase/log.h"
#include "libcluster/auth/access/user_access.h"
#include "libcluster/auth/access/user_traits.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/joining/bot_authentication.h"
#include "libcluster/auth/joining/join_methods.h"
#include "libcluster/auth/joining/join_proof.h"
#include "libresources/codec/codec.h"
#include "libresources/kinds/bot.h"
#include "libresources/kinds/join_method.h"
#include "libresources/kinds/token.h"
#include "teleport/legacy/types/token.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using types::ProvisionTokenV2;

// Adds the claims to a record, which is empty so far.
Status SetClaims(const Value& claims, machineidv1::BotInstanceStatusAuthentication& record) {
  if (claims.is_null()) return {};
  return DecodeMessage(Value(Value::Map{{"metadata", claims}}), {}, record);
}

// Returns the user of the token's bot.
Result<types::UserV2> UserOfBot(AuthServer& auth, const std::string& bot) {
  const auto user = GetResource<types::UserV2>(auth.backend(), BotResourceName(bot));
  if (!user && user.error().kind != ErrorKind::kNotFound) return std::unexpected(user.error());
  if (user) {
    const auto labels = LabelsOf(*user);
    const auto label = labels.find(std::string(kBotLabel));
    if (label != labels.end() && label->second == bot) return *user;
  }
  return std::unexpected(JoinDenied("the bot of the token does not exist"));
}

// Sets how long the certificates are valid; the roles of the bot may shorten it.
Status SetTtl(const JoinRequest& request, UserCertsRequest& issue) {
  issue.ttl = kDefaultBotCertificateTtl;
  if (!request.expires) return {};
  const Time now = Now();
  if (*request.expires <= now) return Fail(ErrorKind::kBadParameter, "expires is in the past");
  issue.ttl = std::min<Nanoseconds>(*request.expires - now, kMaxBotCertificateTtl);
  return {};
}

Status SetKeys(const JoinRequest& request, UserCertsRequest& issue) {
  ASSIGN_OR_RETURN(issue.tls_key, ParsePublicKeyPem(request.public_tls_key));
  ASSIGN_OR_RETURN(const AuthorizedKey ssh_key, ParseAuthorizedKey(request.public_ssh_key));
  issue.ssh_key = ssh_key.key;
  return {};
}

// Puts together what the bot gets.
Result<BotAuthentication> AuthenticationOf(AuthServer& auth, const JoinRequest& request, const ProvisionTokenV2& token,
                                           const JoinTrail& trail) {
  ASSIGN_OR_RETURN(const types::UserV2 user, UserOfBot(auth, token.spec().botname()));
  BotAuthentication bot;
  bot.caller = request.caller;
  if (bot.caller.identity.bot_name != token.spec().botname()) bot.caller.identity.bot_instance_id.clear();
  bot.issue.traits = TraitsOf(user);
  ASSIGN_OR_RETURN(bot.issue.access,
                   AccessOf(auth.backend(), user.metadata().name(),
                            {user.spec().roles().begin(), user.spec().roles().end()}, bot.issue.traits));
  ASSIGN_OR_RETURN(bot.issue.later_than, auth.local_users().RenewalsEnd(user.metadata().name()));
  RETURN_IF_ERROR(SetTtl(request, bot.issue));
  RETURN_IF_ERROR(SetKeys(request, bot.issue));

  const bool by_secret = trail.method == kJoinByToken;
  auto attributes = trail.evidence.attributes;
  attributes.mutable_meta()->set_join_method(trail.method);
  if (!by_secret) attributes.mutable_meta()->set_join_token_name(token.metadata().name());
  Identity& base = bot.issue.base;
  base.bot_name = token.spec().botname();
  base.renewable = by_secret;
  if (!by_secret) base.join_token = token.metadata().name();
  base.join_attributes = ToJson(EncodeMessage(attributes));
  if (const auto address = ParseHostPort(request.remote_address, 0)) base.login_ip = address->host;

  RETURN_IF_ERROR(SetClaims(trail.evidence.claims, bot.record));
  bot.record.set_join_method(trail.method);
  bot.record.set_join_token(trail.token_name);
  *bot.record.mutable_join_attrs() = std::move(attributes);
  return bot;
}

AuditEvent JoinEvent(const AuthServer& auth, const JoinRequest& request, const JoinTrail& trail,
                     const Status& outcome) {
  AuditEvent event(outcome ? audit::kBotJoin : audit::kBotJoinFailure, auth.cluster_name());
  if (!trail.bot_name.empty()) event.Add("bot_name", trail.bot_name);
  AddTrail(trail, outcome, event);
  event.Add("addr.remote", request.remote_address);
  return event;
}

// Joins, and writes the event of a success.
Result<UserCerts> TryJoinBot(AuthServer& auth, const JoinRequest& request, JoinTrail& trail) {
  ASSIGN_OR_RETURN(const ProvisionTokenV2 token, VerifyJoin(auth, request, trail));
  ASSIGN_OR_RETURN(BotAuthentication bot, AuthenticationOf(auth, request, token, trail));
  bot.complete = [&](const UserCerts& certs, BackendTransaction& transaction) -> Status {
    AuditEvent event = JoinEvent(auth, request, trail, {});
    event.Add("user_name", certs.identity.username).Add("bot_instance_id", certs.identity.bot_instance_id);
    transaction.Append(event.ToRecord());
    // Of two joins with one token, the second finds it gone.
    if (certs.identity.renewable) transaction.Remove(ResourceKey("token", token.metadata().name()), true);
    return {};
  };

  auto certs = AuthenticateBot(auth, bot);
  if (!certs && certs.error().kind == ErrorKind::kNotFound) {
    return std::unexpected(JoinDenied("the token is not known, or has expired"));
  }
  return certs;
}

}  // namespace

Result<JoinResult> JoinBot(AuthServer& auth, const JoinRequest& request) {
  RETURN_IF_ERROR(auth.join_limits().Admit(request.remote_address));
  JoinTrail trail;
  auto certs = TryJoinBot(auth, request, trail);
  if (!certs) {
    auth.join_limits().CountRefused(request.remote_address);
    RETURN_IF_ERROR(auth.Emit(JoinEvent(auth, request, trail, std::unexpected(certs.error()))));
    return std::unexpected(std::move(certs).error());
  }

  ASSIGN_OR_RETURN(BotAuthorities authorities, AuthoritiesForBots(auth));
  Log(LogLevel::kInfo, "a bot has joined",
      {{"bot", certs->identity.bot_name}, {"instance", certs->identity.bot_instance_id}});
  return JoinResult{"", std::move(certs->ssh), std::move(certs->tls), std::move(authorities.tls),
                    std::move(authorities.ssh)};
}

Result<BotAuthorities> AuthoritiesForBots(AuthServer& auth) {
  BotAuthorities authorities;
  for (const std::string_view type : {"user", "host"}) {
    ASSIGN_OR_RETURN(const auto authority, auth.authorities().Get(type, auth.cluster_name(), false));
    for (const auto& pair : authority.spec().activekeys().tls()) authorities.tls.push_back(pair.cert());
    for (const auto& pair : authority.spec().activekeys().ssh()) authorities.ssh.push_back(pair.publickey());
  }
  return authorities;
}

}  // namespace sallyport
