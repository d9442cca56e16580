#include "libbase/toml.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("TOML becomes values with places") {
  const auto parsed = ParseToml("a = 1\nb = [\"x\", true]\n[c.d]\ntime = 2021-05-05T00:00:00Z\n", "x.toml");
  REQUIRE(parsed);
  CHECK(parsed->Find("a")->as_int() == 1);
  CHECK(parsed->Find("b")->as_list().size() == 2);
  const Value* const time = parsed->Find("c")->Find("d")->Find("time");
  REQUIRE(time != nullptr);
  CHECK(time->as_string() == "2021-05-05T00:00:00Z");
  CHECK(time->place().line == 4);
}

TEST_CASE("strings and comments have any character") {
  const auto parsed = ParseToml("# \xc3\xa9\na = \"\xc3\xa9\\\"\xc3\xa9\" # \xc3\xa9\nb = '\xc3\xa9'\n", "x.toml");
  REQUIRE(parsed);
  CHECK(parsed->Find("a")->as_string() == "\xc3\xa9\"\xc3\xa9");
  CHECK(parsed->Find("b")->as_string() == "\xc3\xa9");
}

TEST_CASE("wrong TOML names file, line and column") {
  for (const char* text : {" [[?", "[?", "[\x1a", "z\xef\xbb\xbb", "\nk\xc3\xa9 = 1", "a = \"x\" \xc3\xa9",
                           "0=+'\xc3\x92", "a = ", "a = 1\na = 2\n", "[x\n", "a = \"\x01\"\n", "= 1"}) {
    INFO(text);
    const auto parsed = ParseToml(text, "x.toml");
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::kBadParameter);
    CHECK(parsed.error().message.starts_with("x.toml:"));
  }
  const auto large = ParseToml(std::string((1 << 20) + 1, ' '), "x.toml");
  REQUIRE_FALSE(large);
  CHECK(large.error().kind == ErrorKind::kLimitExceeded);
}

}  // namespace
}  // namespace sallyport
