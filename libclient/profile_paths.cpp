#include "libclient/profile_paths.h"

#include <algorithm>

namespace sallyport {

bool IsSafePathPart(std::string_view name) {
  if (name.empty() || name == "." || name.contains("..")) return false;
  return std::ranges::none_of(name, [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace sallyport
