// Parses and evaluates the predicate languages: conditions of rules (`where`), queries over resources (--query) and
// label expressions. They share a grammar and an evaluator; a dialect says which functions exist.
//
//   expression := and { "||" and } ; and := unary { "&&" unary } ; unary := [ "!" ] comparison
//   comparison := operand [ ( "==" | "!=" ) operand ]
//   operand := literal | "(" expression ")" | name { "." name | "[" expression "]" } [ "(" arguments ")" ]
//
// In kWorkload an operand may be followed by methods: { "." name "(" arguments ")" }.
//
// Literals are texts in double or single quotes or backquotes, integers, true and false.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

enum class PredicateDialect {
  kWhere,  // rules: equals, contains, contains_all, contains_any, set, all_end_with, all_equal, is_subset, has_prefix,
           // system.catype, can_view
  kResource,  // queries: equals, hasPrefix, search, exists, split, contains
  kTemplate,  // templates of roles (traits.h): email.local, regexp.replace
  kLabels,    // label expressions: labels_matching, contains, contains_any, contains_all, regexp.match, regexp.replace,
              // email.local, strings.upper, strings.lower
  kReview,    // reviews of access requests (review_requests.where): equals, contains, regexp.match
  kThreshold,  // the same for filters of thresholds, which know the review too
  kWorkload,   // rules of workload identities (workload_expression.h): sets, dicts, times, sigstore.policy_satisfied
};

// Gives an expression the values of its names.
class PredicateFields {
 public:
  virtual ~PredicateFields() = default;

  // Returns the value at a path such as resource.metadata.labels.env. An absent entry of a known map is null; an
  // unknown name is kNotFound.
  virtual Result<Value> Lookup(std::span<const std::string> path) const = 0;
  // Returns whether every one of some words occurs in the resource (the function search).
  virtual bool Search(std::span<const std::string> /*words*/) const { return false; }
  // Returns whether the caller may view the session (the function can_view).
  virtual bool CanView() const { return false; }
};

// Looks up fields in a map: an absent path is null below a known first name, and kNotFound otherwise.
class ValueFields : public PredicateFields {
 public:
  explicit ValueFields(Value fields) : fields_(std::move(fields)) {}
  Result<Value> Lookup(std::span<const std::string> path) const override;

 private:
  Value fields_;
};

class Predicate {
 public:
  struct Node;

  // Reads an expression. Fails with kBadParameter and the column for a syntax error, for unknown functions and names, a
  // wrong number of arguments, and beyond 64 kB or 64 levels.
  static Result<Predicate> Parse(std::string_view text, PredicateDialect dialect);

  // Returns whether the expression holds. Fails with kNotFound for an unknown name and kBadParameter for wrong types.
  Result<bool> Evaluate(const PredicateFields& fields) const;

  // Returns the value of the expression: a text, a bool, a list, ... Fails as Evaluate does.
  Result<Value> EvaluateToValue(const PredicateFields& fields) const;

  // Returns the first names of the paths that the expression reads ("resource", "session").
  std::vector<std::string> Roots() const;

 private:
  explicit Predicate(std::shared_ptr<const Node> root, PredicateDialect dialect)
      : root_(std::move(root)), dialect_(dialect) {}

  std::shared_ptr<const Node> root_;
  PredicateDialect dialect_;
};

}  // namespace sallyport
