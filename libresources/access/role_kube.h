// Validates kubernetes_resources, the part of a role about objects inside Kubernetes clusters.
#pragma once

#include <string_view>

#include "libbase/error.h"

namespace types {
class RoleSpecV6;
}  // namespace types

namespace sallyport {

// Fills in the default of a role version for roles that reach clusters and have no kubernetes_resources.
void FillKubeResources(std::string_view version, types::RoleSpecV6& spec);

// Validates kubernetes_resources of allow, deny and request. Fails with kBadParameter.
Status CheckKubeResources(std::string_view version, const types::RoleSpecV6& spec);

}  // namespace sallyport
