// Decides which users may review an access request (review_requests of roles), and when reviews approve or deny the
// request (thresholds).
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libresources/matching/role_patterns.h"
#include "libresources/matching/templates.h"

namespace types {
class AccessRequestV3;
class AccessReview;
class RoleV6;
}  // namespace types

namespace sallyport {

// A reviewing user, with their own roles: roles from access requests do not count.
struct Reviewer {
  std::string name;
  std::vector<std::string> roles;
  TraitMap traits;
};

class ReviewRules {
 public:
  // Takes the reviewer's roles as they are stored. Fails with kBadParameter when a role cannot be parsed.
  static Result<ReviewRules> Make(Reviewer reviewer, std::span<const std::shared_ptr<const types::RoleV6>> roles);

  // Returns whether the reviewer could review any request.
  bool HasAny() const;
  // Returns whether the reviewer may review a request: never their own request, and only if they may review all its
  // roles. Fails with kBadParameter when a condition (where) cannot be decided.
  Result<bool> MayReview(const types::AccessRequestV3& request) const;

  const Reviewer& reviewer() const { return reviewer_; }

 private:
  using ByCondition = std::map<std::string, RolePatterns>;
  Reviewer reviewer_;
  ByCondition allow_;
  ByCondition deny_;
};

// Adds a review to a pending request, and sets the state of the request when a threshold is reached. `now` is the time
// of the review. Fails with kAccessDenied (decided already), kAlreadyExists (a second review by the same user),
// kBadParameter (no decision, an invalid start), kNotImplemented (reviews of some of the roles, annotations,
// promotions).
Status ApplyReview(const Reviewer& reviewer, types::AccessReview review, Time now, types::AccessRequestV3& request);

// Checks the conditions of a role's reviews and the filters of its thresholds. Fails with kBadParameter.
Status CheckReviewConditions(const types::RoleV6& role);

}  // namespace sallyport
