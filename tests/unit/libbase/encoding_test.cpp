#include "libbase/encoding.h"

#include <array>

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

// The vectors of RFC 4648 section 10.
struct Vector {
  std::string_view bytes;
  std::string_view base64;
  std::string_view base32;
  std::string_view hex;
};
constexpr std::array kVectors{
    Vector{"", "", "", ""},
    Vector{"f", "Zg==", "MY======", "66"},
    Vector{"fo", "Zm8=", "MZXQ====", "666f"},
    Vector{"foo", "Zm9v", "MZXW6===", "666f6f"},
    Vector{"foob", "Zm9vYg==", "MZXW6YQ=", "666f6f62"},
    Vector{"fooba", "Zm9vYmE=", "MZXW6YTB", "666f6f6261"},
    Vector{"foobar", "Zm9vYmFy", "MZXW6YTBOI======", "666f6f626172"},
};

std::string_view Unpadded(std::string_view text) { return text.substr(0, text.find('=')); }

bool IsRefused(const Result<std::string>& result) {
  return !result.has_value() && result.error().kind == ErrorKind::kBadParameter;
}

TEST_CASE("the vectors of RFC 4648 are written and read", "[encoding]") {
  for (const Vector& vector : kVectors) {
    CAPTURE(vector.bytes);
    CHECK(ToBase64(vector.bytes) == vector.base64);
    CHECK(ToBase64Url(vector.bytes) == Unpadded(vector.base64));
    CHECK(ToBase32(vector.bytes) == Unpadded(vector.base32));
    CHECK(ToHex(vector.bytes) == vector.hex);
    CHECK(FromBase64(vector.base64).value() == vector.bytes);
    CHECK(FromBase64(Unpadded(vector.base64)).value() == vector.bytes);
    CHECK(FromBase64Url(vector.base64).value() == vector.bytes);
    CHECK(FromBase64Url(Unpadded(vector.base64)).value() == vector.bytes);
    CHECK(FromBase32(vector.base32).value() == vector.bytes);
    CHECK(FromBase32(Unpadded(vector.base32)).value() == vector.bytes);
    CHECK(FromHex(vector.hex).value() == vector.bytes);
  }
}

TEST_CASE("the two base64 alphabets differ in two characters", "[encoding]") {
  const std::string bytes = "\xfb\xef\xff";
  CHECK(ToBase64(bytes) == "++//");
  CHECK(ToBase64Url(bytes) == "--__");
  CHECK(FromBase64("++//").value() == bytes);
  CHECK(FromBase64Url("--__").value() == bytes);
  CHECK(IsRefused(FromBase64("--__")));
  CHECK(IsRefused(FromBase64Url("++//")));
}

TEST_CASE("case does not matter in base32 and hexadecimal", "[encoding]") {
  CHECK(FromBase32("mzxw6ytboi").value() == "foobar");
  CHECK(FromHex("66AaFf").value() == "\x66\xaa\xff");
}

TEST_CASE("every byte survives", "[encoding]") {
  std::string bytes;
  for (int length = 0; length < 300; ++length) {
    CHECK(FromBase64(ToBase64(bytes)).value() == bytes);
    CHECK(FromBase64Url(ToBase64Url(bytes)).value() == bytes);
    CHECK(FromBase32(ToBase32(bytes)).value() == bytes);
    CHECK(FromHex(ToHex(bytes)).value() == bytes);
    bytes += static_cast<char>(length * 7);
  }
}

TEST_CASE("base64 with a wrong length, padding or character is refused", "[encoding]") {
  for (const std::string_view bad : {"Z", "Zg=", "Zg===", "=", "====", "Zm9v====", "Zm8=Zg==", "Zg==\n",
                                     " Zg==", "Zm9vY", "Zh==", "Zm9=", "Z=g=", "Zm9v!", "Z\xc3\xa9"}) {
    CAPTURE(bad);
    CHECK(IsRefused(FromBase64(bad)));
    CHECK(IsRefused(FromBase64Url(bad)));
  }
  CHECK(IsRefused(FromBase64(std::string_view("Zg\0=", 4))));
}

TEST_CASE("base32 with a wrong length, padding or character is refused", "[encoding]") {
  for (const std::string_view bad :
       {"M", "MZX", "MZXW6Y", "MY=====", "========", "MZXW6YTB========", "M0======", "MZ", "MY1", "MY======MY======"}) {
    CAPTURE(bad);
    CHECK(IsRefused(FromBase32(bad)));
  }
}

TEST_CASE("hexadecimal with half a byte, padding or a wrong character is refused", "[encoding]") {
  for (const std::string_view bad : {"6", "666", "6g", "0x66", "66 66", "6=", "66=="}) {
    CAPTURE(bad);
    CHECK(IsRefused(FromHex(bad)));
  }
}

TEST_CASE("an error names the encoding and the place, not the text", "[encoding]") {
  const auto result = FromBase64("Zm9v!m9v");
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().message == "base64 text has a wrong character at position 5");
}

}  // namespace
}  // namespace sallyport
