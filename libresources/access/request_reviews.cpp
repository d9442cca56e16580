#include "libresources/access/request_reviews.h"

#include <algorithm>
#include <optional>
#include <set>

#include "libbase/text.h"
#include "libresources/kinds/access_request.h"
#include "libresources/matching/predicate.h"
#include "teleport/legacy/types/access_request.pb.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

using types::AccessRequestV3;
using types::AccessReview;

// The names that conditions read. The first two names of a path must both be known, so that a misspelt name decides
// nothing.
class ReviewFields : public ValueFields {
 public:
  explicit ReviewFields(Value fields) : ValueFields(fields), fields_(std::move(fields)) {}
  Result<Value> Lookup(std::span<const std::string> path) const override {
    const Value* const first = fields_.Find(path.front());
    if (first == nullptr || path.size() < 2 || first->Find(path[1]) == nullptr) {
      return Fail(ErrorKind::kBadParameter, "\"{}\" is not a field that the expression can use",
                  StripControl(fmt::format("{}", fmt::join(path, "."))));
    }
    return ValueFields::Lookup(path);
  }

 private:
  Value fields_;
};

Value MapOf(const TraitMap& traits) {
  Value map = Value::EmptyMap();
  for (const auto& [key, values] : traits) map.Set(key, Value::Strings(values));
  return map;
}

TraitMap MapOf(const wrappers::LabelValues& labels) {
  TraitMap map;
  for (const auto& [key, values] : labels.values()) map[key] = {values.values().begin(), values.values().end()};
  return map;
}

Value FieldsOf(const Reviewer& reviewer, const AccessRequestV3& request) {
  return Value(Value::Map{
      {"reviewer", Value(Value::Map{{"roles", Value::Strings(reviewer.roles)}, {"traits", MapOf(reviewer.traits)}})},
      {"request", Value(Value::Map{{"roles", Value::Strings(OriginalRoles(request))},
                                   {"reason", request.spec().requestreason()},
                                   {"system_annotations", MapOf(MapOf(request.spec().systemannotations()))}})}});
}

Value FieldsOf(const Reviewer& reviewer, const AccessRequestV3& request, const AccessReview& review) {
  Value fields = FieldsOf(reviewer, request);
  fields.Set("review",
             Value(Value::Map{{"reason", review.reason()}, {"annotations", MapOf(MapOf(review.annotations()))}}));
  return fields;
}

Result<bool> Holds(const std::string& condition, PredicateDialect dialect, const Value& fields) {
  if (condition.empty()) return true;
  ASSIGN_OR_RETURN(const Predicate predicate, Predicate::Parse(condition, dialect));
  return predicate.Evaluate(ReviewFields(fields));
}

Status CheckReview(const AccessReview& review, const AccessRequestV3& request) {
  const auto& spec = request.spec();
  if (spec.state() != types::PENDING) {
    return Fail(ErrorKind::kAccessDenied, "the access request has been already {}",
                spec.state() == types::APPROVED ? "approved" : "denied");
  }
  RETURN_IF_ERROR(CheckNewState(request, review.proposedstate()));

  if (spec.thresholds().empty()) return Fail(ErrorKind::kBadParameter, "the request has no thresholds for reviews");
  if (std::ranges::any_of(spec.reviews(), [&](const auto& other) { return other.author() == review.author(); })) {
    return Fail(ErrorKind::kAlreadyExists, "user \"{}\" has already reviewed this request", review.author());
  }

  for (const auto& role : review.roles()) {
    if (spec.rolethresholdmapping().contains(role)) continue;
    return Fail(ErrorKind::kBadParameter, "role \"{}\" is not in this request", StripControl(role));
  }
  const std::set<std::string> roles(review.roles().begin(), review.roles().end());
  if (!roles.empty() && roles.size() != spec.rolethresholdmapping().size()) {
    return Fail(ErrorKind::kNotImplemented, "reviews of some of a request's roles are not implemented");
  }

  if (!review.annotations().values().empty()) {
    return Fail(ErrorKind::kNotImplemented, "annotations of reviews are not implemented");
  }
  return {};
}

// The number of reviews for each threshold.
struct Counts {
  std::vector<unsigned> approvals;
  std::vector<unsigned> denials;
};

Counts CountsOf(const AccessRequestV3& request) {
  const auto size = static_cast<std::size_t>(request.spec().thresholds_size());
  Counts counts{std::vector<unsigned>(size), std::vector<unsigned>(size)};
  for (const auto& review : request.spec().reviews()) {
    auto& list = review.proposedstate() == types::APPROVED ? counts.approvals : counts.denials;
    for (const std::uint32_t index : review.thresholdindexes()) {
      if (index < size) ++list[index];
    }
  }
  return counts;
}

// Every role needs, of each of its sets, one threshold with enough approvals.
bool IsApproved(const AccessRequestV3& request, const Counts& counts) {
  const auto& spec = request.spec();
  const auto reached = [&](std::uint32_t index) {
    if (index >= counts.approvals.size()) return false;
    const auto needed = spec.thresholds(static_cast<int>(index)).approve();
    return needed != 0 && counts.approvals[index] >= needed;
  };
  if (spec.rolethresholdmapping().empty()) return false;
  return std::ranges::all_of(spec.rolethresholdmapping(), [&](const auto& entry) {
    return std::ranges::all_of(entry.second.sets(),
                               [&](const auto& set) { return std::ranges::any_of(set.indexes(), reached); });
  });
}

bool IsDenied(const AccessRequestV3& request, const Counts& counts) {
  for (int i = 0; i < request.spec().thresholds_size(); ++i) {
    const auto needed = request.spec().thresholds(i).deny();
    if (needed != 0 && counts.denials[static_cast<std::size_t>(i)] >= needed) return true;
  }
  return false;
}

}  // namespace

Result<ReviewRules> ReviewRules::Make(Reviewer reviewer, std::span<const std::shared_ptr<const types::RoleV6>> roles) {
  ReviewRules rules;
  rules.reviewer_ = std::move(reviewer);
  for (const auto& role : roles) {
    const auto add = [&](const types::AccessReviewConditions& part, ByCondition& to) {
      return to[part.where()].Add(part.roles(), part.claimstoroles(), rules.reviewer_.traits);
    };
    RETURN_IF_ERROR(add(role->spec().allow().reviewrequests(), rules.allow_));
    RETURN_IF_ERROR(add(role->spec().deny().reviewrequests(), rules.deny_));
  }
  return rules;
}

bool ReviewRules::HasAny() const {
  return std::ranges::any_of(allow_, [](const auto& entry) { return !entry.second.empty(); });
}

Result<bool> ReviewRules::MayReview(const AccessRequestV3& request) const {
  if (reviewer_.name == request.spec().user()) return false;
  const Value fields = FieldsOf(reviewer_, request);
  std::vector<std::string> roles = OriginalRoles(request);

  for (const auto& [where, patterns] : deny_) {
    if (std::ranges::none_of(roles, [&](const auto& role) { return patterns.Matches(role); })) continue;
    ASSIGN_OR_RETURN(const bool holds, Holds(where, PredicateDialect::kReview, fields));
    if (holds) return false;
  }

  for (const auto& [where, patterns] : allow_) {
    if (patterns.empty()) continue;
    ASSIGN_OR_RETURN(const bool holds, Holds(where, PredicateDialect::kReview, fields));
    if (holds) std::erase_if(roles, [&](const auto& role) { return patterns.Matches(role); });
  }
  return roles.empty();
}

Status ApplyReview(const Reviewer& reviewer, AccessReview review, Time now, AccessRequestV3& request) {
  review.set_author(reviewer.name);
  RETURN_IF_ERROR(CheckReview(review, request));
  auto& spec = *request.mutable_spec();
  const Value fields = FieldsOf(reviewer, request, review);

  // The filters, not the author, decide the thresholds that a review counts for.
  review.clear_thresholdindexes();
  for (int i = 0; i < spec.thresholds_size(); ++i) {
    ASSIGN_OR_RETURN(const bool counts, Holds(spec.thresholds(i).filter(), PredicateDialect::kThreshold, fields));
    if (counts) review.add_thresholdindexes(static_cast<std::uint32_t>(i));
  }

  *review.mutable_created() = ToStamp(now);
  if (const auto start = ToTime(review.assumestarttime())) {
    RETURN_IF_ERROR(CheckAssumeStart(request, *start));
    *spec.mutable_assumestarttime() = review.assumestarttime();
  }
  *spec.add_reviews() = review;

  const Counts counts = CountsOf(request);
  const bool approves = review.proposedstate() == types::APPROVED;
  if (approves ? !IsApproved(request, counts) : !IsDenied(request, counts)) return {};
  spec.set_state(review.proposedstate());
  spec.set_resolvereason(review.reason());
  *spec.mutable_resourceexpiry() = spec.expires();
  return {};
}

Status CheckReviewConditions(const types::RoleV6& role) {
  // Evaluates the parsed expression on an empty request, to find unknown names.
  const auto check = [](const std::string& path, const std::string& text, PredicateDialect dialect) -> Status {
    const auto tried = Holds(text, dialect, FieldsOf({}, {}, {}));
    if (!tried) return std::unexpected(InContext(path, tried.error()));
    return {};
  };

  int index = 0;
  for (const auto& threshold : role.spec().allow().request().thresholds()) {
    RETURN_IF_ERROR(check(fmt::format("spec.allow.request.thresholds[{}].filter", index++), threshold.filter(),
                          PredicateDialect::kThreshold));
  }
  RETURN_IF_ERROR(check("spec.allow.review_requests.where", role.spec().allow().reviewrequests().where(),
                        PredicateDialect::kReview));
  return check("spec.deny.review_requests.where", role.spec().deny().reviewrequests().where(),
               PredicateDialect::kReview);
}

}  // namespace sallyport
