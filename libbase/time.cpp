#include "libbase/time.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "libbase/test_clock.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t kNanosASecond = 1'000'000'000;

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
constexpr std::array kUnits{
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"\u00B5s", 1'000},  // micro sign
    Unit{"\u03BCs", 1'000},  // Greek mu
    Unit{"ms", 1'000'000},
    Unit{"s", kNanosASecond},
    Unit{"m", 60 * kNanosASecond},
    Unit{"h", 3'600 * kNanosASecond},
    Unit{"d", 24 * 3'600 * kNanosASecond},
    Unit{"mo", 30 * 24 * 3'600 * kNanosASecond},
    Unit{"y", 365 * 24 * 3'600 * kNanosASecond},
};

// Reads parts of a text from its start; every reader returns whether it found its part.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Takes exactly that many digits.
  bool Number(std::size_t digits, int& number) {
    if (rest_.size() < digits) return false;
    number = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!IsDigit(c)) return false;
      number = number * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  std::string_view Digits() {
    return TakeWhile([](char c) { return IsDigit(c); });
  }
  std::string_view UnitName() {
    return TakeWhile([](char c) { return !IsDigit(c) && c != '.'; });
  }
  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  template <typename Wanted>
  std::string_view TakeWhile(Wanted wanted) {
    std::size_t size = 0;
    while (size < rest_.size() && wanted(rest_[size])) ++size;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

// Returns the nanoseconds that the digits after a point say; digits after the ninth do not count.
std::int32_t NanosOf(std::string_view digits) {
  std::int32_t nanos = 0;
  for (std::size_t i = 0; i < 9; ++i) nanos = nanos * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return nanos;
}

bool ScanDate(Scanner& scanner, std::int64_t& seconds) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!scanner.Number(4, year) || !scanner.Take('-') || !scanner.Number(2, month) || !scanner.Take('-') ||
      !scanner.Number(2, day)) {
    return false;
  }

  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1) return false;
  seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::sys_days(date).time_since_epoch()).count();
  return true;
}

bool ScanClock(Scanner& scanner, Timestamp& timestamp) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!scanner.Number(2, hour) || !scanner.Take(':') || !scanner.Number(2, minute) || !scanner.Take(':') ||
      !scanner.Number(2, second) || hour > 23 || minute > 59 || second > 59) {
    return false;
  }
  timestamp.seconds += hour * 3600 + minute * 60 + second;

  if (!scanner.Take('.') && !scanner.Take(',')) return true;
  const std::string_view digits = scanner.Digits();
  timestamp.nanos = NanosOf(digits);
  return !digits.empty();
}

bool ScanOffset(Scanner& scanner, Timestamp& timestamp) {
  if (scanner.Take('Z')) return scanner.done();
  const bool east = scanner.Take('+');
  int hour = 0;
  int minute = 0;
  if ((!east && !scanner.Take('-')) || !scanner.Number(2, hour) || !scanner.Take(':') || !scanner.Number(2, minute) ||
      hour > 23 || minute > 59) {
    return false;
  }
  timestamp.seconds += (hour * 3600 + minute * 60) * (east ? -1 : 1);
  return scanner.done();
}

// Returns ".5" of 500 million nanoseconds, nothing of none.
std::string Fraction(std::int64_t nanos) {
  if (nanos == 0) return "";
  std::string digits = fmt::format(".{:09}", nanos);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

// Returns a number of nanoseconds below a second in the largest unit that fits, as Go does.
std::string FormatBelowSecond(std::uint64_t nanos) {
  if (nanos < 1'000) return fmt::format("{}ns", nanos);
  const bool micro = nanos < 1'000'000;
  const std::uint64_t unit = micro ? 1'000 : 1'000'000;
  const std::uint64_t digits = micro ? 3 : 6;
  std::string fraction = nanos % unit == 0 ? "" : fmt::format(".{:0{}}", nanos % unit, digits);
  if (!fraction.empty()) fraction.erase(fraction.find_last_not_of('0') + 1);
  return fmt::format("{}{}{}", nanos / unit, fraction, micro ? "\u00B5s" : "ms");
}

// Adds number * unit to a total that stays below 2^63.
bool AddUnits(std::string_view whole, std::string_view fraction, std::int64_t unit, std::int64_t& total) {
  __int128 nanos = 0;
  for (const char c : whole) {
    nanos = nanos * 10 + (c - '0');
    if (nanos > std::numeric_limits<std::int64_t>::max()) return false;
  }
  nanos *= unit;

  // Digits after the 18th count less than a nanosecond in any unit.
  __int128 part = 0;
  __int128 scale = 1;
  for (const char c : fraction.substr(0, std::min<std::size_t>(fraction.size(), 18))) {
    part = part * 10 + (c - '0');
    scale *= 10;
  }

  nanos += part * unit / scale + total;
  if (nanos > std::numeric_limits<std::int64_t>::max()) return false;
  total = static_cast<std::int64_t>(nanos);
  return true;
}

std::unexpected<Error> BadDuration(std::string_view text, std::string_view reason) {
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a duration: {}", text, reason),
                      "write numbers with units, such as 8h, 1h30m, 45s or 7d");
}

}  // namespace

Time Now() { return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now()) + TestClock::Ahead(); }

std::string FormatTimestamp(Timestamp timestamp) {
  const std::int64_t seconds = std::clamp(timestamp.seconds, kGoZeroSeconds, kLastSecond);
  const std::chrono::sys_seconds at{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::int64_t clock = (at - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock / 3600,
                     clock / 60 % 60, clock % 60, Fraction(std::clamp(timestamp.nanos, 0, 999'999'999)));
}

Result<Timestamp> ParseTimestamp(std::string_view text) {
  Scanner scanner(text);
  Timestamp timestamp;
  if (!ScanDate(scanner, timestamp.seconds) || !scanner.Take('T') || !ScanClock(scanner, timestamp) ||
      !ScanOffset(scanner, timestamp)) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("\"{}\" is not a time", text),
                        "write it as in RFC 3339: 2026-11-22T08:30:00Z");
  }
  if (timestamp.seconds < kGoZeroSeconds || timestamp.seconds > kLastSecond) {
    return Fail(ErrorKind::kBadParameter, "\"{}\" is outside of the years 1 to 9999", text);
  }
  return timestamp;
}

std::string FormatTime(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return FormatTimestamp(
      {.seconds = seconds.time_since_epoch().count(), .nanos = static_cast<std::int32_t>((time - seconds).count())});
}

Result<Time> ParseTime(std::string_view text) {
  ASSIGN_OR_RETURN(const Timestamp timestamp, ParseTimestamp(text));
  if (timestamp == Timestamp{.seconds = kGoZeroSeconds, .nanos = 0}) return Time{};
  constexpr std::int64_t kLimit = std::numeric_limits<std::int64_t>::max() / kNanosASecond - 1;
  if (timestamp.seconds > kLimit || timestamp.seconds < -kLimit) {
    return Fail(ErrorKind::kBadParameter, "\"{}\" is outside of the years 1678 to 2261", text);
  }
  return Time(std::chrono::seconds(timestamp.seconds) + Nanoseconds(timestamp.nanos));
}

std::string FormatDuration(Nanoseconds duration) {
  if (duration.count() == 0) return "0s";
  const bool negative = duration.count() < 0;
  const std::uint64_t nanos =
      negative ? ~static_cast<std::uint64_t>(duration.count()) + 1 : static_cast<std::uint64_t>(duration.count());
  const std::string sign = negative ? "-" : "";
  constexpr std::uint64_t kSecond = kNanosASecond;
  if (nanos < kSecond) return sign + FormatBelowSecond(nanos);

  const std::uint64_t seconds = nanos / kSecond;
  std::string text = fmt::format("{}{}s", seconds % 60, Fraction(static_cast<std::int64_t>(nanos % kSecond)));
  if (seconds >= 60) text = fmt::format("{}m{}", seconds / 60 % 60, text);
  if (seconds >= 3600) text = fmt::format("{}h{}", seconds / 3600, text);
  return sign + text;
}

Result<Nanoseconds> ParseDuration(std::string_view text) {
  if (text == "never") return Nanoseconds(0);
  Scanner scanner(text);
  const bool negative = scanner.Take('-');
  if (!negative) scanner.Take('+');
  if (scanner.done()) return BadDuration(text, "the text is empty");
  if (scanner.rest() == "0") return Nanoseconds(0);

  std::int64_t total = 0;
  while (!scanner.done()) {
    const std::string_view whole = scanner.Digits();
    const std::string_view fraction = scanner.Take('.') ? scanner.Digits() : std::string_view();
    if (whole.empty() && fraction.empty()) return BadDuration(text, "a number is missing");
    const std::string_view name = scanner.UnitName();
    if (name.empty()) return BadDuration(text, "a unit is missing");
    const auto* const unit =
        std::find_if(kUnits.begin(), kUnits.end(), [name](const Unit& row) { return row.name == name; });
    if (unit == kUnits.end()) return BadDuration(text, fmt::format("unknown unit \"{}\"", name));
    if (!AddUnits(whole, fraction, unit->nanos, total)) return BadDuration(text, "the duration is too long");
  }
  return Nanoseconds(negative ? -total : total);
}

}  // namespace sallyport
