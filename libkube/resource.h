// Names resources and objects of the Kubernetes API, and writes the paths and queries of their URLs.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libbase/error.h"
#include "libbase/value.h"

namespace sallyport {

// A kind of objects as URLs name it: "coordination.k8s.io", "v1", "leases"; the group of the core is "".
struct KubeResource {
  std::string group;
  std::string version;
  std::string plural;
};

// One object, or a part of it.
struct KubeObjectName {
  KubeResource resource;
  std::string kube_namespace;  // empty: of no namespace
  std::string name;
  std::string subresource = {};  // "status"; empty: the object itself
};

// The objects that a list or a watch is about.
struct KubeCollection {
  KubeResource resource;
  std::string kube_namespace = {};  // empty: of no namespace, or of all
  std::string label_selector = {};  // "app=x,tier!=y"; empty: all
  std::string field_selector = {};  // "metadata.name=x"; empty: all
};

// Return the path of a URL, without the prefix of the server. Fail with kBadParameter when a part is empty, or is no
// segment of a path as Kubernetes defines it: ".", "..", or anything with "/" or "%".
Result<std::string> PathOf(const KubeObjectName& object);
Result<std::string> PathOf(const KubeCollection& collection);

// Returns the path with the parameters that have a value as its query, encoded.
using QueryParameters = std::vector<std::pair<std::string_view, std::string>>;
std::string WithQuery(std::string path, const QueryParameters& parameters);

// Return the text that names an object or a collection in errors: `leases.coordination.k8s.io "kube-system/x"`.
std::string Described(const KubeObjectName& object);
std::string Described(const KubeCollection& collection);

// Returns metadata.FIELD of an object, or "" without it.
std::string MetadataOf(const Value& object, std::string_view field);

}  // namespace sallyport
