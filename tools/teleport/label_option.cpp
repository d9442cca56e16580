#include "tools/teleport/label_option.h"

#include "libbase/text.h"

namespace sallyport {

Result<std::map<std::string, std::string>> LabelsOf(std::string_view option, const std::vector<std::string>& given) {
  std::map<std::string, std::string> labels;
  for (const auto& pair : given) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Fail(ErrorKind::kUsage, "--{}: \"{}\" is not KEY=VALUE", option, StripControl(pair));
    }
    labels[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return labels;
}

}  // namespace sallyport
