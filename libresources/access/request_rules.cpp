#include "libresources/access/request_rules.h"

#include <algorithm>

#include "libbase/text.h"
#include "libresources/access/access.h"
#include "libresources/kinds/access_request.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using types::AccessRequestV3;

constexpr std::string_view kAllRoles = "*";
constexpr std::string_view kKubeCluster = "kube_cluster";
constexpr Nanoseconds kLongestSession = std::chrono::hours(30);
constexpr std::size_t kMaxResourceText = 2048;
constexpr int kMaxThresholds = 4096;

bool Same(const types::AccessReviewThreshold& a, const types::AccessReviewThreshold& b) {
  return a.name() == b.name() && a.filter() == b.filter() && a.approve() == b.approve() && a.deny() == b.deny();
}

// Adds a threshold unless the request has it, and returns its index.
std::uint32_t Place(types::AccessRequestSpecV3& spec, const types::AccessReviewThreshold& threshold) {
  for (int i = 0; i < spec.thresholds_size(); ++i) {
    if (Same(spec.thresholds(i), threshold)) return static_cast<std::uint32_t>(i);
  }
  *spec.add_thresholds() = threshold;
  return static_cast<std::uint32_t>(spec.thresholds_size() - 1);
}

std::vector<types::AccessReviewThreshold> ThresholdsOf(const types::AccessRequestConditions& allow) {
  if (!allow.thresholds().empty()) return {allow.thresholds().begin(), allow.thresholds().end()};
  types::AccessReviewThreshold one;
  one.set_name("default");
  one.set_approve(1);
  one.set_deny(1);
  return {one};
}

std::vector<std::pair<std::string, std::string>> AnnotationsOf(const types::AccessRequestConditions& part,
                                                               const TraitMap& traits) {
  std::vector<std::pair<std::string, std::string>> annotations;
  for (const auto& [key, values] : part.annotations().values()) {
    for (auto& value : ApplyTemplates({values.values().begin(), values.values().end()}, traits)) {
      annotations.emplace_back(key, std::move(value));
    }
  }
  return annotations;
}

// Returns whether requests by this part may name whole Kubernetes clusters.
bool HasKubeCluster(const types::AccessRequestConditions& part) {
  return part.kubernetes_resources().empty() || std::ranges::any_of(part.kubernetes_resources(), [](const auto& entry) {
           return entry.kind() == kKubeCluster && (entry.apigroup().empty() || entry.apigroup() == "*");
         });
}

const types::RoleV6* Find(RequestRules::Roles roles, std::string_view name) {
  const auto found = std::ranges::find_if(roles, [&](const auto& role) { return role->metadata().name() == name; });
  return found == roles.end() ? nullptr : found->get();
}

std::string Trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Each resource counts once.
Status RemoveRepeated(AccessRequestV3& request) {
  std::set<std::string> seen;
  std::size_t size = 0;
  auto& ids = *request.mutable_spec()->mutable_requestedresourceids();
  ids.erase(std::remove_if(ids.begin(), ids.end(),
                           [&](const auto& id) {
                             std::string text = ResourceIdText(id);
                             const std::size_t length = text.size();
                             const bool repeated = !seen.insert(std::move(text)).second;
                             if (!repeated) size += length;
                             return repeated;
                           }),
            ids.end());

  if (size <= kMaxResourceText) return {};
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("the names of the resources together are longer than {} bytes", kMaxResourceText),
                      "ask for fewer resources at a time");
}

}  // namespace

bool RequestRules::Grant::Covers(std::string_view role) const {
  return roles.Matches(role) || std::ranges::find(search_as, role) != search_as.end();
}

Result<RequestRules> RequestRules::Make(std::string user, TraitMap traits, Roles roles) {
  RequestRules rules;
  rules.user_ = std::move(user);
  rules.traits_ = std::move(traits);
  for (const auto& role : roles) RETURN_IF_ERROR(rules.Add(*role));
  std::ranges::sort(rules.prompts_);
  return rules;
}

Status RequestRules::Add(const types::RoleV6& role) {
  own_.insert(role.metadata().name());
  const auto& options = role.spec().options();
  always_needs_reason_ |= options.requestaccess() == "reason";
  asks_at_login_ |= options.requestaccess() == "reason" || options.requestaccess() == "always";
  const std::string prompt = Trimmed(options.requestprompt());
  if (!prompt.empty() && std::ranges::find(prompts_, prompt) == prompts_.end()) prompts_.push_back(prompt);

  const auto& deny = role.spec().deny().request();
  RETURN_IF_ERROR(denied_.Add(deny.roles(), deny.claimstoroles(), traits_));
  denied_search_.insert(deny.searchasroles().begin(), deny.searchasroles().end());
  for (auto& annotation : AnnotationsOf(deny, traits_)) denied_annotations_.insert(std::move(annotation));
  kube_denied_ |= !deny.kubernetes_resources().empty();

  const auto& allow = role.spec().allow().request();
  Grant grant;
  RETURN_IF_ERROR(grant.roles.Add(allow.roles(), allow.claimstoroles(), traits_));
  grant.search_as = {allow.searchasroles().begin(), allow.searchasroles().end()};
  grant.thresholds = ThresholdsOf(allow);
  grant.max_duration = Nanoseconds(allow.maxduration());
  grant.annotations = AnnotationsOf(allow, traits_);
  for (const auto& name : grant.search_as) kube_clusters_[name] |= HasKubeCluster(allow);
  if (allow.reason().mode() == "required") {
    needs_reason_.insert(allow.roles().begin(), allow.roles().end());
    needs_reason_.insert(allow.searchasroles().begin(), allow.searchasroles().end());
  }
  for (const auto& reviewer : allow.suggestedreviewers()) {
    if (std::ranges::find(suggested_reviewers_, reviewer) == suggested_reviewers_.end()) {
      suggested_reviewers_.push_back(reviewer);
    }
  }
  grants_.push_back(std::move(grant));
  return {};
}

bool RequestRules::MayRequest(std::string_view role) const {
  return !denied_.Matches(role) &&
         std::ranges::any_of(grants_, [&](const Grant& grant) { return grant.roles.Matches(role); });
}

bool RequestRules::MayRequestForResources(std::string_view role) const {
  if (denied_search_.contains(role) || denied_.Matches(role)) return false;
  return kube_clusters_.contains(role);
}

std::vector<std::string> RequestRules::SearchAsRoles() const {
  std::vector<std::string> roles;
  for (const auto& [role, kube] : kube_clusters_) {
    if (MayRequestForResources(role)) roles.push_back(role);
  }
  return roles;
}

std::vector<std::string> RequestRules::RequestableOf(Roles all) const {
  std::vector<std::string> names;
  for (const auto& role : all) {
    const std::string& name = role->metadata().name();
    if (!own_.contains(name) && MayRequest(name)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

bool RequestRules::ReachesKubeClusters(const std::string& search_as) const {
  const auto found = kube_clusters_.find(search_as);
  return !kube_denied_ && found != kube_clusters_.end() && found->second;
}

Result<std::vector<std::string>> RequestRules::RolesFor(std::span<const RequestedResource> resources, Roles all) const {
  const auto candidates = SearchAsRoles();
  if (candidates.empty()) {
    return FailWithHint(ErrorKind::kAccessDenied,
                        fmt::format("user \"{}\" has no role that allows requests for resources", user_),
                        "add the roles for such requests to allow.request.search_as_roles in a role of the user");
  }

  AccessState state;
  state.mfa_verified = true;
  std::vector<std::string> roles;
  for (const auto& name : candidates) {
    const types::RoleV6* const role = Find(all, name);
    if (role == nullptr) return Fail(ErrorKind::kNotFound, "role \"{}\" is not found", name);
    const AccessChecker access(user_, traits_, {std::make_shared<const types::RoleV6>(*role)});
    const bool reaches = std::ranges::any_of(resources, [&](const RequestedResource& resource) {
      if (resource.kind == kKubeCluster && !ReachesKubeClusters(name)) return false;
      return access.CheckResourceAccess(resource.kind, resource.labels, state).has_value();
    });
    if (reaches) roles.push_back(name);
  }

  if (!roles.empty()) return roles;
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("no role that {} may ask for reaches any of the resources", user_),
                      "list the resources that can be requested: tsh request search --kind=KIND");
}

bool RequestRules::NeedsReason(std::span<const std::string> roles) const {
  return always_needs_reason_ ||
         std::ranges::any_of(roles, [&](const std::string& role) { return needs_reason_.contains(role); });
}

Status RequestRules::Check(const AccessRequestV3& request) const {
  const auto& spec = request.spec();
  for (const std::string& role : spec.roles()) {
    const bool for_resources = !spec.requestedresourceids().empty();
    if (for_resources ? MayRequestForResources(role) : MayRequest(role)) continue;
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("user \"{}\" can not request role \"{}\"", spec.user(), StripControl(role)),
                        "add the roles that may be requested to allow.request.roles in a role of the user");
  }

  for (const auto& id : spec.requestedresourceids()) {
    if (id.kind() != kKubeCluster) continue;
    for (const std::string& role : spec.roles()) {
      if (ReachesKubeClusters(role)) continue;
      return Fail(ErrorKind::kBadParameter, "role \"{}\" cannot be requested for whole Kubernetes clusters", role);
    }
  }
  return {};
}

Status RequestRules::AddThresholds(AccessRequestV3& request) const {
  auto& spec = *request.mutable_spec();
  spec.clear_thresholds();
  spec.clear_rolethresholdmapping();

  for (const std::string& role : spec.roles()) {
    auto& sets = (*spec.mutable_rolethresholdmapping())[role];
    for (const Grant& grant : grants_) {
      if (!grant.Covers(role)) continue;
      auto& set = *sets.add_sets();
      for (const auto& threshold : grant.thresholds) set.add_indexes(Place(spec, threshold));
    }
    if (sets.sets().empty()) return Fail(ErrorKind::kInternal, "role \"{}\" has no thresholds", role);
  }

  if (spec.thresholds_size() > kMaxThresholds) {
    return Fail(ErrorKind::kLimitExceeded, "the request has more than {} thresholds", kMaxThresholds);
  }
  return {};
}

void RequestRules::AddAnnotations(AccessRequestV3& request) const {
  auto& spec = *request.mutable_spec();
  spec.clear_systemannotations();
  const bool for_resources = !spec.requestedresourceids().empty();
  std::set<std::pair<std::string, std::string>> annotations;
  for (const Grant& grant : grants_) {
    const bool counts = std::ranges::any_of(spec.roles(), [&](const std::string& role) {
      return for_resources ? std::ranges::find(grant.search_as, role) != grant.search_as.end()
                           : grant.roles.Matches(role);
    });
    if (counts) annotations.insert(grant.annotations.begin(), grant.annotations.end());
  }

  for (const auto& annotation : annotations) {
    if (denied_annotations_.contains(annotation)) continue;
    (*spec.mutable_systemannotations()->mutable_values())[annotation.first].add_values(annotation.second);
  }
}

Nanoseconds RequestRules::MaxDurationOf(std::string_view role) const {
  Nanoseconds longest{};
  for (const Grant& grant : grants_) {
    if (grant.Covers(role)) longest = std::max(longest, grant.max_duration);
  }
  return longest;
}

Status RequestRules::AddTimes(const Circumstances& circumstances, AccessRequestV3& request) const {
  Nanoseconds session = kLongestSession;
  if (circumstances.certificate_expires && *circumstances.certificate_expires > circumstances.now) {
    session = std::min(session, *circumstances.certificate_expires - circumstances.now);
  }

  std::optional<Nanoseconds> max_duration;
  for (const std::string& name : request.spec().roles()) {
    const types::RoleV6* const role = Find(circumstances.roles, name);
    if (role == nullptr) return Fail(ErrorKind::kNotFound, "role \"{}\" is not found", StripControl(name));
    const Nanoseconds of_role(role->spec().options().maxsessionttl());
    if (of_role > Nanoseconds(0)) session = std::min(session, of_role);
    const Nanoseconds longest = MaxDurationOf(name);
    max_duration = max_duration ? std::min(*max_duration, longest) : longest;
  }
  return SetRequestTimes(circumstances.now, session, max_duration.value_or(Nanoseconds(0)), request);
}

Status RequestRules::Complete(const Circumstances& circumstances, AccessRequestV3& request) const {
  auto& spec = *request.mutable_spec();
  if (spec.roles_size() == 1 && spec.roles(0) == kAllRoles) {
    const auto roles = RequestableOf(circumstances.roles);
    if (roles.empty()) {
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("there is no role that {} may request", spec.user()),
                          "add the roles that may be requested to allow.request.roles in a role of the user");
    }
    spec.mutable_roles()->Assign(roles.begin(), roles.end());
  }

  RETURN_IF_ERROR(RemoveRepeated(request));
  std::vector<std::string> concerned(spec.roles().begin(), spec.roles().end());
  if (!spec.requestedresourceids().empty()) {
    ASSIGN_OR_RETURN(const auto roles, RolesFor(circumstances.resources, circumstances.roles));
    if (spec.roles().empty()) spec.mutable_roles()->Assign(roles.begin(), roles.end());
    concerned.insert(concerned.end(), roles.begin(), roles.end());
  }

  RETURN_IF_ERROR(Check(request));
  const bool needs_reason = NeedsReason(concerned);
  if (needs_reason && Trimmed(spec.requestreason()).empty() && !spec.dryrun()) {
    return FailWithHint(ErrorKind::kBadParameter, "request reason must be specified", "give the reason: --reason=TEXT");
  }

  RETURN_IF_ERROR(AddThresholds(request));
  AddAnnotations(request);
  if (spec.suggestedreviewers().empty()) {
    spec.mutable_suggestedreviewers()->Assign(suggested_reviewers_.begin(), suggested_reviewers_.end());
  }
  RETURN_IF_ERROR(AddTimes(circumstances, request));

  if (spec.dryrun()) {
    spec.mutable_dryrunenrichment()->set_reasonmode(needs_reason ? "required" : "optional");
    spec.mutable_dryrunenrichment()->mutable_reasonprompts()->Assign(prompts_.begin(), prompts_.end());
  }
  return {};
}

}  // namespace sallyport
