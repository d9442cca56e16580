#include "libresources/matching/workload_expression.h"

#include <google/protobuf/descriptor.h>

#include "libbase/text.h"
#include "libresources/matching/predicate_node.h"
#include "teleport/workloadidentity/v1/attrs.pb.h"

namespace sallyport {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Node = Predicate::Node;

// A type is a letter, as in the table of functions. A value of kAny gets its type when the expression is evaluated. In
// the table R is a set or a dict, and * repeats the letter before it.
enum Type : char {
  kString = 's',
  kInteger = 'i',
  kUnsigned = 'u',
  kBool = 'b',
  kSet = 'S',
  kDict = 'D',
  kAny = 'a',
};

struct TypeLabel {
  char type;
  std::string_view label;
};
constexpr TypeLabel kTypeLabels[] = {
    {kString, "a string"},  {kInteger, "a number"}, {kUnsigned, "an unsigned number"},
    {kBool, "a bool"},      {kSet, "a set"},        {kDict, "a dict"},
    {'P', "a pair"},        {'O', "an option"},     {'T', "a time"},
    {'R', "a set or dict"}, {kAny, "any value"},
};

std::string_view LabelOf(char type) {
  for (const auto& row : kTypeLabels) {
    if (row.type == type) return row.label;
  }
  return "a value";
}

bool Fits(char given, char wanted) {
  if (wanted == 'R') return given == kSet || given == kDict || given == kAny;
  return given == wanted || given == kAny || wanted == kAny;
}

std::unexpected<Error> Refuse(const Node& node, const std::string& reason, std::string hint = "") {
  const std::string place = node.column == 0 ? "" : fmt::format("column {}: ", node.column);
  return FailWithHint(ErrorKind::kBadParameter, place + reason, std::move(hint));
}

Result<char> TypeOf(const Node& node);

Status Want(const Node& operand, char wanted, const std::string& what) {
  ASSIGN_OR_RETURN(const char given, TypeOf(operand));
  if (Fits(given, wanted)) return {};
  return Refuse(operand, fmt::format("{} must be {}, not {}", what, LabelOf(wanted), LabelOf(given)));
}

// Returns the type of an attribute with one value, or nothing for a type that expressions cannot read.
std::optional<char> TypeOfField(const FieldDescriptor& field) {
  if (field.is_repeated()) return std::nullopt;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES) return std::nullopt;
      return kString;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return kInteger;
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return kUnsigned;
    case FieldDescriptor::CPPTYPE_BOOL:
      return kBool;
    default:
      return std::nullopt;
  }
}

// Returns the type of the values of an attribute that is read by a key, or nothing when it has no keys.
std::optional<char> TypeOfValues(const FieldDescriptor& field) {
  if (field.full_name() == "teleport.workloadidentity.v1.UserAttrs.traits") return kSet;
  if (!field.is_map()) return std::nullopt;
  const auto* const value = field.message_type()->map_value();
  return value->cpp_type() == FieldDescriptor::CPPTYPE_STRING ? std::optional<char>(kString) : std::nullopt;
}

std::vector<std::string_view> NamesIn(const Descriptor& message) {
  std::vector<std::string_view> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  return names;
}

std::unexpected<Error> UnknownAttribute(const Node& path, const std::string& name, const Descriptor& message) {
  const auto names = NamesIn(message);
  const auto meant = DidYouMean(name.substr(name.rfind('.') + 1), std::span<const std::string_view>(names));
  return Refuse(path, fmt::format("unknown attribute \"{}\"", StripControl(name)),
                meant ? fmt::format("did you mean \"{}\"?", *meant) : "");
}

// Follows a path through the attributes.
Result<char> TypeOfPath(const Node& path) {
  const Descriptor* message = teleport::workloadidentity::v1::Attrs::descriptor();
  std::string name;
  for (std::size_t i = 0; i < path.children.size(); ++i) {
    const std::string& part = path.children[i].literal.as_string();
    name += (name.empty() ? "" : ".") + part;
    const FieldDescriptor* const field = message->FindFieldByName(part);
    if (field == nullptr) return UnknownAttribute(path, name, *message);
    const std::size_t left = path.children.size() - i - 1;

    if (const auto values = TypeOfValues(*field)) {
      if (left != 1) return Refuse(path, fmt::format("{} is read by one key: {}[\"KEY\"]", name, name));
      RETURN_IF_ERROR(Want(path.children.back(), kString, "a key in []"));
      return *values;
    }
    if (const auto type = TypeOfField(*field)) {
      if (left == 0) return *type;
      return Refuse(path, fmt::format("{} is {}, which has no parts", name, LabelOf(*type)));
    }
    if (field->is_repeated() || field->message_type() == nullptr) break;
    message = field->message_type();
  }
  return Refuse(path, fmt::format("{} is not an attribute with a value", name));
}

Result<char> TypeOfCall(const Node& call) {
  const PredicateFunction& function = *call.function;
  const std::string_view types = function.types;
  const std::string_view name = function.name.substr(function.name.starts_with('.') ? 1 : 0);
  std::size_t at = 0;
  for (std::size_t i = 0; i < call.children.size(); ++i) {
    RETURN_IF_ERROR(Want(call.children[i], types[at], fmt::format("argument {} of {}", i + 1, name)));
    if (types[at + 1] != '*') ++at;
  }
  return types.back();
}

// One side of a comparison decides its type: the left, or the right when the left is known at the evaluation alone.
Result<char> TypeOfComparison(const Node& node) {
  ASSIGN_OR_RETURN(const char left, TypeOf(node.children[0]));
  ASSIGN_OR_RETURN(const char right, TypeOf(node.children[1]));
  const char compared = left == kAny ? right : left;
  if (compared != kString && compared != kInteger) {
    return Refuse(node.children[0], fmt::format("== and != compare strings and numbers, not {}", LabelOf(compared)));
  }
  if (Fits(right, compared)) return kBool;
  return Refuse(node.children[1], fmt::format("{} is compared with {}", LabelOf(compared), LabelOf(right)));
}

Result<char> TypeOf(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kLiteral:
      return node.literal.is_string() ? kString : node.literal.is_bool() ? kBool : kInteger;
    case Node::Kind::kPath:
      return TypeOfPath(node);
    case Node::Kind::kCall:
      return TypeOfCall(node);

    case Node::Kind::kAnd:
    case Node::Kind::kOr:
    case Node::Kind::kNot:
      for (const Node& child : node.children) RETURN_IF_ERROR(Want(child, kBool, "a condition"));
      return kBool;
    case Node::Kind::kEqual:
    case Node::Kind::kUnequal:
      return TypeOfComparison(node);
  }

  return kAny;
}

}  // namespace

Status CheckWorkloadExpression(std::string_view text) {
  ASSIGN_OR_RETURN(const Node root, ParsePredicate(text, PredicateDialect::kWorkload));
  ASSIGN_OR_RETURN(const char type, TypeOf(root));
  if (Fits(type, kBool)) return {};
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("the expression is {}, not a condition", LabelOf(type)),
                      "compare it: ... == \"VALUE\"");
}

}  // namespace sallyport
