#include "libbase/toml.h"

#include <sstream>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxToml = 1 << 20;

template <typename T>
std::string TomlText(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

Value ValueOfToml(const toml::node& node) {
  Value value;
  if (const auto* table = node.as_table()) {
    value = Value::EmptyMap();
    for (const auto& [key, item] : *table) value.Set(key.str(), ValueOfToml(item));
  } else if (const auto* array = node.as_array()) {
    value = Value::EmptyList();
    for (const auto& item : *array) value.Append(ValueOfToml(item));
  } else if (const auto* text = node.as_string()) {
    value = text->get();
  } else if (const auto* number = node.as_integer()) {
    value = number->get();
  } else if (const auto* real = node.as_floating_point()) {
    value = real->get();
  } else if (const auto* flag = node.as_boolean()) {
    value = flag->get();
  } else if (const auto* date = node.as_date()) {
    value = TomlText(date->get());
  } else if (const auto* time = node.as_time()) {
    value = TomlText(time->get());
  } else if (const auto* moment = node.as_date_time()) {
    value = TomlText(moment->get());
  }

  const auto begin = node.source().begin;
  value.set_place({static_cast<int>(begin.line), static_cast<int>(begin.column)});
  return value;
}

}  // namespace

Result<Value> ParseToml(std::string_view text, std::string_view source) {
  if (text.size() > kMaxToml) return Fail(ErrorKind::kLimitExceeded, "{} is larger than {} bytes", source, kMaxToml);
  const toml::parse_result parsed = toml::parse(text);
  if (parsed) return ValueOfToml(parsed.table());

  const auto& error = parsed.error();
  return Fail(ErrorKind::kBadParameter, "{}:{}:{}: {}", source, error.source().begin.line, error.source().begin.column,
              StripControl(error.description()));
}

}  // namespace sallyport
