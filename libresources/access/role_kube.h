// The part of a role's rules that speaks of objects inside of Kubernetes clusters: kubernetes_resources.
#pragma once

#include <string_view>

#include "libbase/error.h"

namespace types {
class RoleSpecV6;
}  // namespace types

namespace sallyport {

// Fills in what a version allows when a role reaches clusters and says nothing about the objects inside.
void FillKubeResources(std::string_view version, types::RoleSpecV6& spec);

// Validates kubernetes_resources of allow, deny and request. Fails with kBadParameter.
Status CheckKubeResources(std::string_view version, const types::RoleSpecV6& spec);

}  // namespace sallyport
