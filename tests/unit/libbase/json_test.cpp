#include "libbase/json.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a document comes back as it was written") {
  for (const char* const text : {
           R"({"a":1,"b":[true,false,null],"c":{"d":"e"},"f":1.5,"g":-9223372036854775808})",
           R"([])",
           R"({})",
           R"("\"\\\b\f\n\r\t\u0001\u007f/")",
           R"("Ünïcode ☃ 𝄞")",
       }) {
    const auto value = ParseJson(text);
    REQUIRE(value);
    CHECK(ToJson(*value) == text);
  }
}

TEST_CASE("values know their lines") {
  const auto value = ParseJson("{\n  \"a\": [\n    1,\n    \"x\"\n  ]\n}");
  REQUIRE(value);
  const Value& list = *value->Find("a");
  CHECK(value->place().line == 1);
  CHECK(list.place().line == 2);
  CHECK(list.as_list()[0].place().line == 3);
  CHECK(list.as_list()[1].place().line == 4);
}

struct BadCase {
  const char* text;
  const char* message;
};

TEST_CASE("what is not JSON is refused with its place") {
  const BadCase cases[] = {
      {"", "1:1: "},          {"{\"a\":1,\n\"a\":2}", "2:3: duplicate key \"a\", first given on line 1"},
      {"[1,]", "1:4: "},      {"[1] x", "1:5: "},
      {"{\"a\" 1}", "1:7: "}, {"\"\xff\"", "1:2: "},
      {"1e400", "1:5: "},     {"[\n[", "2:1: "},
      {"{'a':1}", "1:2: "},   {"[01]", "1:4: "},
  };
  for (const BadCase& bad : cases) {
    const auto value = ParseJson(bad.text);
    INFO(bad.text);
    REQUIRE_FALSE(value);
    CHECK(value.error().kind == ErrorKind::kBadParameter);
    CHECK_THAT(value.error().message, Catch::Matchers::StartsWith(bad.message));
    CHECK(value.error().message.find("json.exception") == std::string::npos);
  }
}

TEST_CASE("size and depth have limits") {
  CHECK(ParseJson(std::string(64, '[') + std::string(64, ']')));
  const auto deep = ParseJson(std::string(100'000, '['));
  REQUIRE_FALSE(deep);
  CHECK(deep.error().message == "1:65: nested deeper than 64 levels");
  CHECK_FALSE(ParseJson("[1,2,3]", {.max_bytes = 6}));
}

TEST_CASE("integers beyond 64 bits become doubles") {
  CHECK(ParseJson("9223372036854775807")->as_int() == INT64_MAX);
  CHECK(ParseJson("9223372036854775808")->is_double());
  CHECK(ParseJson("18446744073709551616")->is_double());
}

TEST_CASE("output can be indented, safe for HTML, and is always JSON") {
  const auto value = ParseJson(R"({"a":[1,{}],"b":[]})");
  REQUIRE(value);
  CHECK(ToJson(*value, {.indent = 4}) == "{\n    \"a\": [\n        1,\n        {}\n    ],\n    \"b\": []\n}");
  CHECK(ToJson(Value("<a&b>"), {.escape_html = true}) == R"("\u003ca\u0026b\u003e")");
  CHECK(ToJson(Value("a\xff"
                     "b")) ==
        "\"a\xEF\xBF\xBD"
        "b\"");
  CHECK(ToJson(Value("a\u009b31m\u202egnp\u2066 \x7f\x1b ünïcode ☃")) ==
        R"("a\u009b31m\u202egnp\u2066 \u007f\u001b ünïcode ☃")");
  CHECK(ParseJson(R"("\u009b\u202e")")->as_string() == "\u009b\u202e");
  CHECK(ToJson(Value(1.0 / 0.0)) == "null");
  CHECK(ToJson(Value(0.1)) == "0.1");
  CHECK(ToJson(*ParseJson("-0.0")) == "-0.0");
}

}  // namespace
}  // namespace sallyport
