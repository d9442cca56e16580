#include "libresources/kinds/access_request.h"

#include <algorithm>

#include "libbase/json.h"
#include "libbase/text.h"
#include "libresources/codec/codec.h"
#include "libresources/kinds/metadata.h"
#include "teleport/legacy/types/access_request.pb.h"

namespace sallyport {
namespace {

using types::AccessRequestV3;

constexpr int kMaxReason = 4096;
constexpr std::size_t kMaxRequestBytes = 256 << 10;  // with its reviews and annotations
constexpr int kMaxResources = 300;
constexpr int kMaxRoles = 1000;
constexpr Nanoseconds kMaxStartDelay = std::chrono::hours(7 * 24);
constexpr std::string_view kKubePrefix = "kube:";
constexpr std::string_view kKubeClusterWide = "kube:cw:";
constexpr std::string_view kRequestableKinds[] = {"node",
                                                  "kube_cluster",
                                                  "db",
                                                  "app",
                                                  "windows_desktop",
                                                  "user_group",
                                                  "saml_idp_service_provider",
                                                  "aws_ic_account",
                                                  "aws_ic_account_assignment",
                                                  "git_server"};

const AccessRequestV3& AsRequest(const google::protobuf::Message& resource) {
  return static_cast<const AccessRequestV3&>(resource);
}

Status CheckId(const types::ResourceID& id) {
  const auto bad = [&](std::string_view why) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("resource \"{}\": {}", ResourceIdText(id), why),
                        "write it as /CLUSTER/KIND/NAME, as tsh request search shows it");
  };

  if (id.clustername().empty()) return bad("the cluster is missing");
  if (id.kind().empty()) return bad("the kind is missing");
  if (id.name().empty()) return bad("the name is missing");

  if (id.kind().starts_with(kKubePrefix)) {
    const auto slashes = std::ranges::count(id.subresourcename(), '/');
    const bool fits = !id.subresourcename().empty() && slashes == (id.kind().starts_with(kKubeClusterWide) ? 0 : 1);
    return fits ? Status() : bad("the resource inside of the Kubernetes cluster is missing");
  }
  if (std::ranges::find(kRequestableKinds, id.kind()) == std::end(kRequestableKinds)) {
    return bad("access to this kind cannot be requested");
  }
  return id.subresourcename().empty() ? Status() : bad("a resource of this kind has no parts that can be requested");
}

Status CheckLengths(const types::AccessRequestSpecV3& spec) {
  std::vector<const std::string*> reasons{&spec.requestreason(), &spec.resolvereason()};
  for (const auto& review : spec.reviews()) reasons.push_back(&review.reason());
  for (const auto* reason : reasons) {
    if (reason->size() > kMaxReason) {
      return Fail(ErrorKind::kBadParameter, "the reason is longer than {} bytes", kMaxReason);
    }
  }

  if (spec.ByteSizeLong() > kMaxRequestBytes) {
    return Fail(ErrorKind::kBadParameter, "the request is larger than {} bytes", kMaxRequestBytes);
  }
  if (spec.requestedresourceids_size() > kMaxResources) {
    return Fail(ErrorKind::kBadParameter, "the request names {} resources, and at most {} are allowed",
                spec.requestedresourceids_size(), kMaxResources);
  }
  if (spec.roles_size() > kMaxRoles || spec.suggestedreviewers_size() > kMaxRoles) {
    return Fail(ErrorKind::kBadParameter, "the request names more than {} roles or reviewers", kMaxRoles);
  }
  return {};
}

std::string User(const google::protobuf::Message& resource) { return AsRequest(resource).spec().user(); }

std::string RequestedRoles(const google::protobuf::Message& resource) {
  return fmt::format("{}", fmt::join(AsRequest(resource).spec().roles(), ", "));
}

std::string Annotations(const google::protobuf::Message& resource) {
  std::vector<std::string> texts;
  for (const auto& [key, values] : AsRequest(resource).spec().systemannotations().values()) {
    texts.push_back(fmt::format("{}/{}", key, fmt::join(values.values(), ",")));
  }
  std::ranges::sort(texts);
  return fmt::format("{}", fmt::join(texts, ", "));
}

constexpr TextColumn kAccessRequestColumns[] = {
    {"Name", &NameOf}, {"User", &User}, {"Roles", &RequestedRoles}, {"Annotations", &Annotations}};

bool HasReviewed(const AccessRequestV3& request, std::string_view user) {
  return std::ranges::any_of(request.spec().reviews(), [&](const auto& review) { return review.author() == user; });
}

// Returns whether a word occurs in the searchable texts of a request, in any case.
bool HasWord(const AccessRequestV3& request, const std::string& word) {
  std::vector<std::string> texts{NameOf(request), request.spec().user()};
  for (const auto& [key, value] : LabelsOf(request)) texts.insert(texts.end(), {key, value});
  texts.insert(texts.end(), request.spec().roles().begin(), request.spec().roles().end());
  for (const auto& id : request.spec().requestedresourceids()) texts.push_back(id.name());
  const auto same = [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(a) == lower(b);
  };
  return std::ranges::any_of(texts, [&](const auto& text) { return !std::ranges::search(text, word, same).empty(); }) ||
         word.empty();
}

bool IsInScope(const AccessRequestV3& request, const types::AccessRequestFilter& filter) {
  const bool own = request.spec().user() == filter.requester();
  switch (filter.scope()) {
    case types::MY_REQUESTS:
      return own;
    case types::NEEDS_REVIEW:
      return !own && request.spec().state() == types::PENDING && !HasReviewed(request, filter.requester());
    case types::REVIEWED:
      return !own && HasReviewed(request, filter.requester());
    default:
      return true;
  }
}

// Fills in the state and sorts the roles, then validates. Fails with kBadParameter: an ID that is not a UUID, no
// requesting user, no requested role or resource, reasons and lists that are too long, a resolution of a pending
// request.
Status CheckAccessRequest(google::protobuf::Message& resource) {
  auto& request = static_cast<AccessRequestV3&>(resource);
  auto& spec = *request.mutable_spec();
  if (!IsUuid(NameOf(request))) {
    return Fail(ErrorKind::kBadParameter, "\"{}\" is not the ID of an access request", StripControl(NameOf(request)));
  }

  if (spec.state() == types::NONE) spec.set_state(types::PENDING);
  const bool answered = !spec.resolvereason().empty() || !spec.resolveannotations().values().empty();
  if (spec.state() == types::PENDING && answered) {
    return Fail(ErrorKind::kBadParameter, "a pending request cannot have the reason or annotations of a decision");
  }

  if (spec.user().empty()) return Fail(ErrorKind::kBadParameter, "the requesting user is missing");
  if (spec.roles().empty() && spec.requestedresourceids().empty()) {
    return Fail(ErrorKind::kBadParameter, "the request names neither roles nor resources");
  }
  RETURN_IF_ERROR(CheckLengths(spec));
  for (const auto& id : spec.requestedresourceids()) RETURN_IF_ERROR(CheckId(id));

  auto& roles = *spec.mutable_roles();
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  return {};
}

}  // namespace

KindRow AccessRequestKind() {
  return {
      .kind = "access_request",
      .aliases = "access_requests",
      .versions = "v3",
      .prototype = &Prototype<types::AccessRequestV3>,
      .check = &CheckAccessRequest,
      .columns = kAccessRequestColumns,
  };
}

std::optional<Time> ExpiresOf(const AccessRequestV3& request) {
  if (const auto expiry = ToTime(request.spec().resourceexpiry())) return expiry;
  return ToTime(request.metadata().expires());
}

std::vector<std::string> OriginalRoles(const AccessRequestV3& request) {
  const auto& mapping = request.spec().rolethresholdmapping();
  std::vector<std::string> roles;
  for (const auto& [role, sets] : mapping) roles.push_back(role);
  if (roles.empty()) roles = {request.spec().roles().begin(), request.spec().roles().end()};
  std::ranges::sort(roles);
  return roles;
}

Status CheckNewState(const AccessRequestV3& request, int state) {
  if (state == types::PROMOTED) {
    return Fail(ErrorKind::kNotImplemented, "access lists are not implemented, so a request cannot be promoted");
  }
  if (state != types::APPROVED && state != types::DENIED) {
    return Fail(ErrorKind::kBadParameter, "the new state of a request must be approved or denied");
  }
  if (request.spec().state() == types::DENIED && state != types::DENIED) {
    return FailWithHint(ErrorKind::kBadParameter, "the request has been denied, and a denial is final",
                        "create a new request");
  }
  return {};
}

Status CheckAssumeStart(const AccessRequestV3& request, Time start) {
  const Time created = ToTime(request.spec().created()).value_or(Now());
  const Time end = ToTime(request.spec().expires()).value_or(Time::max());
  if (start < created) {
    return Fail(ErrorKind::kBadParameter, "the access would start before {}, when the request was created",
                FormatTime(created));
  }
  if (start >= end) {
    return Fail(ErrorKind::kBadParameter, "the access would start after its end at {}", FormatTime(end));
  }
  if (start - created > kMaxStartDelay && end - created > kMaxStartDelay) {
    return Fail(ErrorKind::kBadParameter, "the access must start within a week, before {}",
                FormatTime(created + kMaxStartDelay));
  }
  return {};
}

std::string ResourceIdText(const types::ResourceID& id) {
  std::string text = fmt::format("/{}/{}/{}", id.clustername(), id.kind(), id.name());
  if (!id.subresourcename().empty()) text += "/" + id.subresourcename();
  return text;
}

Result<types::ResourceID> ParseResourceId(std::string_view text) {
  types::ResourceID id;
  const auto kind = text.find('/', 1);
  const auto name = kind == text.npos ? text.npos : text.find('/', kind + 1);
  if (!text.starts_with('/') || name == text.npos) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a resource", StripControl(text)),
                        "write it as /CLUSTER/KIND/NAME, as tsh request search shows it");
  }

  id.set_clustername(std::string(text.substr(1, kind - 1)));
  id.set_kind(std::string(text.substr(kind + 1, name - kind - 1)));
  std::string_view rest = text.substr(name + 1);
  if (id.kind().starts_with(kKubePrefix)) {
    // Names inside of Kubernetes have no slashes; the name of the cluster may have some.
    std::size_t split = rest.rfind('/');
    if (!id.kind().starts_with(kKubeClusterWide) && split != rest.npos && split > 0) split = rest.rfind('/', split - 1);
    if (split != rest.npos) {
      id.set_subresourcename(std::string(rest.substr(split + 1)));
      rest = rest.substr(0, split);
    }
  }

  id.set_name(std::string(rest));
  RETURN_IF_ERROR(CheckId(id));
  return id;
}

std::string ResourceIdsText(const google::protobuf::RepeatedPtrField<types::ResourceID>& ids) {
  if (ids.empty()) return {};
  std::vector<std::string> texts;
  for (const auto& id : ids) texts.push_back(ResourceIdText(id));
  return ToJson(Value::Strings(texts));
}

Status CheckAllowedResource(const std::vector<std::string>& allowed, std::string_view cluster, std::string_view kind,
                            std::string_view name) {
  if (allowed.empty()) return {};
  const std::string wanted = fmt::format("/{}/{}/{}", cluster, kind, name);
  if (std::ranges::find(allowed, wanted) != allowed.end()) return {};
  return FailWithHint(
      ErrorKind::kAccessDenied,
      fmt::format("access to {} denied, \"{}\" is not among the resources of your access request", kind, name),
      "end the restriction to these resources: tsh request drop");
}

bool MatchesFilter(const AccessRequestV3& request, const types::AccessRequestFilter& filter) {
  const auto& spec = request.spec();
  if (!filter.id().empty() && NameOf(request) != filter.id()) return false;
  if (!filter.user().empty() && spec.user() != filter.user()) return false;
  if (filter.state() != types::NONE && spec.state() != filter.state()) return false;
  if (!IsInScope(request, filter)) return false;
  return std::ranges::all_of(filter.searchkeywords(), [&](const auto& word) { return HasWord(request, word); });
}

}  // namespace sallyport
