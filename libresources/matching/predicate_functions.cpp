#include <algorithm>
#include <array>

#include "libbase/address.h"
#include "libbase/text.h"
#include "libresources/matching/pattern.h"
#include "libresources/matching/predicate_node.h"

namespace sallyport {
namespace {

using Call = PredicateCall;

constexpr unsigned kWhere = 1U << static_cast<unsigned>(PredicateDialect::kWhere);
constexpr unsigned kResource = 1U << static_cast<unsigned>(PredicateDialect::kResource);
constexpr unsigned kTemplate = 1U << static_cast<unsigned>(PredicateDialect::kTemplate);
constexpr unsigned kLabelsFunction = 1U << static_cast<unsigned>(PredicateDialect::kLabels);
constexpr unsigned kWorkload = 1U << static_cast<unsigned>(PredicateDialect::kWorkload);
constexpr unsigned kReviews =
    1U << static_cast<unsigned>(PredicateDialect::kReview) | 1U << static_cast<unsigned>(PredicateDialect::kThreshold);

// Returns a value's texts: of a list its items, of a text itself, of nothing none.
std::vector<std::string> Texts(const Value& value) {
  std::vector<std::string> texts;
  if (value.is_string()) texts.push_back(value.as_string());
  for (const Value& item : value.as_list()) texts.push_back(item.as_string());
  return texts;
}

bool Has(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

// Replaces each text by the result of a function; drops empty results.
template <typename Function>
Result<Value> Map(const Value& list, Function function) {
  Value mapped = Value::EmptyList();
  for (const std::string& text : Texts(list)) {
    ASSIGN_OR_RETURN(std::string result, function(text));
    if (!result.empty()) mapped.Append(std::move(result));
  }
  return mapped;
}

Result<Value> Equals(const Call& call) {
  const Value& a = call.arguments[0];
  const Value& b = call.arguments[1];
  const auto empty = [](const Value& value) { return value.is_null() || Texts(value).empty() || value == Value(""); };
  if (a.is_null() || b.is_null()) return Value(empty(a) && empty(b));
  return Value(a == b);
}

Result<Value> Contains(const Call& call) {
  // In conditions of rules a text is not a list, as in the reference.
  const bool list = call.arguments[0].is_list() || call.dialect != PredicateDialect::kWhere;
  return Value(list && call.arguments[1].is_string() && Has(Texts(call.arguments[0]), call.arguments[1].as_string()));
}

Result<Value> ContainsAny(const Call& call) {
  const std::vector<std::string> list = Texts(call.arguments[0]);
  const std::vector<std::string> wanted = Texts(call.arguments[1]);
  return Value(std::any_of(wanted.begin(), wanted.end(), [&list](const auto& item) { return Has(list, item); }));
}

Result<Value> ContainsAll(const Call& call) {
  const std::vector<std::string> list = Texts(call.arguments[0]);
  const std::vector<std::string> wanted = Texts(call.arguments[1]);
  return Value(!wanted.empty() &&
               std::all_of(wanted.begin(), wanted.end(), [&list](const auto& item) { return Has(list, item); }));
}

Result<Value> Set(const Call& call) {
  Value set = Value::EmptyList();
  for (const Value& argument : call.arguments) {
    if (argument.is_string()) set.Append(argument);
  }
  return set;
}

Result<Value> AllEndWith(const Call& call) {
  const std::vector<std::string> list = Texts(call.arguments[0]);
  if (!call.arguments[1].is_string()) return Value(false);
  const std::string& suffix = call.arguments[1].as_string();
  return Value(std::all_of(list.begin(), list.end(), [&](const std::string& item) { return item.ends_with(suffix); }));
}

Result<Value> AllEqual(const Call& call) {
  const std::vector<std::string> list = Texts(call.arguments[0]);
  if (!call.arguments[1].is_string()) return Value(false);
  const std::string& wanted = call.arguments[1].as_string();
  return Value(std::all_of(list.begin(), list.end(), [&](const std::string& item) { return item == wanted; }));
}

Result<Value> IsSubset(const Call& call) {
  std::vector<std::string> superset;
  for (const Value& argument : call.arguments.subspan(1)) {
    if (!argument.is_string()) return Value(false);
    superset.push_back(argument.as_string());
  }
  const std::vector<std::string> list = Texts(call.arguments[0]);
  return Value(std::all_of(list.begin(), list.end(), [&](const std::string& item) { return Has(superset, item); }));
}

Result<Value> HasPrefix(const Call& call) {
  return Value(call.arguments[0].is_string() && call.arguments[1].is_string() &&
               call.arguments[0].as_string().starts_with(call.arguments[1].as_string()));
}

Result<Value> CaType(const Call& call) {
  static const std::array<std::string, 2> kPath{"system", "catype"};
  const auto type = call.fields.Lookup(kPath);
  return type && type->is_string() ? *type : Value("");
}

Result<Value> CanView(const Call& call) { return Value(call.fields.CanView()); }

Result<Value> Search(const Call& call) {
  std::vector<std::string> words;
  for (const Value& argument : call.arguments) words.push_back(argument.as_string());
  return Value(call.fields.Search(words));
}

Result<Value> Exists(const Call& call) {
  const std::vector<std::string> texts = Texts(call.arguments[0]);
  return Value(std::any_of(texts.begin(), texts.end(), [](const std::string& text) { return !text.empty(); }));
}

Result<Value> Split(const Call& call) {
  std::string_view text = call.arguments[0].as_string();
  const std::string& separator = call.arguments[1].as_string();
  Value parts = Value::EmptyList();
  std::size_t end = separator.empty() ? std::string_view::npos : text.find(separator);
  while (end != std::string_view::npos) {
    parts.Append(text.substr(0, end));
    text.remove_prefix(end + separator.size());
    end = text.find(separator);
  }
  parts.Append(text);
  return parts;
}

Result<Value> LabelsMatching(const Call& call) {
  static const std::array<std::string, 1> kPath{"labels"};
  ASSIGN_OR_RETURN(const Value labels, call.fields.Lookup(kPath));
  Value values = Value::EmptyList();
  for (const auto& [key, value] : labels.as_map()) {
    ASSIGN_OR_RETURN(const bool matches, MatchesExpression(key, call.arguments[0].as_string()));
    if (matches) values.Append(value);
  }
  return values;
}

Result<Value> RegexpMatch(const Call& call) {
  for (const std::string& text : Texts(call.arguments[0])) {
    ASSIGN_OR_RETURN(const bool matches, MatchesExpression(text, call.arguments[1].as_string()));
    if (matches) return Value(true);
  }
  return Value(false);
}

Result<Value> RegexpReplace(const Call& call) {
  ASSIGN_OR_RETURN(const Pattern pattern, Pattern::Regexp(call.arguments[1].as_string()));
  return Map(call.arguments[0], [&](const std::string& text) -> Result<std::string> {
    return pattern.Matches(text) ? pattern.Replace(text, call.arguments[2].as_string()) : std::string();
  });
}

// RFC 5322, 3.2.3: words with dots between.
bool IsDotAtom(std::string_view text) {
  constexpr std::string_view kSpecials = "\"(),:;<>@[\\]";
  const bool plain = std::ranges::all_of(text, [&](unsigned char c) {
    return c > ' ' && c != 0x7f && kSpecials.find(static_cast<char>(c)) == std::string_view::npos;
  });
  return !text.empty() && plain && !text.starts_with('.') && !text.ends_with('.') && !text.contains("..");
}

// A name, or an IP address in brackets.
bool IsMailDomain(std::string_view domain) {
  if (!domain.starts_with('[')) return IsDotAtom(domain);
  return domain.ends_with(']') && IsIpAddress(std::string(domain.substr(1, domain.size() - 2)));
}

// Returns the part before the @ of an address, which may be written as Name <address>.
Result<std::string> LocalPart(const std::string& email) {
  std::string_view address = email;
  const std::size_t open = address.find('<');
  if (open != std::string_view::npos && address.ends_with('>')) {
    address = address.substr(open + 1, address.size() - open - 2);
  }
  const std::size_t at = address.rfind('@');
  const std::string_view local = address.substr(0, at);
  if (at == std::string_view::npos || !IsDotAtom(local) || !IsMailDomain(address.substr(at + 1))) {
    return Fail(ErrorKind::kBadParameter, "email.local: \"{}\" is not an email address", StripControl(email));
  }
  return std::string(local);
}

Result<Value> EmailLocal(const Call& call) { return Map(call.arguments[0], &LocalPart); }

template <char kFirst, char kLast, int kShift>
Result<Value> Shifted(const Call& call) {
  return Map(call.arguments[0], [](std::string text) -> Result<std::string> {
    for (char& c : text) c = c >= kFirst && c <= kLast ? static_cast<char>(c + kShift) : c;
    return text;
  });
}

// A function that expressions of workload identities are checked for: the cluster issues no certificates by them.
Result<Value> NotEvaluated(const Call&) {
  return Fail(ErrorKind::kNotImplemented, "the evaluation of expressions of workload identities is not implemented");
}

constexpr PredicateFunction kFunctions[] = {
    {"equals", kWhere | kResource | kReviews, 2, 2, &Equals},
    {"contains", kWhere | kResource | kLabelsFunction | kReviews, 2, 2, &Contains},
    {"contains_all", kWhere | kLabelsFunction | kWorkload, 2, 2, &ContainsAll, "SS:b"},
    {"contains_any", kWhere | kLabelsFunction | kWorkload, 2, 2, &ContainsAny, "SS:b"},
    {"set", kWhere | kLabelsFunction | kWorkload, 0, -1, &Set, "s*:S"},
    {"all_end_with", kWhere, 2, 2, &AllEndWith},
    {"all_equal", kWhere, 2, 2, &AllEqual},
    {"is_subset", kWhere, 1, -1, &IsSubset},
    {"has_prefix", kWhere, 2, 2, &HasPrefix},
    {"system.catype", kWhere, 0, 0, &CaType},
    {"can_view", kWhere, 0, 0, &CanView},
    {"hasPrefix", kResource, 2, 2, &HasPrefix},
    {"search", kResource, 1, -1, &Search},
    {"exists", kResource, 1, 1, &Exists},
    {"split", kResource, 2, 2, &Split},
    {"labels_matching", kLabelsFunction, 1, 1, &LabelsMatching},
    {"regexp.match", kLabelsFunction | kReviews | kWorkload, 2, 2, &RegexpMatch, "Ss:b"},
    {"regexp.replace", kLabelsFunction | kTemplate | kWorkload, 3, 3, &RegexpReplace, "Sss:S"},
    {"email.local", kLabelsFunction | kTemplate | kWorkload, 1, 1, &EmailLocal, "S:S"},
    {"strings.upper", kLabelsFunction | kWorkload, 1, 1, &Shifted<'a', 'z', 'A' - 'a'>, "a:a"},
    {"strings.lower", kLabelsFunction | kWorkload, 1, 1, &Shifted<'A', 'Z', 'a' - 'A'>, "a:a"},
    {"strings.replaceall", kWorkload, 3, 3, &NotEvaluated, "ass:a"},
    {"strings.split", kWorkload, 2, 2, &NotEvaluated, "Ss:S"},
    {"is_empty", kWorkload, 1, 1, &NotEvaluated, "S:b"},
    {"union", kWorkload, 0, -1, &NotEvaluated, "S*:S"},
    {"pair", kWorkload, 2, 2, &NotEvaluated, "aa:P"},
    {"dict", kWorkload, 0, -1, &NotEvaluated, "P*:D"},
    {"option", kWorkload, 2, 2, &NotEvaluated, "ba:O"},
    {"choose", kWorkload, 0, -1, &NotEvaluated, "O*:a"},
    {"ifelse", kWorkload, 3, 3, &NotEvaluated, "baa:a"},
    {"time.RFC3339", kWorkload, 1, 1, &NotEvaluated, "s:T"},
    {"before", kWorkload, 2, 2, &NotEvaluated, "TT:b"},
    {"after", kWorkload, 2, 2, &NotEvaluated, "TT:b"},
    {"between", kWorkload, 3, 3, &NotEvaluated, "TTT:b"},
    {"sigstore.policy_satisfied", kWorkload, 0, -1, &NotEvaluated, "s*:b"},
    {".add", kWorkload, 1, -1, &NotEvaluated, "Ss*:S"},
    {".contains", kWorkload, 2, 2, &NotEvaluated, "Ss:b"},
    {".contains_any", kWorkload, 2, 2, &NotEvaluated, "SS:b"},
    {".contains_all", kWorkload, 2, 2, &NotEvaluated, "SS:b"},
    {".isempty", kWorkload, 1, 1, &NotEvaluated, "S:b"},
    {".put", kWorkload, 3, 3, &NotEvaluated, "DsS:D"},
    {".add_values", kWorkload, 2, -1, &NotEvaluated, "Dss*:D"},
    {".remove", kWorkload, 1, -1, &NotEvaluated, "Rs*:a"},
    {".before", kWorkload, 2, 2, &NotEvaluated, "TT:b"},
    {".after", kWorkload, 2, 2, &NotEvaluated, "TT:b"},
    {".between", kWorkload, 3, 3, &NotEvaluated, "TTT:b"},
};

}  // namespace

std::span<const PredicateFunction> PredicateFunctions() { return kFunctions; }

}  // namespace sallyport
