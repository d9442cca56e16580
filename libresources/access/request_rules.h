// What a user may ask for: the requestable roles and resources of all the user's roles put together, and what a new
// request gets from them (roles, thresholds, annotations, reviewers, times).
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

// A resource that is asked for, as the cluster knows it.
struct RequestedResource {
  std::string kind;
  Labels labels;
};

class RequestRules {
 public:
  using Roles = std::span<const std::shared_ptr<const types::RoleV6>>;

  // Takes the roles that the user has by themselves, as they are stored. Fails with kBadParameter when one of them
  // cannot be understood.
  static Result<RequestRules> Make(std::string user, TraitMap traits, Roles roles);

  bool MayRequest(std::string_view role) const;
  // Returns whether a role may be asked for together with resources (search_as_roles).
  bool MayRequestForResources(std::string_view role) const;
  // Returns those roles, sorted.
  std::vector<std::string> SearchAsRoles() const;
  // Returns which of all roles of the cluster may be asked for and are not the user's already.
  std::vector<std::string> RequestableOf(Roles all) const;
  // Returns which of the roles that go with resources reach at least one of these. kAccessDenied when there are no such
  // roles, kBadParameter when none reaches any.
  Result<std::vector<std::string>> RolesFor(std::span<const RequestedResource> resources, Roles all) const;

  bool NeedsReason(std::span<const std::string> roles) const;
  // Returns whether a login should ask for all requestable roles by itself.
  bool asks_at_login() const { return asks_at_login_; }
  const std::vector<std::string>& prompts() const { return prompts_; }  // sorted
  const std::vector<std::string>& suggested_reviewers() const { return suggested_reviewers_; }

  // Checks a request, new or approved, against what the user may ask for now. Fails with kBadParameter.
  Status Check(const types::AccessRequestV3& request) const;

  struct Circumstances {
    Time now;
    std::optional<Time> certificate_expires;  // of whoever asks
    Roles roles;                              // all of the cluster
    std::vector<RequestedResource> resources;
  };
  // Makes a new request whole: roles for "*" and for resources, thresholds, annotations, reviewers, times. Fails with
  // kBadParameter and as RolesFor does.
  Status Complete(const Circumstances& circumstances, types::AccessRequestV3& request) const;

 private:
  // What one role allows to ask for.
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
  // For each of the search_as_roles whether whole Kubernetes clusters may be asked for with it.
  std::map<std::string, bool, std::less<>> kube_clusters_;
  bool kube_denied_ = false;
  std::set<std::string, std::less<>> needs_reason_;
  bool always_needs_reason_ = false;
  bool asks_at_login_ = false;
  std::vector<std::string> prompts_;
  std::vector<std::string> suggested_reviewers_;
};

// Fills in the times of a new request: how long it waits to be decided, until when the access lasts, how long a session
// with it. `max_duration` is the longest that the roles allow beyond a session (0: no longer), `longest_session` what
// certificate and roles leave. Fails with kBadParameter when it asks for more.
Status SetRequestTimes(Time now, Nanoseconds longest_session, Nanoseconds max_duration,
                       types::AccessRequestV3& request);

}  // namespace sallyport
