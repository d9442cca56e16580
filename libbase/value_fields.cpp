#include "libbase/value_fields.h"

namespace sallyport {
namespace {

std::string TextOr(const Value* value) { return value == nullptr ? std::string() : value->as_string(); }

}  // namespace

std::string TextAt(const Value& map, std::string_view key) { return TextOr(map.Find(key)); }

std::string TextAt(const Value* map, std::string_view key) {
  return map == nullptr ? std::string() : TextAt(*map, key);
}

std::string TextIgnoringCase(const Value& map, std::string_view key) { return TextOr(map.FindIgnoringCase(key)); }

}  // namespace sallyport
