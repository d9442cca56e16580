// Values of teleport.yaml: their types, and which of them are off.
#include <algorithm>
#include <array>

#include "libbase/text.h"
#include "libcluster/config/config_key.h"
#include "libcluster/config/teleport_config.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

bool IsScalar(const Value& value) { return !value.is_list() && !value.is_map(); }

std::string TextOf(const Value& value) { return value.source_text().empty() ? value.as_string() : value.source_text(); }

Status CheckMap(const Value& value) {
  if (!value.is_map()) return Fail(ErrorKind::kBadParameter, "expected a map, found {}", TypeName(value));
  for (const auto& [key, item] : value.as_map()) {
    RETURN_IF_ERROR(ConfigTexts(item));
  }
  return {};
}

bool IsEmptyText(const Value& value) { return value.is_null() || (value.is_string() && value.as_string().empty()); }

}  // namespace

Result<std::string> ConfigText(const Value& value) {
  if (value.is_string()) return value.as_string();
  if (!value.source_text().empty()) return value.source_text();
  return Fail(ErrorKind::kBadParameter, "expected a string, found {}", TypeName(value));
}

Result<std::string> ConfigName(const Value& value) {
  ASSIGN_OR_RETURN(std::string name, ConfigText(value));
  RETURN_IF_ERROR(CheckName(name));
  return name;
}

Result<std::vector<std::string>> ConfigTexts(const Value& value) {
  std::vector<std::string> texts;
  if (!value.is_list()) {
    ASSIGN_OR_RETURN(texts.emplace_back(), ConfigText(value));
    return texts;
  }
  for (const auto& item : value.as_list()) {
    ASSIGN_OR_RETURN(texts.emplace_back(), ConfigText(item));
  }
  return texts;
}

Result<Labels> ConfigLabels(const Value& value) {
  if (!value.is_map()) return Fail(ErrorKind::kBadParameter, "expected a map of labels");
  Labels labels;
  for (const auto& [key, label] : value.as_map()) {
    if (!IsLabelKey(key)) return Fail(ErrorKind::kBadParameter, "\"{}\" is not a label key", key);
    ASSIGN_OR_RETURN(labels[key], ConfigText(label));
  }
  return labels;
}

Result<Nanoseconds> ConfigDuration(const Value& value) {
  ASSIGN_OR_RETURN(const std::string text, ConfigText(value));
  return ParseDuration(text);
}

Result<bool> ConfigSwitch(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  const std::string text = LowerCase(TextOf(value));
  constexpr std::array<std::string_view, 6> kTrue{"yes", "yeah", "y", "true", "1", "on"};
  constexpr std::array<std::string_view, 6> kFalse{"no", "nope", "n", "false", "0", "off"};
  if (IsOneOf(kTrue, text)) return true;
  if (IsOneOf(kFalse, text)) return false;
  if (!IsScalar(value)) return Fail(ErrorKind::kBadParameter, "expected yes or no, found {}", TypeName(value));
  return Fail(ErrorKind::kBadParameter, "expected yes or no, found \"{}\"", StripControl(TextOf(value)));
}

Status CheckConfigType(ConfigType type, const Value& value) {
  if (value.is_null() || type == ConfigType::kAny) return {};
  if (IsEmptyText(value) && type != ConfigType::kMap) return {};

  const auto check = [](const auto& read) { return read ? Status() : std::unexpected(read.error()); };
  switch (type) {
    case ConfigType::kText:
      return check(ConfigText(value));
    case ConfigType::kTexts:
      return check(ConfigTexts(value));
    case ConfigType::kSwitch:
      return check(ConfigSwitch(value));
    case ConfigType::kNumber:
      if (value.is_int()) return {};
      return Fail(ErrorKind::kBadParameter, "expected a number, found {}", TypeName(value));
    case ConfigType::kDuration:
      return check(ConfigDuration(value));
    case ConfigType::kMap:
      return CheckMap(value);
    case ConfigType::kAny:
      break;
  }
  return {};
}

bool IsOff(ConfigType type, const Value& value) {
  if (IsEmptyText(value)) return true;
  if (value.is_list()) return std::ranges::all_of(value.as_list(), IsEmptyText);
  if (value.is_map()) return value.as_map().empty();

  switch (type) {
    case ConfigType::kSwitch:
      return !ConfigSwitch(value).value_or(true);
    case ConfigType::kNumber:
      return value.is_int() && value.as_int() == 0;
    case ConfigType::kDuration:
      return ConfigDuration(value).value_or(Nanoseconds(1)) == Nanoseconds(0);
    case ConfigType::kAny:
      return value.is_bool() && !value.as_bool();
    default:
      return false;
  }
}

}  // namespace sallyport
