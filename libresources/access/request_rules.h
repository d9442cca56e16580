// Decides which roles and resources a user may request, from all roles of the user, and completes new requests (roles,
// thresholds, annotations, reviewers, times).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libresources/matching/labels.h"
#include "libresources/matching/role_patterns.h"
#include "libresources/matching/templates.h"

namespace types {
class AccessRequestConditions;
class AccessRequestV3;
class AccessReviewThreshold;
class RoleV6;
}  // namespace types

namespace sallyport {

// A requested resource, with the labels known to the cluster.
struct RequestedResource {
  std::string kind;
  Labels labels;
};

class RequestRules {
 public:
  using Roles = std::span<const std::shared_ptr<const types::RoleV6>>;

  // Takes the user's own roles (without those of access requests), as stored. Fails with kBadParameter when a role
  // cannot be parsed.
  static Result<RequestRules> Make(std::string user, TraitMap traits, Roles roles);

  bool MayRequest(std::string_view role) const;
  // Returns whether the user may request a role together with resources (search_as_roles).
  bool MayRequestForResources(std::string_view role) const;
  // Returns the roles that the user may request together with resources, sorted.
  std::vector<std::string> SearchAsRoles() const;
  // Returns the roles of the cluster that the user may request and does not have.
  std::vector<std::string> RequestableOf(Roles all) const;
  // Returns the roles of SearchAsRoles that reach at least one of the resources. Fails with kAccessDenied when there
  // are no such roles, kBadParameter when no role reaches a resource.
  Result<std::vector<std::string>> RolesFor(std::span<const RequestedResource> resources, Roles all) const;

  bool NeedsReason(std::span<const std::string> roles) const;
  // Returns whether a login should request all requestable roles automatically.
  bool asks_at_login() const { return asks_at_login_; }
  const std::vector<std::string>& prompts() const { return prompts_; }  // sorted
  const std::vector<std::string>& suggested_reviewers() const { return suggested_reviewers_; }

  // Checks a request, new or approved, against the present rules of the user. Fails with kBadParameter.
  Status Check(const types::AccessRequestV3& request) const;

  struct Circumstances {
    Time now;
    std::optional<Time> certificate_expires;  // of the requesting user
    Roles roles;                              // all of the cluster
    std::vector<RequestedResource> resources;
  };
  // Completes a new request: roles for "*" and for resources, thresholds, annotations, reviewers, times. Fails with
  // kBadParameter and as RolesFor does.
  Status Complete(const Circumstances& circumstances, types::AccessRequestV3& request) const;

 private:
  // The requests that one role allows.
  struct Grant {
    RolePatterns roles;
    std::vector<std::string> search_as;
    std::vector<types::AccessReviewThreshold> thresholds;
    Nanoseconds max_duration{};
    std::vector<std::pair<std::string, std::string>> annotations;

    bool Covers(std::string_view role) const;
  };

  Status Add(const types::RoleV6& role);
  Status AddThresholds(types::AccessRequestV3& request) const;
  void AddAnnotations(types::AccessRequestV3& request) const;
  Status AddTimes(const Circumstances& circumstances, types::AccessRequestV3& request) const;
  Nanoseconds MaxDurationOf(std::string_view role) const;
  bool ReachesKubeClusters(const std::string& search_as) const;

  std::string user_;
  TraitMap traits_;
  std::set<std::string, std::less<>> own_;
  std::vector<Grant> grants_;
  RolePatterns denied_;
  std::set<std::string, std::less<>> denied_search_;
  std::set<std::pair<std::string, std::string>> denied_annotations_;
  // Says for each search_as_roles entry whether the user may request whole Kubernetes clusters with it.
  std::map<std::string, bool, std::less<>> kube_clusters_;
  bool kube_denied_ = false;
  std::set<std::string, std::less<>> needs_reason_;
  bool always_needs_reason_ = false;
  bool asks_at_login_ = false;
  std::vector<std::string> prompts_;
  std::vector<std::string> suggested_reviewers_;
};

// Fills in the times of a new request: until when it is pending, until when the access lasts, and how long a session
// lasts. `max_duration` is the longest duration beyond a session that the roles allow (0: no longer), `longest_session`
// the limit of certificate and roles. Fails with kBadParameter when the request asks for more.
Status SetRequestTimes(Time now, Nanoseconds longest_session, Nanoseconds max_duration,
                       types::AccessRequestV3& request);

}  // namespace sallyport
