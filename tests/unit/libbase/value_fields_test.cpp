#include "libbase/value_fields.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a text of a map, and nothing where there is none") {
  Value map = Value::EmptyMap();
  map.Set("text", "here");
  map.Set("number", 7);
  map.Set("list", Value::Strings({"here"}));
  CHECK(TextAt(map, "text") == "here");
  for (const char* key : {"number", "list", "Text", ""}) CHECK(TextAt(map, key).empty());
  CHECK(TextAt(Value("text"), "text").empty());
  CHECK(TextAt(&map, "text") == "here");
  CHECK(TextAt(nullptr, "text").empty());
  CHECK(TextIgnoringCase(map, "TEXT") == "here");
  CHECK(TextIgnoringCase(map, "number").empty());
}

}  // namespace
}  // namespace sallyport
