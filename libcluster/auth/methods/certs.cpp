// GenerateUserCerts: a user renews or narrows its own certificates, the built-in Admin makes them for anybody, and an
// impersonator for whom its roles allow. A bot renews its certificates, and takes on the roles that it may impersonate
// (docs/protocol/auth-api.md#user-certificates).
#include <algorithm>
#include <set>
#include <utility>

#include "libbase/text.h"
#include "libcluster/auth/access/user_access.h"
#include "libcluster/auth/access/user_traits.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/joining/bot_authentication.h"
#include "libcluster/auth/joining/bot_joining.h"
#include "libcluster/auth/requests/access_requests.h"
#include "libresources/access/access.h"
#include "libresources/kinds/join_method.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/client/proto/certs.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

using google::protobuf::util::TimeUtil;
using CertsRequest = proto::UserCertsRequest;

// The user of the new certificate, and its latest expiry.
struct Subject {
  std::shared_ptr<const AccessChecker> access;
  Traits traits;
  Identity base;
  Time expires;
  bool ignore_role_ttl = false;
  bool renews = false;  // a bot renews its renewable certificate
};

Status CheckTarget(AuthServer& auth, const CertsRequest& request) {
  struct UsageRow {
    CertsRequest::CertUsage usage;
    const char* name;
    bool has_target;
  };
  const std::array rows{
      UsageRow{CertsRequest::SSH, "SSH", !request.nodename().empty()},
      UsageRow{CertsRequest::Kubernetes, "Kubernetes", !request.kubernetescluster().empty()},
      UsageRow{CertsRequest::App, "application", !request.routetoapp().name().empty()},
      UsageRow{CertsRequest::Database, "database", !request.routetodatabase().servicename().empty()},
      UsageRow{CertsRequest::WindowsDesktop, "desktop", !request.routetowindowsdesktop().windowsdesktop().empty()},
  };

  for (const auto& row : rows) {
    if (row.usage == request.usage() && !row.has_target) {
      return Fail(ErrorKind::kBadParameter, "a certificate for {} use must name its target", row.name);
    }
  }

  const std::string& cluster = request.kubernetescluster();
  const bool local = request.routetocluster().empty() || request.routetocluster() == auth.cluster_name();
  if (cluster.empty() || !local) return {};
  ASSIGN_OR_RETURN(const auto servers, ListAllResources<types::KubernetesServerV3>(auth.backend()));
  const bool known = std::ranges::any_of(
      servers, [&](const auto& server) { return server.spec().cluster().metadata().name() == cluster; });
  if (known) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("Kubernetes cluster \"{}\" is not registered in this Teleport cluster; you can list "
                                  "registered Kubernetes clusters using 'tsh kube ls'",
                                  cluster),
                      {});
}

Time Requested(const CertsRequest& request) {
  if (!request.has_expires()) return Time();
  return Time(Nanoseconds(TimeUtil::TimestampToNanoseconds(request.expires())));
}

// Adds the access of the caller's access requests: those of the certificate and of this call, without the dropped ones.
// Dropping requests starts from the user's own roles.
Status ApplyAccessRequests(AuthServer& auth, const CertsRequest& request, Subject& subject) {
  Identity& base = subject.base;
  if (request.accessrequests().empty() && request.dropaccessrequests().empty() && base.active_requests.empty()) {
    return {};
  }

  std::vector<std::string> roles = base.groups;
  const auto& dropped = request.dropaccessrequests();
  if (!dropped.empty()) {
    ASSIGN_OR_RETURN(const auto user, GetResource<types::UserV2>(auth.backend(), base.username));
    roles = {user.spec().roles().begin(), user.spec().roles().end()};
    subject.traits = TraitsOf(user);
  }

  std::vector<std::string> ids = std::exchange(base.active_requests, {});
  ids.insert(ids.end(), request.accessrequests().begin(), request.accessrequests().end());
  const bool all = dropped.size() == 1 && dropped[0] == "*";
  for (auto& id : ids) {
    const bool unwanted = all || std::ranges::find(dropped, id) != dropped.end();
    const bool repeated = std::ranges::find(base.active_requests, id) != base.active_requests.end();
    if (!unwanted && !repeated) base.active_requests.push_back(std::move(id));
  }

  ASSIGN_OR_RETURN(auto granted, GrantedBy(auth.backend(), base.username, base.active_requests));
  for (auto& role : granted.roles) {
    if (std::ranges::find(roles, role) == roles.end()) roles.push_back(std::move(role));
  }

  base.allowed_resources = std::move(granted.allowed_resources);
  subject.expires = std::min(subject.expires, granted.expires);
  ASSIGN_OR_RETURN(subject.access, AccessOf(auth.backend(), base.username, roles, subject.traits));
  return {};
}

// Bots may ask for a time beyond the end of their present certificate.
Time LatestForBots(const CertsRequest& request) {
  const Time now = Now();
  const Time requested = Requested(request);
  return requested == Time() ? now + kDefaultBotCertificateTtl : std::min<Time>(requested, now + kMaxBotCertificateTtl);
}

Status MayReissue(const Identity& identity) {
  if (!identity.disallow_reissue) return {};
  return Fail(ErrorKind::kAccessDenied, "access denied: this certificate may not be used to issue another certificate");
}

// A session never outlives its login: the end is the certificate's at most. A renewable certificate is not a session.
Result<Subject> OwnRenewal(AuthServer& auth, const Caller& caller, const CertsRequest& request) {
  const Identity& identity = caller.identity;
  RETURN_IF_ERROR(MayReissue(identity));
  if (!identity.impersonator.empty() && request.accessrequests_size() > 0) {
    return Fail(ErrorKind::kAccessDenied, "access denied: an impersonated certificate cannot use access requests");
  }

  Subject subject{caller.access, identity.traits, identity, identity.expires};
  subject.renews = identity.renewable && !identity.bot_name.empty();
  subject.base.renewable = subject.renews;
  subject.base.generation = 0;
  if (subject.renews) {
    subject.expires = LatestForBots(request);
  } else if (const Time requested = Requested(request); requested != Time() && requested < subject.expires) {
    subject.expires = requested;
  }
  RETURN_IF_ERROR(ApplyAccessRequests(auth, request, subject));
  if (subject.expires <= Now()) return Fail(ErrorKind::kAccessDenied, "{}", kCredentialsExpired);
  return subject;
}

// Checks whether a user's own certificate may be used to impersonate any user.
Status MayImpersonate(const Caller& caller) {
  if (!caller.access->CanImpersonateSomeone()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: impersonation is not allowed");
  }
  if (!caller.identity.impersonator.empty()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: an impersonated certificate cannot impersonate");
  }
  if (!caller.identity.active_requests.empty()) {
    return FailWithHint(ErrorKind::kAccessDenied,
                        "access denied: the roles of an access request cannot be used for impersonation",
                        "drop the access request first: tsh request drop");
  }
  return {};
}

// Writes the event of a refused impersonation.
Status EmitRefusal(AuthServer& auth, const Caller& caller, const Error& reason) {
  AuditEvent event(audit::kUserLoginFailure, auth.cluster_name());
  event.By(caller).Add("method", "client.cert").Success(false, reason.message);
  return auth.Emit(event);
}

// A missing user gets the same error as a user that may not be impersonated, so that callers cannot probe for users or
// their roles.
Result<types::UserV2> ImpersonatedUser(AuthServer& auth, const Caller& caller, const std::string& name) {
  const auto check = [&]() -> Result<types::UserV2> {
    ASSIGN_OR_RETURN(types::UserV2 user, GetResource<types::UserV2>(auth.backend(), name));
    ASSIGN_OR_RETURN(const auto current, GetResource<types::UserV2>(auth.backend(), caller.identity.username));
    ASSIGN_OR_RETURN(const auto roles,
                     LoadRoles(auth.backend(), {user.spec().roles().begin(), user.spec().roles().end()}));
    RETURN_IF_ERROR(caller.access->CheckImpersonate(current, user, roles));
    return user;
  };
  auto user = check();
  if (user) return user;
  RETURN_IF_ERROR(EmitRefusal(auth, caller, user.error()));
  return Fail(ErrorKind::kAccessDenied, "access denied: impersonation of this user is not allowed");
}

Status CheckRoleRequest(const Caller& caller, const CertsRequest& request) {
  RETURN_IF_ERROR(MayReissue(caller.identity));
  if (!caller.identity.impersonator.empty()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: an impersonated certificate cannot take on roles");
  }
  if (!caller.identity.active_requests.empty() || !request.accessrequests().empty()) {
    return Fail(ErrorKind::kAccessDenied, "access denied: access requests and role requests do not go together");
  }
  if (!request.rolerequests().empty()) return {};
  return FailWithHint(ErrorKind::kBadParameter, "role_requests is empty: at least one role request is required",
                      "add a role to the bot: tctl bots update BOT --add-roles=ROLE");
}

// Returns the roles to take on. A missing role gets the same error as a role that may not be impersonated.
Result<std::shared_ptr<const AccessChecker>> RequestedRoles(AuthServer& auth, const Caller& caller,
                                                            const types::UserV2& user, const CertsRequest& request) {
  const std::set<std::string> names(request.rolerequests().begin(), request.rolerequests().end());
  const auto check = [&]() -> Result<std::shared_ptr<const AccessChecker>> {
    ASSIGN_OR_RETURN(auto roles, LoadRoles(auth.backend(), {names.begin(), names.end()}));
    RETURN_IF_ERROR(caller.access->CheckImpersonateRoles(user, roles));
    return AccessOf(caller.identity.username, std::move(roles), TraitsOf(user));
  };
  auto access = check();
  if (access) return access;
  RETURN_IF_ERROR(EmitRefusal(auth, caller, access.error()));
  return FailWithHint(
      ErrorKind::kAccessDenied,
      fmt::format("access denied: {} may not take on the roles {}", caller.identity.username,
                  StripControl(fmt::format("{}", fmt::join(names, ", ")))),
      "allow.impersonate.roles of a role must list them; for a bot: tctl bots update BOT --add-roles=ROLE");
}

// A user, mostly a bot, takes on roles that it may impersonate, with its own traits. The certificate ends with the
// session of a person; it may outlive the present certificate of a bot.
Result<Subject> WithRequestedRoles(AuthServer& auth, const Caller& caller, const CertsRequest& request) {
  RETURN_IF_ERROR(CheckRoleRequest(caller, request));
  const Identity& identity = caller.identity;
  ASSIGN_OR_RETURN(const auto user, GetResource<types::UserV2>(auth.backend(), identity.username));
  Subject subject;
  subject.traits = TraitsOf(user);
  ASSIGN_OR_RETURN(subject.access, RequestedRoles(auth, caller, user, request));

  subject.base.impersonator = identity.username;
  subject.base.disallow_reissue = !request.reissuableroleimpersonation();
  subject.base.login_ip = identity.login_ip;
  subject.base.device = identity.device;
  subject.base.bot_name = identity.bot_name;
  subject.base.bot_instance_id = identity.bot_instance_id;
  subject.base.join_token = identity.join_token;
  subject.base.join_attributes = identity.join_attributes;

  subject.expires = LatestForBots(request);
  if (identity.bot_name.empty()) subject.expires = std::min(subject.expires, identity.expires);
  if (subject.expires <= Now()) return Fail(ErrorKind::kAccessDenied, "{}", kCredentialsExpired);
  return subject;
}

Result<Subject> ForOtherUser(AuthServer& auth, const Caller& caller, const CertsRequest& request) {
  Subject subject;
  subject.expires = Requested(request);
  types::UserV2 user;
  if (caller.kind == Caller::Kind::kAdmin) {
    ASSIGN_OR_RETURN(user, GetResource<types::UserV2>(auth.backend(), request.username()));
    subject.ignore_role_ttl = true;
  } else {
    RETURN_IF_ERROR(MayImpersonate(caller));
    ASSIGN_OR_RETURN(user, ImpersonatedUser(auth, caller, request.username()));
    subject.base.impersonator = caller.identity.username;
  }
  subject.traits = TraitsOf(user);
  const std::vector<std::string> names(user.spec().roles().begin(), user.spec().roles().end());
  ASSIGN_OR_RETURN(subject.access, AccessOf(auth.backend(), request.username(), names, subject.traits));
  return subject;
}

Result<Subject> SubjectOf(AuthServer& auth, const Caller& caller, const CertsRequest& request) {
  if (caller.kind == Caller::Kind::kUser) {
    RETURN_IF_ERROR(auth.local_users().CheckRenewal(caller.identity.username, caller.issued));
  }
  const bool own = caller.kind == Caller::Kind::kUser && request.username() == caller.identity.username;
  if (request.userolerequests() || request.rolerequests_size() > 0) {
    if (own) return WithRequestedRoles(auth, caller, request);
    return Fail(ErrorKind::kAccessDenied, "access denied: role requests are only for certificates of the caller");
  }
  if (own) return OwnRenewal(auth, caller, request);
  if (!request.accessrequests().empty()) {
    return Fail(ErrorKind::kAccessDenied,
                "access denied: an access request can be used only for certificates of its user");
  }
  if (caller.kind == Caller::Kind::kUser || caller.kind == Caller::Kind::kAdmin) {
    return ForOtherUser(auth, caller, request);
  }
  return Fail(ErrorKind::kAccessDenied, "access denied: this identity cannot issue user certificates");
}

Result<UserCertsRequest> ToIssue(AuthServer& auth, const CertsRequest& request, const Subject& subject) {
  UserCertsRequest issue;
  ASSIGN_OR_RETURN(issue.later_than, auth.local_users().RenewalsEnd(request.username()));
  issue.access = subject.access;
  issue.traits = subject.traits;
  issue.base = subject.base;
  issue.base.route_to_cluster = request.routetocluster();
  issue.base.kubernetes_cluster = request.kubernetescluster();
  issue.base.usage.clear();
  if (request.usage() == CertsRequest::Kubernetes) issue.base.usage = {std::string(kUsageKube)};

  issue.ttl = subject.expires - Now();
  issue.ignore_role_ttl = subject.ignore_role_ttl;
  issue.format = request.format();
  issue.ssh_login = request.sshlogin();

  if (!request.sshpublickey().empty()) {
    ASSIGN_OR_RETURN(const AuthorizedKey key, ParseAuthorizedKey(request.sshpublickey()));
    issue.ssh_key = key.key;
  }
  if (!request.tlspublickey().empty()) {
    ASSIGN_OR_RETURN(issue.tls_key, ParsePublicKeyPem(request.tlspublickey()));
  }
  return issue;
}

AuditEvent CertEvent(const AuthServer& auth, const Caller& by, const Identity& identity) {
  Value fields = Value::EmptyMap();
  fields.Set("user", identity.username);
  fields.Set("roles", Value::Strings(identity.groups));
  fields.Set("logins", Value::Strings(identity.principals));
  fields.Set("expires", FormatTime(identity.expires));
  fields.Set("route_to_cluster", identity.route_to_cluster);
  if (!identity.usage.empty()) fields.Set("usage", Value::Strings(identity.usage));
  if (!identity.active_requests.empty()) fields.Set("access_requests", Value::Strings(identity.active_requests));
  if (!identity.kubernetes_cluster.empty()) fields.Set("kubernetes_cluster", identity.kubernetes_cluster);
  if (!identity.impersonator.empty()) fields.Set("impersonator", identity.impersonator);
  if (identity.disallow_reissue) fields.Set("disallow_reissue", true);
  if (!identity.bot_name.empty()) fields.Set("bot_name", identity.bot_name);
  if (!identity.bot_instance_id.empty()) fields.Set("bot_instance_id", identity.bot_instance_id);
  if (!identity.join_token.empty()) fields.Set("join_token", identity.join_token);
  AuditEvent event(audit::kCertCreate, auth.cluster_name());
  event.By(by).Add("cert_type", "user").Add("identity", std::move(fields));
  return event;
}

// The instance of the bot, its new generation and the event are written together.
Result<UserCerts> RenewBot(AuthServer& auth, const RpcCall& call, const UserCertsRequest& issue, proto::Certs& answer) {
  BotAuthentication bot;
  bot.caller = call.caller;
  bot.issue = issue;
  bot.record.set_join_method(std::string(kJoinByToken));
  bot.complete = [&](const UserCerts& certs, BackendTransaction& transaction) -> Status {
    transaction.Append(CertEvent(auth, call.caller, certs.identity).ToRecord());
    return {};
  };
  ASSIGN_OR_RETURN(UserCerts certs, AuthenticateBot(auth, bot));
  ASSIGN_OR_RETURN(const BotAuthorities authorities, AuthoritiesForBots(auth));
  for (const auto& authority : authorities.tls) answer.add_tlscacerts(authority);
  for (const auto& authority : authorities.ssh) answer.add_sshcacerts(authority);
  return certs;
}

Result<UserCerts> IssueCerts(AuthServer& auth, const RpcCall& call, const UserCertsRequest& issue,
                             proto::Certs& answer) {
  ASSIGN_OR_RETURN(UserCerts certs, auth.issuer().Issue(issue));
  RETURN_IF_ERROR(auth.Emit(CertEvent(auth, call.caller, certs.identity)));
  ASSIGN_OR_RETURN(const auto user_ca, auth.authorities().Get("user", auth.cluster_name(), false));
  for (const auto& pair : user_ca.spec().activekeys().tls()) answer.add_tlscacerts(pair.cert());
  for (const auto& pair : user_ca.spec().activekeys().ssh()) answer.add_sshcacerts(pair.publickey());
  return certs;
}

Status GenerateUserCerts(AuthServer& auth, const RpcCall& call, const CertsRequest& request, proto::Certs& answer) {
  ASSIGN_OR_RETURN(const Subject subject, SubjectOf(auth, call.caller, request));
  RETURN_IF_ERROR(CheckTarget(auth, request));
  if (request.usage() != CertsRequest::All && request.usage() != CertsRequest::Kubernetes) {
    return Fail(ErrorKind::kNotImplemented, "certificates for this use are not implemented");
  }
  ASSIGN_OR_RETURN(const UserCertsRequest issue, ToIssue(auth, request, subject));
  ASSIGN_OR_RETURN(const UserCerts certs,
                   subject.renews ? RenewBot(auth, call, issue, answer) : IssueCerts(auth, call, issue, answer));
  answer.set_ssh(certs.ssh);
  answer.set_tls(certs.tls);
  return {};
}

}  // namespace

void AddCertMethods(RpcTable& table, AuthServer& auth) {
  table.Add({"/proto.AuthService/GenerateUserCerts", RpcAccess::Authenticated()},
            [&auth](const RpcCall& call, const CertsRequest& request, proto::Certs& answer) {
              return GenerateUserCerts(auth, call, request, answer);
            });
}

}  // namespace sallyport
