#include "libkube/resource.h"

#include "libbase/percent_encoding.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::string_view kPlainInPath = "-._~:";  // names of roles have colons

Status AppendSegment(std::string_view segment, std::string_view what, std::string& path) {
  if (segment.empty() || segment == "." || segment == ".." || segment.find_first_of("/%") != std::string_view::npos) {
    return Fail(ErrorKind::kBadParameter, "\"{}\" cannot be the {} in a path of the Kubernetes API", segment, what);
  }
  path += '/';
  path += PercentEncoded(segment, kPlainInPath);
  return {};
}

Result<std::string> PathOfResource(const KubeResource& resource, const std::string& kube_namespace) {
  std::string path = resource.group.empty() ? "/api" : "/apis";
  if (!resource.group.empty()) RETURN_IF_ERROR(AppendSegment(resource.group, "group", path));
  RETURN_IF_ERROR(AppendSegment(resource.version, "version", path));
  if (!kube_namespace.empty()) {
    path += "/namespaces";
    RETURN_IF_ERROR(AppendSegment(kube_namespace, "namespace", path));
  }
  RETURN_IF_ERROR(AppendSegment(resource.plural, "resource", path));
  return path;
}

std::string NameOf(const KubeResource& resource) {
  return resource.group.empty() ? resource.plural : resource.plural + "." + resource.group;
}

}  // namespace

Result<std::string> PathOf(const KubeObjectName& object) {
  ASSIGN_OR_RETURN(std::string path, PathOfResource(object.resource, object.kube_namespace));
  RETURN_IF_ERROR(AppendSegment(object.name, "name", path));
  if (!object.subresource.empty()) RETURN_IF_ERROR(AppendSegment(object.subresource, "subresource", path));
  return path;
}

Result<std::string> PathOf(const KubeCollection& collection) {
  return PathOfResource(collection.resource, collection.kube_namespace);
}

std::string WithQuery(std::string path, const QueryParameters& parameters) {
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    path += separator;
    path += name;
    path += '=';
    path += PercentEncoded(value, kUnreservedMarks);
    separator = '&';
  }
  return path;
}

std::string Described(const KubeObjectName& object) {
  const std::string kube_namespace = object.kube_namespace.empty() ? "" : object.kube_namespace + "/";
  const std::string part = object.subresource.empty() ? "" : object.subresource + " of ";
  return fmt::format("{}{} \"{}{}\"", part, NameOf(object.resource), kube_namespace, object.name);
}

std::string Described(const KubeCollection& collection) {
  if (collection.kube_namespace.empty()) return NameOf(collection.resource);
  return fmt::format("{} of namespace \"{}\"", NameOf(collection.resource), collection.kube_namespace);
}

std::string MetadataOf(const Value& object, std::string_view field) { return TextAt(object.Find("metadata"), field); }

}  // namespace sallyport
