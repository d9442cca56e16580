#include "libbase/digest.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"

namespace sallyport {
namespace {

TEST_CASE("SHA-256 of the standard's example") {
  CHECK(ToHex(Sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace sallyport
