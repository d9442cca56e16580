// Times and durations as Teleport writes them: RFC 3339 with up to nine digits, Go duration text (30h0m0s).
#pragma once

#include <chrono>
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
Result<Time> ParseTime(std::string_view text);

// Returns Go's text of a duration: 0s, 1m30s, 12h0m0s, 1.5s, 250ms.
std::string FormatDuration(Nanoseconds duration);
// Reads Go duration text, plus the units d (24 h), mo (30 d), y (365 d), "never" (0) and a bare 0. Fails with
// kBadParameter, also on overflow.
Result<Nanoseconds> ParseDuration(std::string_view text);

}  // namespace sallyport
