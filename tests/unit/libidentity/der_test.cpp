#include "libidentity/der.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"

namespace sallyport {
namespace {

TEST_CASE("lengths take as few bytes as they can", "[der]") {
  CHECK(ToHex(DerElement(DerTag::kUtf8String, "ab")) == "0c026162");
  CHECK(ToHex(DerElement(DerTag::kSequence, "")) == "3000");
  CHECK(ToHex(DerElement(DerTag::kSet, std::string(127, 'x'))).substr(0, 6) == "317f78");
  CHECK(ToHex(DerElement(DerTag::kSet, std::string(128, 'x'))).substr(0, 8) == "31818078");
  CHECK(ToHex(DerElement(DerTag::kSet, std::string(256, 'x'))).substr(0, 10) == "3182010078");
  CHECK(ToHex(DerElement(DerTag::kSet, std::string(65536, 'x'))).substr(0, 12) == "318301000078");
}

TEST_CASE("elements of every length are read back", "[der]") {
  for (const std::size_t length : {0, 1, 127, 128, 255, 256, 65535, 65536}) {
    const std::string der = DerElement(DerTag::kSequence, std::string(length, 'x')) + DerElement(DerTag::kSet, "y");
    DerReader reader(der);
    CHECK(reader.Next(DerTag::kSequence).value().size() == length);
    CHECK(reader.Next(DerTag::kSet).value() == "y");
    CHECK(reader.AtEnd());
  }
}

TEST_CASE("object identifiers are written and read", "[der]") {
  for (const auto& [dotted, hex] : {std::pair{"2.5.4.3", "550403"},
                                    {"1.3.9999.1.21", "2bce0f0115"},
                                    {"1.2.840.113549", "2a864886f70d"},
                                    {"2.999.3", "883703"},
                                    {"0.0", "00"},
                                    {"1.39.4294967295", "4f8fffffff7f"}}) {
    CAPTURE(dotted);
    CHECK(ToHex(EncodeOid(dotted).value()) == hex);
    CHECK(DecodeOid(FromHex(hex).value()).value() == dotted);
  }
  for (const std::string_view bad :
       {"", "1", "1.", "1.2.", "1..2", "3.1", "1.40", "1.2.x", "1.2.4294967296", "-1.2", "1.2 "}) {
    CAPTURE(bad);
    CHECK_FALSE(EncodeOid(bad).has_value());
  }
  for (const std::string_view bad : {"", "80", "2b80", "2b8001", "2bffffffffff7f", "2bce"}) {
    CAPTURE(bad);
    CHECK_FALSE(DecodeOid(FromHex(bad).value()).has_value());
  }
}

TEST_CASE("forms that DER does not allow are refused", "[der]") {
  for (const std::string_view bad : {"", "30", "3001", "3080", "308100", "30817f", "3082", "308200ff", "30850000000001",
                                     "30ffffffffff", "3f0100", "3084ffffffff"}) {
    CAPTURE(bad);
    const std::string der = FromHex(bad).value();
    CHECK_FALSE(DerReader(der).Next().has_value());
  }
  CHECK_FALSE(DerReader("0\0").Next(DerTag::kSet).has_value());
}

}  // namespace
}  // namespace sallyport
