#include "libresources/kinds/discovery_labels.h"

#include "libbase/text.h"

namespace sallyport {

bool IsSystemLabel(std::string_view key) {
  constexpr std::string_view kPrefixes[] = {"teleport.dev/", "teleport.internal/", "teleport.hidden/"};
  const std::string lower = LowerCase(key);
  for (const std::string_view prefix : kPrefixes) {
    if (lower.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace sallyport
