// Uses the lines of arbitrary text as selector, value and expression of a role's labels, with traits, and asks for a
// decision about a resource.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "libbase/text.h"
#include "libresources/matching/labels.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport;
  const std::string text(reinterpret_cast<const char*>(data), size);
  LabelMatchers matchers;
  Labels labels{{"env", "dev"}, {"", ""}};
  for (const std::string& line : SplitNonEmpty(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) {
      matchers.expression = line;
      continue;
    }
    matchers.selector[line.substr(0, equals)].push_back(line.substr(equals + 1));
    labels[line.substr(0, equals)] = line.substr(equals + 1);
  }
  const LabelMatcher matcher(matchers, {{"team", {"blue", "red"}}});
  for (const auto condition : {RoleCondition::kAllow, RoleCondition::kDeny}) (void)matcher.Matches(condition, labels);
  (void)matcher.Lacking({});
  return 0;
}
