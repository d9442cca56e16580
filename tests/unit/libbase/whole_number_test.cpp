#include "libbase/whole_number.h"

#include <catch2/catch.hpp>
#include <cstdint>

using namespace sallyport;

TEST_CASE("a text that is a number is read") {
  CHECK(ReadWholeNumber<int>("0") == 0);
  CHECK(ReadWholeNumber<int>("-12") == -12);
  CHECK(ReadWholeNumber<int>("0012") == 12);
  CHECK(ReadWholeNumber<std::uint64_t>("18446744073709551615") == 18446744073709551615ULL);
  CHECK(ReadWholeNumber<int>("ff", 16) == 255);
}

TEST_CASE("a text that is more than a number, or none, is not read") {
  for (const char* text : {"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "x", "99999999999"}) {
    INFO(text);
    CHECK_FALSE(ReadWholeNumber<int>(text));
  }
  CHECK_FALSE(ReadWholeNumber<unsigned>("-1"));
  CHECK_FALSE(ReadWholeNumber<int>("8", 8));
}
