// The kinds of custom resources of the group resources.teleport.dev, and the kind of resource of the cluster that each
// of them describes (docs/protocol/operator.md#kinds).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libkube/resource.h"

namespace sallyport {

inline constexpr std::string_view kCustomGroup = "resources.teleport.dev";

// One version of a custom kind. Static storage.
struct CustomKind {
  std::string_view kind;              // "TeleportRoleV7"
  std::string_view plural;            // "teleportrolesv7"
  std::string_view singular;          // "teleportrolev7"
  std::string_view short_names;       // "rolev7 rolesv7", with spaces between; empty: none
  std::string_view version;           // of the custom resource: "v1"
  bool stored = true;                 // objects are kept and watched in this version; others are served alone
  std::string_view teleport_kind;     // "role"
  std::string_view teleport_version;  // "v7"
  std::string_view sub_kind{};        // "openssh"; empty: none
};

// Returns every row; the versions of a kind stand together.
std::span<const CustomKind> CustomKinds();
// Returns the row of a kind in its stored version; nullptr when there is none.
const CustomKind* FindCustomKind(std::string_view kind);

// Returns the resource of Kubernetes' API, and its apiVersion ("resources.teleport.dev/v1").
KubeResource KubeResourceOf(const CustomKind& kind);
std::string ApiVersionOf(const CustomKind& kind);

}  // namespace sallyport
