#include "libresources/kinds/kind.h"

#include "libbase/text.h"

namespace sallyport {
namespace {

// Returns whether a word stands in a list of words with spaces between, in any case.
bool HasWord(std::string_view words, std::string_view wanted) {
  const std::string lower = LowerCase(wanted);

  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    if (words.substr(0, space) == lower) return true;
    words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
  }
  return false;
}

}  // namespace

bool KindRow::IsNamed(std::string_view name) const { return HasWord(kind, name) || HasWord(aliases, name); }

bool KindRow::HasVersion(std::string_view version) const { return HasWord(versions, version); }

}  // namespace sallyport
