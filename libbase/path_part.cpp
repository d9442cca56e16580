#include "libbase/path_part.h"

#include <algorithm>

#include "libbase/text.h"

namespace sallyport {

bool IsSafePathPart(std::string_view name) {
  if (name.empty() || name == "." || name == "..") return false;
  return std::ranges::none_of(name, [](unsigned char c) { return c == '/' || c < ' ' || c == 0x7f; });
}

bool IsSafeName(std::string_view name) { return IsSafePathPart(name) && StripControl(name) == name; }

}  // namespace sallyport
