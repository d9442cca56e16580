// Reads and writes times and durations in Teleport's formats: RFC 3339 with up to nine digits, Go duration text
// (30h0m0s).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

using Nanoseconds = std::chrono::nanoseconds;
using Time = std::chrono::sys_time<Nanoseconds>;  // UTC

Time Now();

// Returns RFC 3339 in UTC with as many digits of the fraction as are not zero: 2026-11-22T01:46:03.214727954Z.
std::string FormatTime(Time time);
// Reads RFC 3339 with any offset. Fails with kBadParameter.
//
// The zero time of Go, 0001-01-01T00:00:00Z, stands for "no time" on the wire and lies outside of Time: it reads as
// Time{}. Other times before 1678 and after 2261 are refused.
Result<Time> ParseTime(std::string_view text);

// A time as in google.protobuf.Timestamp: years 1 to 9999.
struct Timestamp {
  std::int64_t seconds = 0;  // since 1970, rounded down
  std::int32_t nanos = 0;    // 0 to 999,999,999

  bool operator==(const Timestamp&) const = default;
};
// Go's zero time in seconds since 1970.
inline constexpr std::int64_t kGoZeroSeconds = -62'135'596'800;

// Work as FormatTime and ParseTime, over the whole range. FormatTimestamp writes a time outside of the years 1 to 9999
// as the nearest time inside.
std::string FormatTimestamp(Timestamp timestamp);
Result<Timestamp> ParseTimestamp(std::string_view text);

// Returns Go's text of a duration: 0s, 1m30s, 12h0m0s, 1.5s, 250ms.
std::string FormatDuration(Nanoseconds duration);
// Reads Go duration text, plus the units d (24 h), mo (30 d), y (365 d), "never" (0) and a bare 0. Fails with
// kBadParameter, also on overflow.
Result<Nanoseconds> ParseDuration(std::string_view text);

}  // namespace sallyport
