#include "libresources/matching/pattern.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

struct MatchCase {
  const char* value;
  const char* expression;
  bool matches;
};

TEST_CASE("globs and regular expressions match whole values") {
  const MatchCase cases[] = {
      {"dev", "dev", true},
      {"dev", "de", false},
      {"DEV", "dev", false},
      {"dev-1", "dev-*", true},
      {"dev", "*", true},
      {"", "*", true},
      {"a.b", "a.b", true},
      {"axb", "a.b", false},
      {"axb", "^a.b$", true},
      {"xaxb", "^a.b$", false},
      {"^dev", "^dev", true},
      {"a+b", "a+*", true},
      {"prod-eu-1", "*-eu-*", true},
      {"prod-us-1", "*-eu-*", false},
      {"a\nb", "*", false},
      {"ab", "^a|b$", true},
  };
  for (const MatchCase& row : cases) {
    INFO(row.value << " against " << row.expression);
    CHECK(MatchesExpression(row.value, row.expression).value() == row.matches);
  }
}

TEST_CASE("a wrong regular expression is an error") {
  const auto matched = MatchesExpression("x", "^(x$");
  REQUIRE_FALSE(matched);
  CHECK(matched.error().kind == ErrorKind::kBadParameter);
  CHECK_FALSE(Pattern::Regexp("("));
  CHECK_FALSE(Pattern::Regexp(std::string(10'000, 'a')));
}

struct ReplaceCase {
  const char* expression;
  const char* text;
  const char* replacement;
  const char* replaced;
};

TEST_CASE("replacements follow Go's syntax") {
  const ReplaceCase cases[] = {
      {"^dev-(.*)$", "dev-alice", "$1", "alice"},
      {"-", "a-b-c", "_", "a_b_c"},
      {"(?P<name>\\w+)@(\\w+)", "a@b", "${name} at $2", "a at b"},
      {"a(x)?", "ab", "[$1]", "[]b"},
      {"a", "a", "$$1", "$1"},
      {"a", "a", "$9 $", " $"},
      {"a", "a", "$1x", ""},
      {"x*", "abc", "-", "-a-b-c-"},
      {"b*", "abc", "-", "-a-c-"},
      {"none", "abc", "x", "abc"},
  };
  for (const ReplaceCase& row : cases) {
    INFO(row.expression);
    CHECK(Pattern::Regexp(row.expression)->Replace(row.text, row.replacement) == row.replaced);
  }
}

}  // namespace
}  // namespace sallyport
