// Files with resources that the auth service itself reads when it starts.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// Reads the resources of a file, YAML or JSON, in their order. What a role allows by mistake is logged, and so is what
// is left out because it would govern what this cluster does not offer. Fails as ReadFile does; with kBadParameter
// ("FILE:LINE: reason") for what is no resource; with kNotImplemented for a kind that is not among `kinds`, where `use`
// ends the sentence "a cluster cannot USE a KIND".
Result<std::vector<Resource>> ReadResourceFile(const std::string& path, std::span<const std::string_view> kinds,
                                               std::string_view use);

}  // namespace sallyport
