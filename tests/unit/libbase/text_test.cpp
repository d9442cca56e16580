#include "libbase/text.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("UTF-8 is checked as RFC 3629 says") {
  for (const char* const text : {"", "plain", "é", "☃", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) CHECK(IsValidUtf8(text));
  for (const char* const text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                 "\xF8\x88\x80\x80\x80", "\xC3", "a\xE2\x98", "\xFF"}) {
    CHECK_FALSE(IsValidUtf8(text));
  }
  CHECK(ToValidUtf8("a\xE2\x98z") == "a\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST_CASE("parts of a text") {
  CHECK(LowerCase("Ab\xC3\x84Z@[") == "ab\xC3\x84z@[");
  std::string_view lines = "one \n\ntwo";
  for (const std::string_view line : {"one ", "", "two", ""}) CHECK(TakeLine(lines) == line);
  for (const char32_t c : {U'0', U'9'}) CHECK(IsDigit(c));
  for (const char32_t c : {U'/', U':', U'a', U'\u0660'}) CHECK_FALSE(IsDigit(c));
  constexpr std::string_view kWords[] = {"a", "b"};
  CHECK(IsOneOf(kWords, "b"));
  CHECK_FALSE(IsOneOf(kWords, "B"));
}

TEST_CASE("text for a terminal has no controls left") {
  CHECK(StripControl("plain ünïcode ☃") == "plain ünïcode ☃");
  CHECK(StripControl("a\x1B[31mred\x1B[0m\x07") == "a\\x1b[31mred\\x1b[0m\\x07");
  CHECK(StripControl("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(StripControl("\xC2\x9B"
                     "31m") == "\\x9b31m");
  CHECK(StripControl("\xFF\x7F") == "\\xff\\x7f");
  CHECK(StripControl("user\u202Egnp.exe") == "usergnp.exe");
  CHECK(StripControl(std::string_view("\0", 1)) == "\\x00");
  CHECK(StripControl("one\u2028two") == "onetwo");
}

TEST_CASE("edit distance counts swaps of neighbours once") {
  CHECK(EditDistance("", "") == 0);
  CHECK(EditDistance("", "abc") == 3);
  CHECK(EditDistance("kitten", "sitting") == 3);
  CHECK(EditDistance("lable", "label") == 1);
}

TEST_CASE("the nearest word is suggested") {
  const std::vector<std::string> words = {"logins", "node_labels", "kubernetes_groups"};
  CHECK(DidYouMean("kubernetes_group", words) == "kubernetes_groups");
  CHECK(DidYouMean("login", words) == "logins");
  CHECK(DidYouMean("zzz", words) == std::nullopt);
  CHECK(DidYouMean("", words) == std::nullopt);
}

TEST_CASE("a word for a shell") {
  CHECK(ShellQuoted("") == "''");
  CHECK(ShellQuoted("a b$c") == "'a b$c'");
  CHECK(ShellQuoted("it's") == "'it'\\''s'");
}

TEST_CASE("UUIDs") {
  CHECK(IsUuid("6c1c7ea4-9F2d-5e1b-8b1c-0d3a4e5f6a7b"));
  for (const char* text : {"", "6c1c7ea4-9f2d-5e1b-8b1c-0d3a4e5f6a7", "6c1c7ea49f2d-5e1b-8b1c-0d3a4e5f6a7b-",
                           "6c1c7ea4-9f2d-5e1b-8b1c-0d3a4e5f6a7g", "../../etc/passwd-------------------"}) {
    CHECK_FALSE(IsUuid(text));
  }
}

}  // namespace
}  // namespace sallyport
