#include "libresources/matching/predicate.h"

#include <algorithm>
#include <set>

#include "libbase/text.h"
#include "libresources/matching/predicate_node.h"

namespace sallyport {
namespace {

using Node = Predicate::Node;

constexpr std::string_view kWhereRoots[] = {
    "user",      "resource",         "session",          "ssh_session", "session_tracker",
    "host_cert", "impersonate_user", "impersonate_role", "name"};
constexpr std::string_view kResourceRoots[] = {"name", "resource", "labels", "health"};
constexpr std::string_view kTemplateRoots[] = {"external", "internal"};
constexpr std::string_view kLabelRoots[] = {"labels", "user"};
constexpr std::string_view kReviewRoots[] = {"reviewer", "request"};
constexpr std::string_view kThresholdRoots[] = {"reviewer", "request", "review"};
constexpr std::string_view kWorkloadRoots[] = {"workload", "user", "join"};

// An absent value equals the empty value of any type.
bool IsEmptyValue(const Value& value) {
  return value.is_null() || (value.is_string() && value.as_string().empty()) ||
         (value.is_list() && value.as_list().empty()) || (value.is_map() && value.as_map().empty());
}

bool AreEqual(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return IsEmptyValue(a) && IsEmptyValue(b);
  return a == b;
}

Result<Value> Evaluated(const Node& node, const PredicateFields& fields, PredicateDialect dialect);

Result<bool> Condition(const Node& node, const PredicateFields& fields, PredicateDialect dialect) {
  ASSIGN_OR_RETURN(const Value value, Evaluated(node, fields, dialect));
  if (value.is_bool()) return value.as_bool();
  return Fail(ErrorKind::kBadParameter, "a condition must be true or false, not {}", TypeName(value));
}

Result<Value> PathValue(const Node& node, const PredicateFields& fields, PredicateDialect dialect) {
  std::vector<std::string> path;
  for (const Node& part : node.children) {
    ASSIGN_OR_RETURN(const Value key, Evaluated(part, fields, dialect));
    if (!key.is_string()) return Fail(ErrorKind::kBadParameter, "a key in [] must be a string, not {}", TypeName(key));
    path.push_back(key.as_string());
  }
  return fields.Lookup(path);
}

Result<Value> Evaluated(const Node& node, const PredicateFields& fields, PredicateDialect dialect) {
  switch (node.kind) {
    case Node::Kind::kLiteral:
      return node.literal;
    case Node::Kind::kPath:
      return PathValue(node, fields, dialect);
    case Node::Kind::kCall: {
      std::vector<Value> arguments;
      for (const Node& child : node.children) {
        ASSIGN_OR_RETURN(Value argument, Evaluated(child, fields, dialect));
        arguments.push_back(std::move(argument));
      }
      return node.function->call({.arguments = arguments, .fields = fields, .dialect = dialect});
    }
    case Node::Kind::kAnd:
    case Node::Kind::kOr: {
      const bool stops_at = node.kind == Node::Kind::kOr;
      for (const Node& child : node.children) {
        ASSIGN_OR_RETURN(const bool holds, Condition(child, fields, dialect));
        if (holds == stops_at) return Value(stops_at);
      }
      return Value(!stops_at);
    }
    case Node::Kind::kNot: {
      ASSIGN_OR_RETURN(const bool holds, Condition(node.children[0], fields, dialect));
      return Value(!holds);
    }
    case Node::Kind::kEqual:
    case Node::Kind::kUnequal: {
      ASSIGN_OR_RETURN(const Value left, Evaluated(node.children[0], fields, dialect));
      ASSIGN_OR_RETURN(const Value right, Evaluated(node.children[1], fields, dialect));
      return Value(AreEqual(left, right) == (node.kind == Node::Kind::kEqual));
    }
  }

  return Value();
}

void CollectRoots(const Node& node, std::set<std::string>& roots) {
  if (node.kind == Node::Kind::kPath) roots.insert(node.children.front().literal.as_string());
  for (const Node& child : node.children) CollectRoots(child, roots);
}

}  // namespace

std::span<const std::string_view> PredicateRoots(PredicateDialect dialect) {
  switch (dialect) {
    case PredicateDialect::kWhere:
      return kWhereRoots;
    case PredicateDialect::kResource:
      return kResourceRoots;
    case PredicateDialect::kTemplate:
      return kTemplateRoots;
    case PredicateDialect::kLabels:
      return kLabelRoots;
    case PredicateDialect::kReview:
      return kReviewRoots;
    case PredicateDialect::kThreshold:
      return kThresholdRoots;
    case PredicateDialect::kWorkload:
      return kWorkloadRoots;
  }
  return {};
}

Result<Value> ValueFields::Lookup(std::span<const std::string> path) const {
  const Value* value = fields_.Find(path.front());
  if (value == nullptr)
    return Fail(ErrorKind::kNotFound, "\"{}\" is not a field that the expression can use", StripControl(path.front()));
  for (const std::string& key : path.subspan(1)) {
    value = value->Find(key);
    if (value == nullptr) return Value();
  }
  return *value;
}

Result<Predicate> Predicate::Parse(std::string_view text, PredicateDialect dialect) {
  ASSIGN_OR_RETURN(Node root, ParsePredicate(text, dialect));
  return Predicate(std::make_shared<const Node>(std::move(root)), dialect);
}

Result<bool> Predicate::Evaluate(const PredicateFields& fields) const { return Condition(*root_, fields, dialect_); }

Result<Value> Predicate::EvaluateToValue(const PredicateFields& fields) const {
  return Evaluated(*root_, fields, dialect_);
}

std::vector<std::string> Predicate::Roots() const {
  std::set<std::string> roots;
  CollectRoots(*root_, roots);
  return {roots.begin(), roots.end()};
}

}  // namespace sallyport
