#include "libbase/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "libbase/text.h"
#include "libbase/whole_number.h"

namespace sallyport {
namespace {

struct Word {
  std::string_view text;
  enum Meaning { kNull, kTrue, kFalse, kInfinity, kMinusInfinity, kNotANumber } meaning;
};
constexpr Word kWords[] = {
    {"", Word::kNull},
    {"~", Word::kNull},
    {"null", Word::kNull},
    {"Null", Word::kNull},
    {"NULL", Word::kNull},
    {"y", Word::kTrue},
    {"Y", Word::kTrue},
    {"yes", Word::kTrue},
    {"Yes", Word::kTrue},
    {"YES", Word::kTrue},
    {"true", Word::kTrue},
    {"True", Word::kTrue},
    {"TRUE", Word::kTrue},
    {"on", Word::kTrue},
    {"On", Word::kTrue},
    {"ON", Word::kTrue},
    {"n", Word::kFalse},
    {"N", Word::kFalse},
    {"no", Word::kFalse},
    {"No", Word::kFalse},
    {"NO", Word::kFalse},
    {"false", Word::kFalse},
    {"False", Word::kFalse},
    {"FALSE", Word::kFalse},
    {"off", Word::kFalse},
    {"Off", Word::kFalse},
    {"OFF", Word::kFalse},
    {".inf", Word::kInfinity},
    {".Inf", Word::kInfinity},
    {".INF", Word::kInfinity},
    {"+.inf", Word::kInfinity},
    {"+.Inf", Word::kInfinity},
    {"+.INF", Word::kInfinity},
    {"-.inf", Word::kMinusInfinity},
    {"-.Inf", Word::kMinusInfinity},
    {"-.INF", Word::kMinusInfinity},
    {".nan", Word::kNotANumber},
    {".NaN", Word::kNotANumber},
    {".NAN", Word::kNotANumber},
};

Value ValueOf(Word::Meaning meaning) {
  switch (meaning) {
    case Word::kNull:
      return Value();
    case Word::kTrue:
      return Value(true);
    case Word::kFalse:
      return Value(false);
    case Word::kInfinity:
      return Value(std::numeric_limits<double>::infinity());
    case Word::kMinusInfinity:
      return Value(-std::numeric_limits<double>::infinity());
    case Word::kNotANumber:
      return Value(std::numeric_limits<double>::quiet_NaN());
  }
  return Value();
}

// Returns the base that a prefix says and takes the prefix off.
int TakeBase(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;

  switch (digits[1]) {
    case 'x':
    case 'X':
      digits.remove_prefix(2);
      return 16;
    case 'o':
    case 'O':
      digits.remove_prefix(2);
      return 8;
    case 'b':
    case 'B':
      digits.remove_prefix(2);
      return 2;
    default:
      digits.remove_prefix(1);
      return 8;
  }
}

// Returns the integer that a text without underscores says; a double when only 64 unsigned bits hold it.
std::optional<Value> IntegerOf(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const int base = TakeBase(text);
  const auto number = ReadWholeNumber<std::uint64_t>(text, base);
  if (!number) return std::nullopt;
  const std::uint64_t magnitude = *number;

  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (magnitude > kMax + (negative ? 1 : 0)) {
    if (negative) return std::nullopt;
    return Value(static_cast<double>(magnitude));
  }
  return Value(static_cast<std::int64_t>(negative ? ~magnitude + 1 : magnitude));
}

std::string_view TakeDigits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsDigit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

// [-+]? ( .digits | digits [.digits*] ) ( [eE] [-+]? digits )?
bool IsFloatText(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const bool whole = !TakeDigits(text).empty();
  bool fraction = false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = !TakeDigits(text).empty();
  }
  if (!whole && !fraction) return false;
  if (text.empty()) return true;

  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !TakeDigits(text).empty() && text.empty();
}

std::optional<Value> FloatOf(std::string_view text) {
  if (!IsFloatText(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Value(number);
}

std::optional<Value> NumberOf(std::string_view text) {
  if (text.empty() || (!IsDigit(text.front()) && !std::string_view("+-.").contains(text.front()))) return std::nullopt;
  if (text.front() == '.') return FloatOf(text);
  std::string plain(text);
  std::erase(plain, '_');
  if (auto integer = IntegerOf(plain)) return integer;
  return FloatOf(plain);
}

// Returns whether a text may be a date: four digits, a hyphen and a digit.
bool IsTimestampLike(std::string_view text) {
  if (text.size() < 6 || text[4] != '-' || !IsDigit(text[5])) return false;
  return std::all_of(text.begin(), text.begin() + 4, IsDigit);
}

}  // namespace

Value ResolveYamlScalar(std::string_view text) {
  const auto* const word =
      std::find_if(std::begin(kWords), std::end(kWords), [text](const Word& row) { return row.text == text; });
  Value value(text);
  if (word != std::end(kWords)) {
    value = ValueOf(word->meaning);
  } else if (auto number = NumberOf(text)) {
    value = std::move(*number);
  } else {
    return value;
  }

  value.set_source_text(std::string(text));
  return value;
}

bool LooksLikeAnotherYamlType(std::string_view text) {
  if (text == "=" || text == "<<") return true;
  if (!ResolveYamlScalar(text).is_string()) return true;
  if (IsTimestampLike(text)) return true;

  // Numbers in base 60 and numbers with underscores or exponents that only some readers know.
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || (!IsDigit(text.front()) && text.front() != '.')) return false;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    return text.find_first_not_of("0123456789abcdefABCDEF_", 2) == std::string_view::npos;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool sign = text[i] == '-' || text[i] == '+';
    if (sign && (i == 0 || (text[i - 1] != 'e' && text[i - 1] != 'E'))) return false;
    if (!sign && !IsDigit(text[i]) && !std::string_view(".:_eE").contains(text[i])) return false;
  }
  return std::count(text.begin(), text.end(), '.') <= 1;
}

}  // namespace sallyport
