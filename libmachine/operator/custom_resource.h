// A custom resource as the operator reads it: its flags and finalizers, and the resource of the cluster that it
// describes (docs/protocol/operator.md#custom-resources).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"
#include "libmachine/operator/custom_kind.h"
#include "libresources/kinds/resource.h"

namespace sallyport {

inline constexpr std::string_view kDeletionFinalizer = "resources.teleport.dev/deletion";
inline constexpr std::string_view kOriginKubernetes = "kubernetes";

// The parts of a custom resource's metadata that the operator acts upon.
struct CustomMetadata {
  std::string name;
  std::string uid;
  std::string resource_version;
  std::string created;  // RFC 3339; sorts by time
  std::int64_t generation = 0;
  bool deleted = false;  // it has a time of deletion, and exists until its finalizers are removed
  bool ignored = false;  // annotation teleport.dev/ignore
  bool kept = false;     // annotation teleport.dev/keep
  std::vector<std::string> finalizers;

  bool HasFinalizer() const;
};

// Reads the metadata of an object; fields that are absent, or have another type, read as empty.
CustomMetadata MetadataOfCustom(const Value& object);

// Returns the resource that an object describes: its name and spec, its labels with the origin, and the annotation
// "description"; not checked by the rules of its kind. Fails with kBadParameter and the path of the field when a field
// is unknown or has a wrong type, and with kNotImplemented when the kind of resource is not implemented.
Result<Resource> ResourceOf(const CustomKind& kind, const Value& object);

// Returns whether a resource of the cluster was made from a custom resource.
bool IsOfKubernetes(const google::protobuf::Message& resource);

// Returns the name under which logs, Events and conditions show a custom resource: "TeleportUser alice"; a name that is
// a secret is replaced by the object's uid.
std::string ShownName(const CustomKind& kind, std::string_view name, std::string_view uid);
// Returns the text with each occurrence of the object's name replaced when the name is a secret.
std::string WithoutSecretName(const CustomKind& kind, std::string_view name, std::string text);

}  // namespace sallyport
