// Reviews of access requests: who may decide on which request (review_requests of roles), and when reviews move a
// request to approved or denied (thresholds).
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

// Somebody who reviews, with the roles that they have by themselves: those of a request do not count.
struct Reviewer {
  std::string name;
  std::vector<std::string> roles;
  TraitMap traits;
};

class ReviewRules {
 public:
  // Takes the reviewer's roles as they are stored. Fails with kBadParameter when one of them cannot be understood.
  static Result<ReviewRules> Make(Reviewer reviewer, std::span<const std::shared_ptr<const types::RoleV6>> roles);

  // Returns whether there is any request that they could review.
  bool HasAny() const;
  // Returns whether they may review a request: never their own, and all of its roles must be theirs to review. Fails
  // with kBadParameter when a condition (where) cannot be decided.
  Result<bool> MayReview(const types::AccessRequestV3& request) const;

  const Reviewer& reviewer() const { return reviewer_; }

 private:
  using ByCondition = std::map<std::string, RolePatterns>;
  Reviewer reviewer_;
  ByCondition allow_;
  ByCondition deny_;
};

// Adds a review to a pending request and moves the request on when a threshold is reached. The time is that of the
// review. Fails with kAccessDenied (decided already), kAlreadyExists (they have reviewed it), kBadParameter (no
// decision, a start that cannot be), kNotImplemented (reviews of some of the roles, annotations, promotions).
Status ApplyReview(const Reviewer& reviewer, types::AccessReview review, Time now, types::AccessRequestV3& request);

// Checks the conditions of a role's reviews and the filters of its thresholds. Fails with kBadParameter.
Status CheckReviewConditions(const types::RoleV6& role);

}  // namespace sallyport
