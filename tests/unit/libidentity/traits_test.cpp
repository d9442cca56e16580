#include "libidentity/traits.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("null and empty are written apart, for the map and for lists", "[traits]") {
  CHECK(Traits().ToJson() == "null");
  CHECK(Traits(Traits::Map{}).ToJson() == "{}");
  Traits traits;
  traits.Set("b", std::nullopt);
  traits.Set("a", {{}});
  traits.Set("c", {{"x", ""}});
  CHECK(traits.ToJson() == R"({"a":[],"b":null,"c":["x",""]})");
}

// The expected text is the output of Go's encoding/json for the same map.
TEST_CASE("text is escaped as Go escapes it", "[traits]") {
  Traits traits;
  traits.Set("a\xe2\x80\xa8\xe2\x80\xa9\x7f\x01\b\f\n\r\t<>&\"\\/\xc3\xa9\xf0\x9f\x98\x80", {{"\xff"}});
  traits.Set("e", {{}});
  traits.Set("n", std::nullopt);
  CHECK(traits.ToJson() ==
        "{\"a\\u2028\\u2029\x7f\\u0001\\b\\f\\n\\r\\t\\u003c\\u003e\\u0026\\\"\\\\/\xc3\xa9\xf0\x9f\x98\x80\":"
        "[\"\\ufffd\"],\"e\":[],\"n\":null}");
}

TEST_CASE("keys are sorted by byte", "[traits]") {
  Traits traits;
  for (const std::string_view name : {"b", "a", "B", "\xc3\xa9", "a_"}) traits.Set(name, std::nullopt);
  CHECK(traits.ToJson() == "{\"B\":null,\"a\":null,\"a_\":null,\"b\":null,\"\xc3\xa9\":null}");
}

TEST_CASE("traits that are written are read back", "[traits]") {
  for (const std::string_view json :
       {"null", "{}", R"({"a":[],"b":null,"c":["x",""]})", R"({"\u003c\u0026":["\"\\"]})"}) {
    CAPTURE(json);
    CHECK(Traits::FromJson(json).value().ToJson() == json);
  }
  CHECK(Traits::FromJson(R"({"a":[null,"b"]})").value().Get("a") == std::vector<std::string>{"", "b"});
  CHECK_FALSE(Traits::FromJson("null").value() == Traits::FromJson("{}").value());
}

TEST_CASE("values are found and removed", "[traits]") {
  Traits traits;
  CHECK(traits.is_null());
  CHECK_FALSE(traits.Remove("logins"));
  CHECK(traits.Get("logins").empty());
  CHECK(traits.entries().empty());
  traits.Set("logins", {{"root"}});
  traits.Set("none", std::nullopt);
  CHECK_FALSE(traits.is_null());
  CHECK(traits.Get("logins") == std::vector<std::string>{"root"});
  CHECK(traits.Get("none").empty());
  CHECK(traits.entries().size() == 2);
  CHECK(traits.Remove("logins"));
  CHECK(traits.Get("logins").empty());
}

TEST_CASE("JSON of another shape is refused", "[traits]") {
  for (const std::string_view json :
       {"", "{", "[]", "\"a\"", "1", R"({"a":"b"})", R"({"a":[1]})", R"({"a":[["b"]]})", R"({"a":{}})", "null x"}) {
    CAPTURE(json);
    const auto result = Traits::FromJson(json);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().kind == ErrorKind::kBadParameter);
    CHECK(result.error().message.starts_with("trait"));
  }
}

}  // namespace
}  // namespace sallyport
