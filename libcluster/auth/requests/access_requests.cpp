#include "libcluster/auth/requests/access_requests.h"

#include <algorithm>

#include "libbase/secret.h"
#include "libbase/text.h"
#include "libcluster/auth/access/user_access.h"
#include "libcluster/auth/access/user_traits.h"
#include "libcluster/auth/auth_server.h"
#include "libcluster/auth/requests/access_request_events.h"
#include "libresources/access/access.h"
#include "libresources/kinds.h"
#include "libresources/kinds/access_request.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/client/proto/access_requests.pb.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/kubernetes.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/role.pb.h"
#include "teleport/legacy/types/user.pb.h"

namespace sallyport {
namespace {

using types::AccessRequestV3;

constexpr std::string_view kRequestKind = "access_request";
constexpr int kMaxAttempts = 20;
constexpr std::size_t kMaxDelegatorBytes = 256;

using RoleList = std::vector<std::shared_ptr<const types::RoleV6>>;

Result<RoleList> AllRoles(Backend& backend) {
  ASSIGN_OR_RETURN(auto stored, ListAllResources<types::RoleV6>(backend));
  RoleList roles;
  for (auto& role : stored) roles.push_back(std::make_shared<const types::RoleV6>(std::move(role)));
  return roles;
}

// A user with the user's own roles; roles of access requests are only in certificates.
struct Person {
  std::string name;
  std::vector<std::string> roles;
  TraitMap traits;
  RoleList loaded;
};

Result<Person> PersonOf(Backend& backend, const std::string& name) {
  ASSIGN_OR_RETURN(const auto user, GetResource<types::UserV2>(backend, name));
  Person person{name, {user.spec().roles().begin(), user.spec().roles().end()}, ToTraitMap(TraitsOf(user)), {}};
  ASSIGN_OR_RETURN(person.loaded, LoadRoles(backend, person.roles));
  return person;
}

bool IsSelf(const Caller& by, std::string_view user) {
  return by.kind == Caller::Kind::kUser && by.identity.username == user;
}

// Returns whether a deny rule forbids an action that users otherwise have on their own requests.
bool IsForbidden(const Caller& by, std::string_view verb) {
  return by.kind != Caller::Kind::kUser || by.access->RuleDenies(kRequestKind, verb);
}

std::unexpected<Error> NoSuchRequest(std::string_view id) {
  return Fail(ErrorKind::kNotFound, "access request \"{}\" is not found", StripControl(id));
}

Result<AccessRequestV3> Load(Backend& backend, const std::string& id) {
  auto request = GetResource<AccessRequestV3>(backend, id);
  if (!request && request.error().kind == ErrorKind::kNotFound) return NoSuchRequest(id);
  return request;
}

// Changes a stored request and writes its event. Retries with the new state after a concurrent change.
template <typename Change, typename Event>
Result<AccessRequestV3> ChangeRequest(AuthServer& auth, const std::string& id, Change change, Event event) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    ASSIGN_OR_RETURN(AccessRequestV3 request, Load(auth.backend(), id));
    const std::string revision = request.metadata().revision();
    RETURN_IF_ERROR(change(request));
    RETURN_IF_ERROR(CheckResource(request));

    request.mutable_metadata()->clear_revision();
    BackendTransaction transaction;
    const std::string written =
        transaction.Update(ResourceKey(kRequestKind, id), request.SerializeAsString(), revision, ExpiresOf(request));
    transaction.Append(event(request).ToRecord());

    const Status committed = auth.Commit(std::move(transaction));
    if (committed) {
      request.mutable_metadata()->set_revision(written);
      return request;
    }
    if (committed.error().kind != ErrorKind::kCompareFailed) return std::unexpected(committed.error());
  }
  return Fail(ErrorKind::kCompareFailed, "access request \"{}\" is being changed by other callers: try again", id);
}

// Looks up the requested resources in the cluster.
Result<std::vector<RequestedResource>> FindResources(AuthServer& auth,
                                                     const google::protobuf::RepeatedPtrField<types::ResourceID>& ids) {
  std::vector<RequestedResource> found;
  if (ids.empty()) return found;
  ASSIGN_OR_RETURN(const auto servers, ListAllResources<types::KubernetesServerV3>(auth.backend()));
  for (const auto& id : ids) {
    if (id.clustername() != auth.cluster_name()) {
      return Fail(ErrorKind::kNotFound, "cluster \"{}\" is not known to this cluster", StripControl(id.clustername()));
    }
    if (!id.subresourcename().empty()) {
      return FailWithHint(ErrorKind::kNotImplemented,
                          "requests for resources inside of a Kubernetes cluster are not implemented",
                          "request the whole Kubernetes cluster: --resource=/CLUSTER/kube_cluster/NAME");
    }
    const auto server = std::ranges::find_if(servers, [&](const auto& candidate) {
      return id.kind() == "kube_cluster" && candidate.spec().cluster().metadata().name() == id.name();
    });
    if (server == servers.end()) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("resource \"{}\" is not found", StripControl(ResourceIdText(id))),
                          "list the resources that can be requested: tsh request search --kind=KIND");
    }
    found.push_back({"kube_cluster", LabelsOf(server->spec().cluster())});
  }
  return found;
}

Status MayCreate(const Caller& by, const AccessRequestV3& wanted) {
  if (wanted.spec().state() != types::NONE && wanted.spec().state() != types::PENDING) {
    return Fail(ErrorKind::kNotImplemented, "requests that are created with a decision are not implemented");
  }
  if (wanted.spec().requestkind() == types::LONG_TERM) {
    return Fail(ErrorKind::kNotImplemented, "long-term requests are not implemented");
  }
  const Status allowed = AuthServer::CheckRule(by, kRequestKind, "create");
  if (allowed || (IsSelf(by, wanted.spec().user()) && !IsForbidden(by, "create"))) return {};
  return allowed;
}

// IDs sort by the time when they were made (version 7 of RFC 9562).
std::string NewRequestId(Time now) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
  const std::string time = fmt::format("{:012x}", milliseconds);
  std::string id = RandomUuid();
  id.replace(0, 8, time, 0, 8);
  id.replace(9, 4, time, 8, 4);
  id[14] = '7';
  return id;
}

}  // namespace

Result<RequestRules> RequestRulesOf(Backend& backend, const std::string& user) {
  ASSIGN_OR_RETURN(Person person, PersonOf(backend, user));
  return RequestRules::Make(user, std::move(person.traits), person.loaded);
}

Result<ReviewRules> ReviewRulesOf(Backend& backend, const std::string& user) {
  ASSIGN_OR_RETURN(Person person, PersonOf(backend, user));
  return ReviewRules::Make({person.name, std::move(person.roles), std::move(person.traits)}, person.loaded);
}

Result<AccessRequestV3> CreateAccessRequest(AuthServer& auth, const Caller& by, const AccessRequestV3& wanted) {
  RETURN_IF_ERROR(MayCreate(by, wanted));
  if (by.kind == Caller::Kind::kUser && !auth.request_rate().Allow(by.identity.username, Now())) {
    return Fail(ErrorKind::kLimitExceeded, "the user makes too many access requests: try again in a minute");
  }

  AccessRequestV3 request = wanted;
  const Time now = Now();
  SetName(request, NewRequestId(now));
  auto& spec = *request.mutable_spec();
  // Fields that only reviews and roles set.
  spec.clear_reviews();
  spec.clear_accesslist();
  spec.clear_dryrunenrichment();

  RETURN_IF_ERROR(CheckResource(request));
  ASSIGN_OR_RETURN(const RequestRules rules, RequestRulesOf(auth.backend(), spec.user()));
  ASSIGN_OR_RETURN(const auto roles, AllRoles(auth.backend()));
  ASSIGN_OR_RETURN(auto resources, FindResources(auth, spec.requestedresourceids()));
  RETURN_IF_ERROR(rules.Complete({now, by.identity.expires, roles, std::move(resources)}, request));
  RETURN_IF_ERROR(CheckResource(request));
  if (spec.dryrun()) return request;

  request.mutable_metadata()->clear_revision();
  BackendTransaction transaction;
  const std::string revision =
      transaction.Create(ResourceKey(kRequestKind, NameOf(request)), request.SerializeAsString(), ExpiresOf(request));
  transaction.Append(RequestCreatedEvent(auth.cluster_name(), by, request).ToRecord());
  RETURN_IF_ERROR(auth.Commit(std::move(transaction)));
  request.mutable_metadata()->set_revision(revision);
  return request;
}

Status SetAccessRequestState(AuthServer& auth, const Caller& by, const proto::RequestStateSetter& setter) {
  if (setter.delegator().size() > kMaxDelegatorBytes) {
    return Fail(ErrorKind::kBadParameter, "the delegator is longer than {} bytes", kMaxDelegatorBytes);
  }
  RETURN_IF_ERROR(AuthServer::CheckRule(by, kRequestKind, "update"));
  if (!by.identity.active_requests.empty()) {
    return FailWithHint(ErrorKind::kAccessDenied,
                        "the roles of an access request cannot be used to decide another access request",
                        "drop your access request first: tsh request drop");
  }
  if (!setter.roles().empty() && setter.state() != types::APPROVED) {
    return Fail(ErrorKind::kBadParameter, "only an approval can be limited to some of the roles");
  }

  const auto change = [&](AccessRequestV3& request) -> Status {
    if (IsSelf(by, request.spec().user())) {
      return Fail(ErrorKind::kAccessDenied, "directly updating the state of your own access requests is not permitted");
    }
    RETURN_IF_ERROR(CheckNewState(request, setter.state()));

    auto& spec = *request.mutable_spec();
    spec.set_state(setter.state());
    spec.set_resolvereason(setter.reason());
    *spec.mutable_resolveannotations() = setter.annotations();

    for (const auto& role : setter.roles()) {
      if (std::ranges::find(spec.roles(), role) != spec.roles().end()) continue;
      return Fail(ErrorKind::kBadParameter, "role \"{}\" is not in the request", StripControl(role));
    }
    if (!setter.roles().empty()) *spec.mutable_roles() = setter.roles();

    if (const auto start = ToTime(setter.assumestarttime())) {
      RETURN_IF_ERROR(CheckAssumeStart(request, *start));
      *spec.mutable_assumestarttime() = setter.assumestarttime();
    }
    if (setter.state() == types::APPROVED) *spec.mutable_resourceexpiry() = spec.expires();
    return {};
  };

  RETURN_IF_ERROR(ChangeRequest(auth, setter.id(), change, [&](const AccessRequestV3& request) {
    return RequestDecidedEvent(auth.cluster_name(), by, setter, request);
  }));
  return {};
}

Result<AccessRequestV3> SubmitAccessReview(AuthServer& auth, const Caller& by,
                                           const types::AccessReviewSubmission& submission) {
  const bool admin = by.kind == Caller::Kind::kAdmin;
  const std::string author = submission.review().author().empty() ? by.identity.username : submission.review().author();
  if (!admin && !IsSelf(by, author)) {
    return Fail(ErrorKind::kAccessDenied, "user \"{}\" cannot submit reviews on behalf of \"{}\"", by.identity.username,
                StripControl(author));
  }
  ASSIGN_OR_RETURN(const ReviewRules rules, ReviewRulesOf(auth.backend(), author));
  if (!rules.HasAny()) return Fail(ErrorKind::kAccessDenied, "user \"{}\" cannot submit reviews", author);
  const auto change = [&](AccessRequestV3& request) -> Status {
    ASSIGN_OR_RETURN(const bool may, rules.MayReview(request));
    if (!may) {
      return Fail(ErrorKind::kAccessDenied, "user \"{}\" cannot review request \"{}\"", author, NameOf(request));
    }
    return ApplyReview(rules.reviewer(), submission.review(), Now(), request);
  };
  return ChangeRequest(auth, submission.requestid(), change, [&](const AccessRequestV3& request) {
    return RequestReviewedEvent(auth.cluster_name(), request);
  });
}

Status DeleteAccessRequest(AuthServer& auth, const Caller& by, const std::string& id) {
  RETURN_IF_ERROR(AuthServer::CheckRule(by, kRequestKind, "delete"));
  BackendTransaction transaction;
  transaction.Remove(ResourceKey(kRequestKind, id), true);
  transaction.Append(RequestDeletedEvent(auth.cluster_name(), by, id).ToRecord());
  const Status removed = auth.Commit(std::move(transaction));
  if (!removed && removed.error().kind == ErrorKind::kNotFound) return NoSuchRequest(id);
  return removed;
}

Result<types::AccessCapabilities> AccessCapabilitiesOf(AuthServer& auth, const Caller& by,
                                                       const types::AccessCapabilitiesRequest& query) {
  types::AccessCapabilities answer;
  const std::string& user = query.user().empty() ? by.identity.username : query.user();
  if (!IsSelf(by, user)) {
    RETURN_IF_ERROR(AuthServer::CheckRule(by, "user", "read"));
    RETURN_IF_ERROR(AuthServer::CheckRule(by, "role", "list"));
    RETURN_IF_ERROR(AuthServer::CheckRule(by, "role", "read"));
  }
  ASSIGN_OR_RETURN(const RequestRules rules, RequestRulesOf(auth.backend(), user));
  answer.set_autorequest(rules.asks_at_login());
  if (!rules.prompts().empty()) answer.set_requestprompt(rules.prompts().front());
  if (query.suggestedreviewers()) {
    answer.mutable_suggestedreviewers()->Assign(rules.suggested_reviewers().begin(), rules.suggested_reviewers().end());
  }
  RoleList roles;
  if (query.requestableroles() || !query.resourceids().empty()) {
    ASSIGN_OR_RETURN(roles, AllRoles(auth.backend()));
  }
  std::vector<std::string> concerned;
  if (!query.resourceids().empty()) {
    ASSIGN_OR_RETURN(const auto resources, FindResources(auth, query.resourceids()));
    ASSIGN_OR_RETURN(concerned, rules.RolesFor(resources, roles));
    answer.mutable_applicablerolesforresources()->Assign(concerned.begin(), concerned.end());
  }
  if (query.requestableroles()) {
    concerned = rules.RequestableOf(roles);
    answer.mutable_requestableroles()->Assign(concerned.begin(), concerned.end());
  }
  answer.set_requirereason(rules.NeedsReason(concerned));
  return answer;
}

Result<GrantedAccess> GrantedBy(Backend& backend, const std::string& user, const std::vector<std::string>& ids) {
  GrantedAccess granted;
  if (ids.empty()) return granted;
  ASSIGN_OR_RETURN(const RequestRules rules, RequestRulesOf(backend, user));
  const Time now = Now();

  for (const auto& id : ids) {
    ASSIGN_OR_RETURN(const AccessRequestV3 request, Load(backend, id));
    const auto& spec = request.spec();
    if (spec.user() != user) return NoSuchRequest(id);
    if (spec.state() != types::APPROVED) {
      return Fail(ErrorKind::kAccessDenied, "access request \"{}\" {}", id,
                  spec.state() == types::DENIED ? "has been denied" : "is awaiting approval");
    }

    RETURN_IF_ERROR(rules.Check(request));
    const Time expires = ToTime(spec.expires()).value_or(now);
    if (expires <= now) return Fail(ErrorKind::kBadParameter, "access request \"{}\" has expired", id);
    if (const auto start = ToTime(spec.assumestarttime()); start && *start > now) {
      return Fail(ErrorKind::kBadParameter, "access request \"{}\" can not be assumed until {}", id,
                  FormatTime(*start));
    }

    granted.expires = std::min(granted.expires, expires);
    granted.roles.insert(granted.roles.end(), spec.roles().begin(), spec.roles().end());
    if (spec.requestedresourceids().empty()) continue;
    if (!granted.allowed_resources.empty()) {
      return FailWithHint(ErrorKind::kBadParameter, "two access requests for resources cannot be used at the same time",
                          "drop the first access request: tsh request drop");
    }
    for (const auto& resource : spec.requestedresourceids()) {
      granted.allowed_resources.push_back(ResourceIdText(resource));
    }
  }
  return granted;
}

}  // namespace sallyport
