// Lists the names of Kubernetes objects in roles: the singular kinds of roles up to v7, their plural names and API
// groups, and the objects without a namespace.
#pragma once

#include <span>
#include <string_view>

namespace sallyport {

struct KubeKind {
  std::string_view kind;    // "pod": in roles up to v7
  std::string_view plural;  // "pods": in roles from v8 on, and in the API
  std::string_view api_group;
  bool cluster_wide;  // has no namespace
};

// Returns the kinds of roles up to v7, in the reference's order. Static storage.
std::span<const KubeKind> KubeKinds();
// Returns the row of an old kind, or nullptr.
const KubeKind* FindKubeKind(std::string_view kind);

// Returns whether a plural name belongs to the core API group.
bool IsCoreKubeResource(std::string_view plural);
// Returns whether a plural name of an API group is known to have namespaces.
bool IsNamespacedKubeResource(std::string_view plural, std::string_view api_group);

}  // namespace sallyport
