#include "libbase/address.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("an address is in the ranges of its family that have its first bits", "[address]") {
  struct Row {
    const char* address;
    const char* range;
    bool inside;
  };
  const Row rows[] = {{"192.0.2.1", "192.0.2.1/32", true},
                      {"192.0.2.2", "192.0.2.1/32", false},
                      {"192.0.2.9", "192.0.2.0/28", true},
                      {"192.0.2.16", "192.0.2.0/28", false},
                      {"10.1.2.3", "10.0.0.0/8", true},
                      {"11.1.2.3", "10.0.0.0/8", false},
                      {"192.0.2.1", "0.0.0.0/0", true},
                      {"2001:db8::1", "2001:db8::1/128", true},
                      {"2001:db8::2", "2001:db8::1/128", false},
                      {"2001:db8:0:1::2", "2001:db8::/48", true},
                      {"::ffff:192.0.2.1", "192.0.2.1/32", true},
                      {"192.0.2.1", "::/0", false},
                      {"2001:db8::1", "0.0.0.0/0", false},
                      {"192.0.2.1", "192.0.2.1", false},
                      {"192.0.2.1", "192.0.2.1/33", false},
                      {"192.0.2.1", "", false},
                      {"a name", "0.0.0.0/0", false},
                      {"", "0.0.0.0/0", false}};
  for (const Row& row : rows) {
    CAPTURE(row.address, row.range);
    CHECK(IsInAddressRange(row.address, row.range) == row.inside);
  }
}

}  // namespace
}  // namespace sallyport
