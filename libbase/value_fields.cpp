#include "libbase/value_fields.h"

#include <fmt/format.h>

namespace sallyport {
namespace {

std::string TextOr(const Value* value) { return value == nullptr ? std::string() : value->as_string(); }

}  // namespace

std::string TextAt(const Value& map, std::string_view key) { return TextOr(map.Find(key)); }

std::string TextAt(const Value* map, std::string_view key) {
  return map == nullptr ? std::string() : TextAt(*map, key);
}

std::string PlaceIn(std::string_view source, const Value& value) {
  const int line = value.place().line;
  return line > 0 ? fmt::format("{}:{}", source, line) : std::string(source);
}

std::string TextIgnoringCase(const Value& map, std::string_view key) { return TextOr(map.FindIgnoringCase(key)); }

}  // namespace sallyport
