// Defines the syntax tree of a predicate and the functions of predicates. Internal to the sources of the predicate.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libresources/matching/predicate.h"

namespace sallyport {

// The arguments of a function call.
struct PredicateCall {
  std::span<const Value> arguments;
  const PredicateFields& fields;
  PredicateDialect dialect;
};

struct PredicateFunction {
  std::string_view name;  // of a method with a dot before it: ".contains"
  unsigned dialects;      // bits 1 << PredicateDialect
  int min_arguments;      // of a method with the value before its dot
  int max_arguments;      // -1: any number
  Result<Value> (*call)(const PredicateCall& call);
  std::string_view types = {};  // of arguments and result in kWorkload (workload_expression.h)
};

std::span<const PredicateFunction> PredicateFunctions();

// Returns the first names of paths that a dialect knows.
std::span<const std::string_view> PredicateRoots(PredicateDialect dialect);

struct Predicate::Node {
  enum class Kind { kLiteral, kPath, kCall, kAnd, kOr, kNot, kEqual, kUnequal };

  Kind kind = Kind::kLiteral;
  Value literal;
  const PredicateFunction* function = nullptr;
  std::vector<Node> children;  // operands, arguments, or the parts of a path
  std::size_t column = 0;      // of a path or a call
};

// Reads an expression. Fails with kBadParameter.
Result<Predicate::Node> ParsePredicate(std::string_view text, PredicateDialect dialect);

}  // namespace sallyport
