#include "libbase/value_fields.h"

namespace sallyport {

std::string TextAt(const Value& map, std::string_view key) {
  const Value* const value = map.Find(key);
  return value == nullptr ? std::string() : value->as_string();
}

}  // namespace sallyport
