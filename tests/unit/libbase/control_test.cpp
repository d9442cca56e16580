#include "libbase/control.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("control characters for a terminal are recognised") {
  for (const char32_t c : {0x07U, 0x1BU, 0x7FU, 0x9BU, 0x61CU, 0x200FU, 0x2028U, 0x202EU, 0x2066U}) CHECK(IsControl(c));
  for (const char32_t c : {0x20U, 0x7EU, 0xA0U, 0xFCU, 0x200DU, 0x2603U}) CHECK_FALSE(IsControl(c));
  CHECK(IsControlCode(0x9B));
  CHECK_FALSE(IsControlCode(0x202E));
}

}  // namespace
}  // namespace sallyport
