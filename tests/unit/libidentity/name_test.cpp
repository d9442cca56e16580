#include "libidentity/name.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"

namespace sallyport {
namespace {

TEST_CASE("names are written byte for byte as Go's pkix writes them", "[name]") {
  const std::string long_text = [] {
    std::string text;
    for (int i = 0; i < 30; ++i) text += "0123456789";
    return text;
  }();
  const Name name{{{"2.5.4.9", ""}},
                  {{"2.5.4.17", "{}"}},
                  {{"2.5.4.10", long_text}, {"2.5.4.10", "b"}, {"2.5.4.10", "a*"}, {"2.5.4.10", "Zo\xc3\xab"}},
                  {{"2.5.4.3", long_text}}};
  std::string digits = ToHex(long_text);
  CHECK(ToHex(EncodeName(name).value()) ==
        "308202b43109300706035504091300310b300906035504110c027b7d3182015b3008060355040a1301623009060355040a0c02612a"
        "300b060355040a0c045a6fc3ab30820135060355040a1382012c" +
            digits + "318201393082013506035504031382012c" + digits);
}

TEST_CASE("the type of a text follows its characters", "[name]") {
  const auto tag = [](std::string_view value) {
    return static_cast<int>(EncodeName({{{"2.5.4.3", std::string(value)}}}).value().at(11));
  };
  CHECK(tag("") == 0x13);
  CHECK(tag("AZ az 09 '()+,-./:=?") == 0x13);
  for (const std::string_view value : {"a@b", "a_b", "a*", "a&b", "{", "\"", "<", ";", "\xc3\xab", "\x7f", "a\nb"}) {
    CAPTURE(value);
    CHECK(tag(value) == 0x0c);
  }
}

TEST_CASE("names are read back, in the sorted order of DER", "[name]") {
  const Name name{{{"2.5.4.10", "longer"}, {"2.5.4.10", "b"}, {"2.5.4.10", "a"}}, {{"1.3.9999.1.7", "x@y"}}, {}};
  const Name sorted{{{"2.5.4.10", "a"}, {"2.5.4.10", "b"}, {"2.5.4.10", "longer"}}, {{"1.3.9999.1.7", "x@y"}}, {}};
  CHECK(DecodeName(EncodeName(name).value()).value() == sorted);
  CHECK(DecodeName(FromHex("3000").value()).value().empty());
}

TEST_CASE("values are found over all relative names", "[name]") {
  const Name name{{{"2.5.4.10", "a"}, {"2.5.4.3", "first"}}, {{"2.5.4.10", "b"}}, {{"2.5.4.3", "last"}}};
  CHECK(ValuesOf(name, "2.5.4.10") == std::vector<std::string>{"a", "b"});
  CHECK(LastValueOf(name, "2.5.4.3") == "last");
  CHECK(LastValueOf(name, "2.5.4.7").empty());
}

TEST_CASE("values of other types are left out, as Go leaves them", "[name]") {
  // CN as IA5String, as BMPString and as INTEGER
  CHECK(LastValueOf(DecodeName(FromHex("300d310b300906035504031602e2"
                                       "41")
                                   .value())
                        .value_or(Name{}),
                    "2.5.4.3")
            .empty());
  CHECK(LastValueOf(DecodeName(FromHex("300d310b30090603550403160261"
                                       "40")
                                   .value())
                        .value(),
                    "2.5.4.3") == "a@");
  CHECK(ValuesOf(DecodeName(FromHex("300d310b300906035504031e020041").value()).value(), "2.5.4.3").empty());
  CHECK(ValuesOf(DecodeName(FromHex("300c310a3008060355040302"
                                    "0105")
                                .value())
                     .value(),
                 "2.5.4.3")
            .empty());
}

TEST_CASE("names that cannot be are refused", "[name]") {
  CHECK_FALSE(EncodeName({{{"2.5.4.3", "\xff"}}}).has_value());
  CHECK_FALSE(EncodeName({{{"x", "a"}}}).has_value());
  const std::string der = EncodeName({{{"2.5.4.3", "alice"}}, {{"2.5.4.10", "a"}, {"2.5.4.10", "b_"}}}).value();
  for (std::size_t length = 0; length < der.size(); ++length) {
    CHECK_FALSE(DecodeName(der.substr(0, length)).has_value());
  }
  CHECK_FALSE(DecodeName(der + "x").has_value());
  CHECK_FALSE(DecodeName(FromHex("300b3109300706035504030c01ff").value()).has_value());  // not UTF-8
}

}  // namespace
}  // namespace sallyport
