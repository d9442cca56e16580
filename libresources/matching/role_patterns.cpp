#include "libresources/matching/role_patterns.h"

#include <algorithm>

#include "libbase/text.h"
#include "teleport/legacy/types/role.pb.h"

namespace sallyport {
namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

// The expression between the braces: a function and a text in quotes.
struct Expression {
  bool negated = false;
  std::string argument;
};

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<Expression> ParseExpression(std::string_view text) {
  std::string_view rest = Trimmed(text);
  Expression expression;
  for (const std::string_view name : {"regexp.not_match(", "regexp.match("}) {
    if (!rest.starts_with(name)) continue;
    expression.negated = name.contains("not");
    rest.remove_prefix(name.size());
    if (!rest.ends_with(')')) break;
    rest = Trimmed(rest.substr(0, rest.size() - 1));
    if (rest.size() < 2 || (rest.front() != '"' && rest.front() != '`') || rest.back() != rest.front()) break;
    expression.argument = rest.substr(1, rest.size() - 2);
    return expression;
  }

  return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a pattern for roles", StripControl(text)),
                      "write {{regexp.match(\"...\")}} or {{regexp.not_match(\"...\")}}");
}

}  // namespace

Status RolePatterns::AddPattern(const std::string& text) {
  Entry entry;
  const auto open = text.find(kOpen);
  const auto close = text.rfind(kClose);
  if (open == std::string::npos && close == std::string::npos) {
    ASSIGN_OR_RETURN(Pattern pattern, Pattern::GlobOrRegexp(text));
    entry.pattern.push_back(std::move(pattern));
  } else {
    if (open == std::string::npos || close == std::string::npos || close < open) {
      return Fail(ErrorKind::kBadParameter, "\"{}\" has {{{{ without }}}}, or }}}} without {{{{", StripControl(text));
    }
    ASSIGN_OR_RETURN(const Expression expression,
                     ParseExpression(std::string_view(text).substr(open + kOpen.size(), close - open - kOpen.size())));
    ASSIGN_OR_RETURN(Pattern pattern, Pattern::Regexp(expression.argument));
    entry.pattern.push_back(std::move(pattern));
    entry.negated = expression.negated;
    entry.prefix = text.substr(0, open);
    entry.suffix = text.substr(close + kClose.size());
  }

  entries_.push_back(std::move(entry));
  return {};
}

Status RolePatterns::AddClaim(const types::ClaimMapping& claim, const TraitMap& traits) {
  const auto values = traits.find(claim.claim());
  if (values == traits.end()) return {};
  ASSIGN_OR_RETURN(const Pattern pattern, Pattern::GlobOrRegexp(claim.value()));

  for (const std::string& value : values->second) {
    if (!pattern.Matches(value)) continue;
    for (const std::string& role : claim.roles()) {
      const std::string made = pattern.Replace(value, role);
      if (made.empty()) continue;
      // A value from a trait is a literal name, whatever characters it contains.
      if (made != role || role.contains('$')) {
        AddName(made);
      } else {
        RETURN_IF_ERROR(AddPattern(role));
      }
    }
  }
  return {};
}

Status RolePatterns::Add(const Texts& roles, const Claims& claims, const TraitMap& traits) {
  for (const std::string& role : roles) RETURN_IF_ERROR(AddPattern(role));
  for (const auto& claim : claims) RETURN_IF_ERROR(AddClaim(claim, traits));
  return {};
}

void RolePatterns::AddName(std::string name) { entries_.push_back({.name = std::move(name), .pattern = {}}); }

bool RolePatterns::Matches(std::string_view role) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    if (entry.pattern.empty()) return role == entry.name;
    if (role.size() < entry.prefix.size() + entry.suffix.size()) return false;
    if (!role.starts_with(entry.prefix) || !role.ends_with(entry.suffix)) return false;
    const auto middle = role.substr(entry.prefix.size(), role.size() - entry.prefix.size() - entry.suffix.size());
    return entry.pattern.front().Matches(middle) != entry.negated;
  });
}

}  // namespace sallyport
