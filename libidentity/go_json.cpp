#include "libidentity/go_json.h"

#include "libbase/json.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

constexpr JsonLimits kLimits{.max_bytes = 1 << 20, .max_depth = 32};
constexpr char32_t kLineSeparator = 0x2028;
constexpr char32_t kParagraphSeparator = 0x2029;

std::string Escape(char32_t value) { return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(value)); }

void AppendAscii(std::string& out, char c) {
  static constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  if (const std::size_t place = kEscaped.find(c); place != std::string_view::npos) {
    out += '\\';
    out += kLetters[place];
  } else if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&') {
    out += Escape(static_cast<unsigned char>(c));
  } else {
    out += c;
  }
}

Result<std::vector<std::string>> StringsOf(const Value& value) {
  std::vector<std::string> items;
  if (value.is_null()) return items;
  if (!value.is_list()) return Fail(ErrorKind::kBadParameter, "JSON holds {}, not a list", TypeName(value));
  for (const Value& item : value.as_list()) {
    if (!item.is_string() && !item.is_null()) {
      return Fail(ErrorKind::kBadParameter, "JSON list holds {}, not a string", TypeName(item));
    }
    items.push_back(item.as_string());
  }
  return items;
}

}  // namespace

std::string GoJsonString(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (point.bytes == 1 && point.valid) {
      AppendAscii(out, text[0]);
    } else if (!point.valid || point.value == kLineSeparator || point.value == kParagraphSeparator) {
      out += Escape(point.value);
    } else {
      out += text.substr(0, point.bytes);
    }
    text.remove_prefix(point.bytes);
  }
  return out + '"';
}

std::string GoJsonStrings(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "[" : ",") + GoJsonString(item);
  return out.empty() ? "[]" : out + "]";
}

Result<std::vector<std::string>> ParseJsonStrings(std::string_view json) {
  ASSIGN_OR_RETURN(const Value value, ParseJson(json, kLimits));
  return StringsOf(value);
}

Result<std::vector<std::string>> ParseJsonStringsBelow(std::string_view json, std::string_view key) {
  ASSIGN_OR_RETURN(const Value value, ParseJson(json, kLimits));
  if (!value.is_map()) return Fail(ErrorKind::kBadParameter, "JSON is {}, not a map", TypeName(value));
  const Value* list = value.FindIgnoringCase(key);
  return list == nullptr ? std::vector<std::string>() : StringsOf(*list);
}

Status CheckJsonObject(std::string_view json) {
  ASSIGN_OR_RETURN(const Value value, ParseJson(json, kLimits));
  if (!value.is_map()) return Fail(ErrorKind::kBadParameter, "JSON is {}, not a map", TypeName(value));
  return {};
}

}  // namespace sallyport
