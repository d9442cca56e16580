#include "libidentity/ssh_wire.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"

namespace sallyport {
namespace {

std::string Mpint(std::string_view hex) { return ToHex(SshWriter().Mpint(FromHex(hex).value()).bytes()); }

// The examples of RFC 4251 section 5, without the negative ones.
TEST_CASE("numbers are written as RFC 4251 shows them", "[ssh-wire]") {
  CHECK(Mpint("") == "00000000");
  CHECK(Mpint("0000") == "00000000");
  CHECK(Mpint("09a378f9b2e332a7") == "0000000809a378f9b2e332a7");
  CHECK(Mpint("80") == "000000020080");
  CHECK(Mpint("0080") == "000000020080");
  CHECK(ToHex(SshWriter().Byte(7).Uint32(699921578).Uint64(1).String("testing").bytes()) ==
        "0729b7f4aa00000000000000010000000774657374696e67");
}

TEST_CASE("SSH data that is written is read back", "[ssh-wire]") {
  const std::string bytes =
      SshWriter().Byte(255).Uint32(0xffffffff).Uint64(0xfedcba9876543210).String("").Mpint("\xff").Raw("end").Take();
  SshReader reader(bytes);
  CHECK(reader.Byte().value() == 255);
  CHECK(reader.Uint32().value() == 0xffffffff);
  CHECK(reader.Uint64().value() == 0xfedcba9876543210);
  CHECK(reader.String().value().empty());
  CHECK(reader.Mpint().value() == "\xff");
  CHECK(reader.Raw(3).value() == "end");
  CHECK(reader.AtEnd());
}

TEST_CASE("reading behind the end fails and moves nothing", "[ssh-wire]") {
  const std::string bytes = FromHex("00000005616263").value();
  SshReader reader(bytes);
  CHECK(reader.String().error().kind == ErrorKind::kBadParameter);
  CHECK(reader.rest() == bytes);
  CHECK_FALSE(reader.Uint64().has_value());
  CHECK_FALSE(reader.Raw(8).has_value());
  CHECK(reader.rest() == bytes);
  SshReader empty("");
  CHECK_FALSE(empty.Byte().has_value());
  CHECK_FALSE(empty.Uint32().has_value());
  CHECK_FALSE(empty.String().has_value());
}

TEST_CASE("negative and padded numbers are refused", "[ssh-wire]") {
  for (const std::string_view hex : {"0000000180", "0000000100", "00000002007f", "000000020000"}) {
    CAPTURE(hex);
    const std::string bytes = FromHex(hex).value();
    SshReader reader(bytes);
    CHECK_FALSE(reader.Mpint().has_value());
    CHECK(reader.rest() == bytes);
  }
}

}  // namespace
}  // namespace sallyport
