#include "libidentity/go_json.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("lists of strings are written without spaces", "[go-json]") {
  CHECK(GoJsonStrings({}) == "[]");
  CHECK(GoJsonStrings({"a"}) == R"(["a"])");
  CHECK(GoJsonStrings({"a", "b<c"}) == R"(["a","b\u003cc"])");
}

TEST_CASE("lists are read back, also below a key of any case", "[go-json]") {
  const std::vector<std::string> items{"a", "", "\"<"};
  CHECK(ParseJsonStrings(GoJsonStrings(items)).value() == items);
  CHECK(ParseJsonStrings("null").value().empty());
  CHECK(ParseJsonStringsBelow(R"({"version":"v1","roles":["a","b"]})", "roles").value() ==
        std::vector<std::string>{"a", "b"});
  CHECK(ParseJsonStringsBelow(R"({"Roles":["a"]})", "roles").value() == std::vector<std::string>{"a"});
  CHECK(ParseJsonStringsBelow("{}", "roles").value().empty());
}

TEST_CASE("other shapes are refused", "[go-json]") {
  for (const std::string_view json : {"", "{}", "[1]", "[[]]", "[\"a\"", "\"a\""}) {
    CAPTURE(json);
    CHECK_FALSE(ParseJsonStrings(json).has_value());
  }
  CHECK_FALSE(ParseJsonStringsBelow("[]", "roles").has_value());
  CHECK_FALSE(ParseJsonStringsBelow(R"({"roles":"a"})", "roles").has_value());
  CHECK(CheckJsonObject("{}").has_value());
  CHECK_FALSE(CheckJsonObject("[]").has_value());
  CHECK_FALSE(CheckJsonObject("{").has_value());
}

}  // namespace
}  // namespace sallyport
