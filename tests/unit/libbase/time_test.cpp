#include "libbase/time.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""ns;

TEST_CASE("times are written with the digits they need") {
  CHECK(FormatTime(Time{}) == "1970-01-01T00:00:00Z");
  CHECK(FormatTime(Time(1795312763s + 214727954ns)) == "2026-11-22T01:59:23.214727954Z");
  CHECK(FormatTime(Time(-1ns)) == "1969-12-31T23:59:59.999999999Z");
  CHECK(FormatTime(Time(1500ms)) == "1970-01-01T00:00:01.5Z");
  CHECK(FormatTimestamp({.seconds = kGoZeroSeconds}) == "0001-01-01T00:00:00Z");
}

TEST_CASE("times are read with any offset") {
  CHECK(ParseTime("1970-01-01T01:00:00.5+01:00").value() == Time(500ms));
  CHECK(ParseTime("1969-12-31T19:00:00-05:00").value() == Time{});
  CHECK(ParseTime("2026-11-22T01:59:23.214727954Z").value() == Time(1795312763s + 214727954ns));
  CHECK(ParseTime("2024-02-29T00:00:00.1234567891Z").value() == Time(1709164800s + 123456789ns));
  CHECK(ParseTime("0001-01-01T00:00:00Z").value() == Time{});
  CHECK(ParseTimestamp("0001-01-01T00:00:00Z")->seconds == kGoZeroSeconds);
  CHECK(ParseTimestamp("9999-12-31T23:59:59Z")->seconds == 253402300799);
}

TEST_CASE("what is not a time is refused") {
  for (const char* const text :
       {"", "2026-11-22", "2026-11-22 01:02:03Z", "2026-11-22T01:02:03", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T23:60:00Z", "2026-11-22T23:00:60Z", "2026-11-22T23:00:00.Z",
        "2026-11-22T23:00:00Zx", "2026-11-22T23:00:00+1:00", "2026-11-22T23:00:00+24:00", "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00", "1600-01-01T00:00:00Z", "2300-01-01T00:00:00Z"}) {
    INFO(text);
    CHECK_FALSE(ParseTime(text));
  }
}

struct DurationCase {
  const char* text;
  Nanoseconds duration;
};

TEST_CASE("durations are written as Go writes them and read back") {
  const DurationCase cases[] = {
      {"0s", 0s},
      {"1ns", 1ns},
      {"1.5\u00B5s", 1500ns},
      {"250ms", 250ms},
      {"1.5s", 1500ms},
      {"1m30s", 90s},
      {"12h0m0s", 12h},
      {"30h0m0s", 30h},
      {"-1h0m0.000000001s", -(1h + 1ns)},
      {"2562047h47m16.854775807s", Nanoseconds::max()},
  };
  for (const DurationCase& row : cases) {
    CHECK(FormatDuration(row.duration) == row.text);
    CHECK(ParseDuration(row.text).value() == row.duration);
  }
  CHECK(FormatDuration(Nanoseconds::min()) == "-2562047h47m16.854775808s");
}

TEST_CASE("durations have more units in than out") {
  CHECK(ParseDuration("1d").value() == 24h);
  CHECK(ParseDuration("2mo").value() == 60 * 24h);
  CHECK(ParseDuration("1y").value() == 365 * 24h);
  CHECK(ParseDuration("1.5h").value() == 90min);
  CHECK(ParseDuration(".5s").value() == 500ms);
  CHECK(ParseDuration("1h 1m").has_value() == false);
  CHECK(ParseDuration("never").value() == 0s);
  CHECK(ParseDuration("0").value() == 0s);
  CHECK(ParseDuration("10us").value() == ParseDuration("10\u03BCs").value());
  for (const char* const text : {"", "-", "5", "h", "1x", "1.h2", "99999999999999999999h", "300y", "1e3s", "."}) {
    INFO(text);
    CHECK_FALSE(ParseDuration(text));
  }
}

}  // namespace
}  // namespace sallyport
