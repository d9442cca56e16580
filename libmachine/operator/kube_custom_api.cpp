#include "libmachine/operator/kube_custom_api.h"

namespace sallyport {
namespace {

// The metadata of a patch that fails when the object was changed since it was read.
Value PatchedMetadata(const CustomMetadata& object) {
  return Value(Value::Map{{"resourceVersion", object.resource_version}});
}

}  // namespace

KubeObjectName KubeCustomApi::NameOfObject(const CustomKind& kind, const std::string& name) const {
  return {.resource = KubeResourceOf(kind), .kube_namespace = namespace_, .name = name};
}

Result<std::optional<Value>> KubeCustomApi::Get(const CustomKind& kind, const std::string& name) {
  auto object = api_.Get(NameOfObject(kind, name));
  if (object) return std::optional(std::move(*object));
  if (object.error().kind == ErrorKind::kNotFound) return std::nullopt;
  return std::unexpected(object.error());
}

Result<Value> KubeCustomApi::SetFinalizers(const CustomKind& kind, const CustomMetadata& object,
                                           const std::vector<std::string>& finalizers) {
  Value metadata = PatchedMetadata(object);
  metadata.Set("finalizers", Value::Strings(finalizers));
  return api_.Patch(NameOfObject(kind, object.name), KubePatchType::kMerge,
                    Value(Value::Map{{"metadata", std::move(metadata)}}));
}

Status KubeCustomApi::SetStatus(const CustomKind& kind, const CustomMetadata& object, const Value& status) {
  KubeObjectName name = NameOfObject(kind, object.name);
  name.subresource = "status";
  RETURN_IF_ERROR(api_.Patch(name, KubePatchType::kMerge,
                             Value(Value::Map{{"metadata", PatchedMetadata(object)}, {"status", status}})));
  return {};
}

Result<Value> KubeCustomApi::GetSecret(const std::string& name) {
  return api_.Get({.resource = {"", "v1", "secrets"}, .kube_namespace = namespace_, .name = name});
}

}  // namespace sallyport
