// Matches globs and regular expressions from users in linear time (RE2, the syntax of Go's regexp). Copies share the
// compiled pattern; matching is thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace sallyport {

// Stands for every value where a role, a rule or a label names values.
inline constexpr std::string_view kWildcard = "*";

class Pattern {
 public:
  // Compiles a regular expression that may match anywhere. Fails with kBadParameter.
  static Result<Pattern> Regexp(std::string_view expression);
  // Compiles an expression as Teleport matches values: ^...$ is a regular expression, anything else a text in which *
  // stands for any characters; both must match the whole value. Caches recently used patterns.
  static Result<Pattern> GlobOrRegexp(std::string_view expression);

  bool Matches(std::string_view text) const;
  // Returns the text with every match replaced; in the replacement $1 and ${name} stand for groups and $$ for $.
  std::string Replace(std::string_view text, std::string_view replacement) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const re2::RE2> compiled_;
};

// A glob or ^regexp$ to match against many values; most expressions are plain texts, which need no regular expression.
// Matches reports an invalid expression.
class ValueExpression {
 public:
  explicit(false) ValueExpression(std::string text);

  const std::string& text() const { return text_; }
  Result<bool> Matches(std::string_view value) const;

 private:
  std::string text_;
  std::optional<Result<Pattern>> pattern_;  // nothing: a plain text, or *
};

// Returns whether a value matches a glob or ^regexp$; fails with kBadParameter when the expression is invalid.
Result<bool> MatchesExpression(std::string_view value, std::string_view expression);

}  // namespace sallyport
