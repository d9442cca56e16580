// Reads the resource files that the auth service loads at its start.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

// Reads the resources of a file, YAML or JSON, in their order. Logs likely mistakes in roles, and fields that are left
// out because they control features that this cluster does not offer. Fails as ReadFile does; with kBadParameter
// ("FILE:LINE: reason") for an invalid resource; with kNotImplemented for a kind that is not among `kinds`, where `use`
// ends the sentence "a cluster cannot USE a KIND".
Result<std::vector<Resource>> ReadResourceFile(const std::string& path, std::span<const std::string_view> kinds,
                                               std::string_view use);

}  // namespace sallyport
