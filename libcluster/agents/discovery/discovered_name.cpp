#include "libcluster/agents/discovery/discovered_name.h"

#include <algorithm>

#include "libbase/text.h"

namespace sallyport {
namespace {

// Returns a part with hyphens for spaces, single ones, and none at its ends.
std::string CleanPart(std::string_view part) {
  std::string clean;
  for (char c : part) {
    if (c == ' ') c = '-';
    const bool repeats = c == '-' && (clean.empty() || clean.back() == '-');
    if (!repeats) clean += c;
  }
  if (clean.ends_with('-')) clean.pop_back();
  return clean;
}

bool FitsIntoName(std::string_view part) {
  return std::ranges::all_of(part, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

}  // namespace

std::string DiscoverySuffix(std::string_view name, std::span<const std::string> parts) {
  const std::string lower = LowerCase(name);
  std::string suffix;
  for (const std::string& given : parts) {
    const std::string part = CleanPart(given);
    if (part.empty() || !FitsIntoName(part) || lower.contains(LowerCase(part))) continue;
    suffix += (suffix.empty() ? "" : "-") + part;
  }
  return suffix;
}

}  // namespace sallyport
