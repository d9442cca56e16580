// The names of clusters that were found in clouds: the name at the cloud, with parts that make it unique
// (docs/protocol/discovery.md#names).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sallyport {

// Returns the parts as a suffix, "aks-westeurope-rg1-SUBSCRIPTION". Spaces become hyphens. Parts are left out that the
// name has already (in any case), that are empty, and that a name cannot have.
std::string DiscoverySuffix(std::string_view name, std::span<const std::string> parts);

}  // namespace sallyport
