// The labels that say how a resource was found in a cloud (docs/protocol/discovery.md#labels).
#pragma once

#include <string_view>

#include "libresources/kinds/metadata.h"

namespace sallyport {

inline constexpr std::string_view kOriginCloud = "cloud";  // of kOriginLabel
inline constexpr std::string_view kCloudLabel = "teleport.dev/cloud";
inline constexpr std::string_view kCloudAzure = "Azure";
inline constexpr std::string_view kCloudAws = "AWS";
inline constexpr std::string_view kCloudGcp = "GCP";
inline constexpr std::string_view kDiscoveryTypeLabel = "teleport.dev/discovery-type";                // "aks"
inline constexpr std::string_view kDiscoveredNameLabel = "teleport.internal/discovered-name";         // at the cloud
inline constexpr std::string_view kDiscoveryGroupLabel = "teleport.internal/discovery-group-name";    // of the service
inline constexpr std::string_view kDiscoveryConfigLabel = "teleport.internal/discovery-config-name";  // that found it
inline constexpr std::string_view kAwsArnLabel = "teleport.internal/aws-arn";

// Returns whether a label is the system's: teleport.dev/*, teleport.internal/* and hidden ones, in any case.
bool IsSystemLabel(std::string_view key);

}  // namespace sallyport
