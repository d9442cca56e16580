#include "libbase/percent_encoding.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a text is percent-encoded but for letters, digits and what is plain") {
  CHECK(PercentEncoded("", "").empty());
  CHECK(PercentEncoded("aZ09", "") == "aZ09");
  CHECK(PercentEncoded("a b/c", "") == "a%20b%2Fc");
  CHECK(PercentEncoded("a b/c", "/") == "a%20b/c");
  CHECK(PercentEncoded("\xc3\xa9%\x01", "-") == "%C3%A9%25%01");
}

}  // namespace
}  // namespace sallyport
