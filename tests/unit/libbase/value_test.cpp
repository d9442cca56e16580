#include "libbase/value.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a value gives what it holds and the empty thing otherwise") {
  CHECK(Value(true).as_bool());
  CHECK(Value(7).as_int() == 7);
  CHECK(Value(7).as_double() == 7.0);
  CHECK(Value("x").as_string() == "x");
  CHECK(Value("x").as_int() == 0);
  CHECK(Value(7).as_string().empty());
  CHECK(Value("x").as_list().empty());
  CHECK(Value().as_map().empty());
  CHECK_FALSE(Value("true").as_bool());
}

TEST_CASE("maps keep the order of insertion and replace in place") {
  Value map;
  map.Set("b", 1);
  map.Set("a", 2);
  map.Set("b", 3);
  REQUIRE(map.as_map().size() == 2);
  CHECK(map.as_map()[0].first == "b");
  CHECK(map.as_map()[0].second.as_int() == 3);
  CHECK(map.Remove("b"));
  CHECK_FALSE(map.Remove("b"));
  CHECK(map.Find("b") == nullptr);
  CHECK(map.Find("a")->as_int() == 2);
}

TEST_CASE("an exact key wins over one in another case") {
  Value map;
  map.Set("NAME", "loud");
  map.Set("name", "quiet");
  CHECK(map.FindIgnoringCase("name")->as_string() == "quiet");
  CHECK(map.FindIgnoringCase("Name")->as_string() == "loud");
  CHECK(map.FindIgnoringCase("names") == nullptr);
}

TEST_CASE("comparison looks at content, not at places") {
  Value one = Value::Strings({"a", "b"});
  one.set_place({.line = 3, .column = 1});
  CHECK(one == Value::Strings({"a", "b"}));
  CHECK_FALSE(one == Value::Strings({"b", "a"}));
  CHECK_FALSE(Value(1) == Value(1.0));
  CHECK_FALSE(Value() == Value::EmptyMap());
}

TEST_CASE("type names for error texts") {
  CHECK(TypeName(Value()) == "null");
  CHECK(TypeName(Value(1.5)) == "a number");
  CHECK(TypeName(Value::EmptyList()) == "a list");
  CHECK(TypeName(Value::EmptyMap()) == "a map");
}

}  // namespace
}  // namespace sallyport
