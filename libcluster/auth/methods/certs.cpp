// GenerateUserCerts: a user renews or narrows its own certificates, the built-in Admin makes them for anybody, and an
// impersonator for whom its roles allow (docs/protocol/auth-api.md#user-certificates).
#include <algorithm>
#include <utility>

#include "libcluster/auth/access/user_access.h"
#include "libcluster/auth/access/user_traits.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/requests/access_requests.h"
#include "libresources/access/access.h"
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

// A session never outlives its login: the end is the certificate's at most.
Result<Subject> OwnRenewal(AuthServer& auth, const Caller& caller, const CertsRequest& request) {
  const Identity& identity = caller.identity;
  if (identity.disallow_reissue) {
    return Fail(ErrorKind::kAccessDenied,
                "access denied: this certificate may not be used to issue another certificate");
  }
  if (!identity.impersonator.empty() && request.accessrequests_size() > 0) {
    return Fail(ErrorKind::kAccessDenied, "access denied: an impersonated certificate cannot use access requests");
  }
  Subject subject{caller.access, identity.traits, identity, identity.expires, false};
  if (const Time requested = Requested(request); requested != Time() && requested < subject.expires) {
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
  AuditEvent event(audit::kUserLoginFailure, auth.cluster_name());
  event.By(caller).Add("method", "client.cert").Success(false, user.error().message);
  RETURN_IF_ERROR(auth.Emit(event));
  return Fail(ErrorKind::kAccessDenied, "access denied: impersonation of this user is not allowed");
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
    subject.expires = std::min(subject.expires, caller.identity.expires);
  }
  subject.traits = TraitsOf(user);
  const std::vector<std::string> names(user.spec().roles().begin(), user.spec().roles().end());
  ASSIGN_OR_RETURN(subject.access, AccessOf(auth.backend(), request.username(), names, subject.traits));
  return subject;
}

Result<Subject> SubjectOf(AuthServer& auth, const Caller& caller, const CertsRequest& request) {
  if (request.userolerequests() || request.rolerequests_size() > 0) {
    return Fail(ErrorKind::kNotImplemented, "role impersonation is not implemented");
  }
  if (caller.kind == Caller::Kind::kUser) {
    RETURN_IF_ERROR(auth.local_users().CheckRenewal(caller.identity.username, caller.issued));
  }
  const bool own = caller.kind == Caller::Kind::kUser && request.username() == caller.identity.username;
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

Result<UserCertsRequest> ToIssue(AuthServer& auth, const CertsRequest& request, Subject subject) {
  UserCertsRequest issue;
  ASSIGN_OR_RETURN(issue.later_than, auth.local_users().RenewalsEnd(request.username()));
  issue.access = std::move(subject.access);
  issue.traits = std::move(subject.traits);
  issue.base = std::move(subject.base);
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
  AuditEvent event(audit::kCertCreate, auth.cluster_name());
  event.By(by).Add("cert_type", "user").Add("identity", std::move(fields));
  return event;
}

Status GenerateUserCerts(AuthServer& auth, const RpcCall& call, const CertsRequest& request, proto::Certs& answer) {
  ASSIGN_OR_RETURN(Subject subject, SubjectOf(auth, call.caller, request));
  RETURN_IF_ERROR(CheckTarget(auth, request));
  if (request.usage() != CertsRequest::All && request.usage() != CertsRequest::Kubernetes) {
    return Fail(ErrorKind::kNotImplemented, "certificates for this use are not implemented");
  }
  ASSIGN_OR_RETURN(const UserCertsRequest issue, ToIssue(auth, request, std::move(subject)));
  ASSIGN_OR_RETURN(const UserCerts certs, auth.issuer().Issue(issue));
  RETURN_IF_ERROR(auth.Emit(CertEvent(auth, call.caller, certs.identity)));
  answer.set_ssh(certs.ssh);
  answer.set_tls(certs.tls);
  ASSIGN_OR_RETURN(const auto user_ca, auth.authorities().Get("user", auth.cluster_name(), false));
  for (const auto& pair : user_ca.spec().activekeys().tls()) answer.add_tlscacerts(pair.cert());
  for (const auto& pair : user_ca.spec().activekeys().ssh()) answer.add_sshcacerts(pair.publickey());
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
