// Tests of reviews: the rights to review a request, and the reviews that decide a request.
#include "libresources/access/request_reviews.h"
#include "libresources/kinds.h"

#include <catch2/catch.hpp>

#include "libresources/access/role.h"
#include "libresources/kinds/access_request.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using Names = std::vector<std::string>;

types::RoleV6 RoleOf(std::string_view spec) {
  const auto yaml = fmt::format("kind: role\nversion: v7\nmetadata: {{name: own}}\nspec: {}\n", spec);
  return DecodeResources(yaml, {}).value().front().as<types::RoleV6>();
}

ReviewRules ReviewRulesOf(const Names& specs, Reviewer reviewer = {.name = "bob", .roles = {}, .traits = {}}) {
  std::vector<std::shared_ptr<const types::RoleV6>> roles;
  for (const auto& spec : specs) roles.push_back(std::make_shared<const types::RoleV6>(RoleOf(spec)));
  return ReviewRules::Make(std::move(reviewer), roles).value();
}

// Returns a pending request of alice; each of its roles needs one of these thresholds.
types::AccessRequestV3 PendingRequest(const Names& roles,
                                      const std::vector<std::pair<int, int>>& thresholds = {{1, 1}}) {
  types::AccessRequestV3 request;
  request.mutable_metadata()->set_name("01234567-89ab-cdef-0123-456789abcdef");
  auto& spec = *request.mutable_spec();
  spec.set_user("alice");
  spec.set_state(types::PENDING);
  *spec.mutable_created() = ToStamp(Now());
  *spec.mutable_expires() = ToStamp(Now() + std::chrono::hours(8));
  for (const auto& [approve, deny] : thresholds) {
    auto& threshold = *spec.add_thresholds();
    threshold.set_approve(static_cast<unsigned>(approve));
    threshold.set_deny(static_cast<unsigned>(deny));
  }
  for (const auto& role : roles) {
    spec.add_roles(role);
    auto& set = *(*spec.mutable_rolethresholdmapping())[role].add_sets();
    for (int i = 0; i < spec.thresholds_size(); ++i) set.add_indexes(static_cast<unsigned>(i));
  }
  return request;
}

Status Review(types::AccessRequestV3& request, const Reviewer& by, types::RequestState state,
              const std::string& reason = "") {
  types::AccessReview review;
  review.set_author("somebody else");
  review.set_proposedstate(state);
  review.set_reason(reason);
  return ApplyReview(by, review, Now(), request);
}
Status Review(types::AccessRequestV3& request, const std::string& by, types::RequestState state) {
  return Review(request, Reviewer{by, {}, {}}, state);
}

}  // namespace

TEST_CASE("all roles of a request must be the reviewer's to review, and none denied") {
  const auto rules = ReviewRulesOf({"{allow: {review_requests: {roles: [dev, 'qa-*']}}}",
                                    "{allow: {review_requests: {roles: "
                                    "['^prod$']}}, deny: {review_requests: {roles: [qa-x]}}}"});
  CHECK(rules.HasAny());
  CHECK(rules.MayReview(PendingRequest({"dev"})).value());
  CHECK(rules.MayReview(PendingRequest({"dev", "qa-1", "prod"})).value());
  CHECK_FALSE(rules.MayReview(PendingRequest({"dev", "admin"})).value());
  CHECK_FALSE(rules.MayReview(PendingRequest({"qa-x", "dev"})).value());
  CHECK_FALSE(ReviewRulesOf({"{}"}).HasAny());
}

TEST_CASE("nobody reviews a request of their own") {
  const auto rules =
      ReviewRulesOf({"{allow: {review_requests: {roles: ['*']}}}"}, {.name = "alice", .roles = {}, .traits = {}});
  CHECK_FALSE(rules.MayReview(PendingRequest({"dev"})).value());
}

TEST_CASE("a fewer of the roles approved are still reviewed as all that were asked for") {
  auto request = PendingRequest({"dev", "admin"});
  request.mutable_spec()->mutable_roles()->RemoveLast();
  CHECK_FALSE(ReviewRulesOf({"{allow: {review_requests: {roles: [dev]}}}"}).MayReview(request).value());
}

TEST_CASE("conditions look at reviewer and request, and what they misspell decides nothing") {
  auto request = PendingRequest({"dev"});
  (*request.mutable_spec()->mutable_systemannotations()->mutable_values())["team"].add_values("red");
  const auto with = [](const std::string& where) {
    return ReviewRulesOf({fmt::format("{{allow: {{review_requests: {{roles: [dev], where: '{}'}}}}}}", where)},
                         {.name = "bob", .roles = {"lead"}, .traits = {{"team", {"red"}}}});
  };
  CHECK(with("contains(reviewer.roles, \"lead\") && contains(request.roles, \"dev\")").MayReview(request).value());
  CHECK(with("contains(reviewer.traits[\"team\"], \"red\")").MayReview(request).value());
  CHECK_FALSE(with("contains(reviewer.traits[\"team\"], \"blue\")").MayReview(request).value());
  CHECK(with("equals(reviewer.traits[\"team\"], request.system_annotations[\"team\"])").MayReview(request).value());
  CHECK(with("regexp.match(request.roles, \"^d.*$\")").MayReview(request).value());
  CHECK_FALSE(with("contains(reviewer.groups, \"lead\")").MayReview(request));
  CHECK_FALSE(with("contains(review.reason, \"x\")").MayReview(request));
}

TEST_CASE("one approval or one denial decides by default") {
  auto request = PendingRequest({"dev"});
  REQUIRE(Review(request, Reviewer{"bob", {}, {}}, types::APPROVED, "fine"));
  CHECK(request.spec().state() == types::APPROVED);
  CHECK(request.spec().resolvereason() == "fine");
  CHECK(request.spec().resourceexpiry().seconds() == request.spec().expires().seconds());
  CHECK(request.spec().reviews(0).author() == "bob");
  request = PendingRequest({"dev"});
  REQUIRE(Review(request, "bob", types::DENIED));
  CHECK(request.spec().state() == types::DENIED);
  CHECK(Review(request, "eve", types::APPROVED).error().kind == ErrorKind::kAccessDenied);
}

TEST_CASE("a threshold of two needs two people") {
  auto request = PendingRequest({"dev"}, {{2, 2}});
  REQUIRE(Review(request, "bob", types::APPROVED));
  CHECK(request.spec().state() == types::PENDING);
  CHECK(Review(request, "bob", types::APPROVED).error().kind == ErrorKind::kAlreadyExists);
  REQUIRE(Review(request, "eve", types::DENIED));
  CHECK(request.spec().state() == types::PENDING);
  REQUIRE(Review(request, "kim", types::APPROVED));
  CHECK(request.spec().state() == types::APPROVED);
}

TEST_CASE("of a set one threshold is enough, of several sets each needs one, and so does every role") {
  auto either = PendingRequest({"dev"}, {{3, 3}, {1, 0}});
  REQUIRE(Review(either, "bob", types::DENIED));
  CHECK(either.spec().state() == types::PENDING);
  REQUIRE(Review(either, "eve", types::APPROVED));
  CHECK(either.spec().state() == types::APPROVED);

  auto both = PendingRequest({"dev", "prod"}, {{1, 1}, {2, 1}});
  auto& mapping = *both.mutable_spec()->mutable_rolethresholdmapping();
  mapping["dev"].clear_sets();
  mapping["dev"].add_sets()->add_indexes(0);
  mapping["prod"].clear_sets();
  mapping["prod"].add_sets()->add_indexes(1);
  REQUIRE(Review(both, "bob", types::APPROVED));
  CHECK(both.spec().state() == types::PENDING);
  REQUIRE(Review(both, "eve", types::APPROVED));
  CHECK(both.spec().state() == types::APPROVED);
}

TEST_CASE("a review counts for the thresholds whose filter it passes") {
  auto request = PendingRequest({"dev"}, {{1, 1}});
  request.mutable_spec()->mutable_thresholds(0)->set_filter(
      R"(contains(reviewer.roles, "lead") && !equals(review.reason, ""))");
  REQUIRE(Review(request, Reviewer{"bob", {"lead"}, {}}, types::APPROVED));
  REQUIRE(Review(request, Reviewer{"eve", {"dev"}, {}}, types::APPROVED, "yes"));
  CHECK(request.spec().state() == types::PENDING);
  REQUIRE(Review(request, Reviewer{"kim", {"lead"}, {}}, types::APPROVED, "yes"));
  CHECK(request.spec().state() == types::APPROVED);
}

TEST_CASE("invalid reviews are refused") {
  auto request = PendingRequest({"dev", "prod"});
  CHECK(Review(request, "bob", types::PENDING).error().kind == ErrorKind::kBadParameter);
  CHECK(Review(request, "bob", types::PROMOTED).error().kind == ErrorKind::kNotImplemented);
  types::AccessReview review;
  review.set_proposedstate(types::APPROVED);
  review.add_roles("dev");
  CHECK(ApplyReview({"bob", {}, {}}, review, Now(), request).error().kind == ErrorKind::kNotImplemented);
  review.set_roles(0, "other");
  CHECK(ApplyReview({"bob", {}, {}}, review, Now(), request).error().kind == ErrorKind::kBadParameter);
  review.clear_roles();
  *review.mutable_assumestarttime() = ToStamp(Now() + std::chrono::hours(9));
  CHECK(ApplyReview({"bob", {}, {}}, review, Now(), request).error().kind == ErrorKind::kBadParameter);
  CHECK(request.spec().reviews().empty());
}

TEST_CASE("a new role's conditions of reviews must be understood") {
  const auto kind = [](std::string_view spec) {
    const Status checked = CheckNewRole(RoleOf(spec));
    return checked ? ErrorKind::kInternal : checked.error().kind;
  };
  CHECK(kind("{allow: {review_requests: {roles: [x], where: 'contains(reviewer.roles, \"a\")'}}}") ==
        ErrorKind::kInternal);
  CHECK(kind("{allow: {review_requests: {roles: [x], where: 'contains(reviewer.rolls, \"a\")'}}}") ==
        ErrorKind::kBadParameter);
  CHECK(kind("{deny: {review_requests: {roles: [x], where: 'contains(review.reason, \"a\")'}}}") ==
        ErrorKind::kBadParameter);
  CHECK(kind("{allow: {request: {thresholds: [{approve: 1, filter: 'equals(review.reason, \"a\")'}]}}}") ==
        ErrorKind::kInternal);
  CHECK(kind("{allow: {request: {thresholds: [{approve: 1, filter: 'equals(('}]}}}") == ErrorKind::kBadParameter);
  CHECK(kind("{allow: {request: {roles: ['{{external.x}}']}}}") == ErrorKind::kBadParameter);
}

}  // namespace sallyport
