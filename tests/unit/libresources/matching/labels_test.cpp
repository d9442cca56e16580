#include "libresources/matching/labels.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

struct LabelCase {
  LabelSelector selector;
  Labels labels;
  bool matches;
};

TEST_CASE("selectors match labels") {
  const LabelCase cases[] = {
      {{}, {}, false},
      {{}, {{"a", "b"}}, false},
      {{{"*", {"*"}}}, {}, true},
      {{{"*", {"*"}}, {"env", {"prod"}}}, {}, true},
      {{{"*", {"*", "x"}}}, {{"a", "b"}}, false},
      {{{"env", {"dev"}}}, {{"env", "dev"}}, true},
      {{{"env", {"dev"}}}, {{"env", "prod"}}, false},
      {{{"env", {"dev", "prod"}}}, {{"env", "prod"}}, true},
      {{{"env", {"*"}}}, {{"env", ""}}, true},
      {{{"env", {"*"}}}, {{"other", "x"}}, false},
      {{{"env", {"dev"}}, {"os", {"linux"}}}, {{"env", "dev"}}, false},
      {{{"env", {"dev"}}, {"os", {"l*x"}}}, {{"env", "dev"}, {"os", "linux"}}, true},
      {{{"env", {"^de[vp]$"}}}, {{"env", "dep"}}, true},
      {{{"env", {"^de[vp]$"}}}, {{"env", "dex"}}, false},
      {{{"env", {}}}, {{"env", "dev"}}, false},
      {{{"", {""}}}, {{"env", "dev"}}, false},
      {{{"e*", {"dev"}}}, {{"env", "dev"}}, false},
  };
  int index = 0;
  for (const LabelCase& row : cases) {
    INFO("case " << index++);
    CHECK(LabelMatcher({.selector = row.selector, .expression = ""}, {})
              .Matches(RoleCondition::kAllow, row.labels)
              .value() == row.matches);
  }
  CHECK_FALSE(LabelMatcher({.selector = {{"env", {"^(x$"}}}, .expression = ""}, {})
                  .Matches(RoleCondition::kAllow, {{"env", "dev"}}));
}

TEST_CASE("to allow both selector and expression must match, to deny one is enough") {
  const Labels dev{{"env", "dev"}};
  const LabelSelector yes{{"env", {"dev"}}};
  const LabelSelector no{{"env", {"prod"}}};
  const auto match = [&dev](RoleCondition condition, const LabelSelector& selector, const char* expression) {
    return LabelMatcher({.selector = selector, .expression = expression}, {{"team", {"dev"}}})
        .Matches(condition, dev)
        .value();
  };
  for (const RoleCondition condition : {RoleCondition::kAllow, RoleCondition::kDeny}) {
    const bool deny = condition == RoleCondition::kDeny;
    CHECK_FALSE(match(condition, {}, ""));
    CHECK(match(condition, yes, ""));
    CHECK_FALSE(match(condition, no, ""));
    CHECK(match(condition, {}, "labels.env == 'dev'"));
    CHECK(match(condition, {}, R"(contains(user.spec.traits["team"], labels["env"]))"));
    CHECK_FALSE(match(condition, {}, R"(contains(user.spec.traits["none"], labels["env"]))"));
    CHECK(match(condition, yes, "labels.env == 'prod'") == deny);
    CHECK(match(condition, no, "labels.env == 'dev'") == deny);
    CHECK_FALSE(match(condition, no, "labels.env == 'prod'"));
  }
  CHECK_FALSE(LabelMatcher({.selector = {}, .expression = "labels."}, {}).Matches(RoleCondition::kAllow, dev));
}

}  // namespace
}  // namespace sallyport
