#include "libmachine/operator/custom_resource.h"

#include <algorithm>
#include <array>

#include "libbase/value_fields.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

namespace sallyport {
namespace {

constexpr std::string_view kIgnoreAnnotation = "teleport.dev/ignore";
constexpr std::string_view kKeepAnnotation = "teleport.dev/keep";
constexpr std::string_view kDescriptionAnnotation = "description";
constexpr std::string_view kSource = "custom resource";
constexpr std::string_view kMasked = "********";

// Reads an annotation as Go's ParseBool does; anything else is false.
bool FlagAt(const Value* annotations, std::string_view key) {
  constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "true", "TRUE", "True"};
  return std::ranges::find(kTrue, TextAt(annotations, key)) != kTrue.end();
}

// Returns the metadata of the resource, which has what the cluster keeps of a custom resource's.
Value ResourceMetadata(const Value& metadata) {
  Value result = Value::EmptyMap();
  result.Set("name", TextAt(metadata, "name"));
  const std::string description = TextAt(metadata.Find("annotations"), kDescriptionAnnotation);
  if (!description.empty()) result.Set("description", description);

  Value labels = Value::EmptyMap();
  if (const Value* const given = metadata.Find("labels")) {
    for (const auto& [key, value] : given->as_map()) labels.Set(key, value.as_string());
  }
  labels.Set(kOriginLabel, kOriginKubernetes);
  result.Set("labels", std::move(labels));
  return result;
}

// Removes the name of the source and a line, which say nothing in an answer of an API server.
Error WithoutSource(Error error) {
  if (!error.message.starts_with(kSource)) return error;
  const std::size_t end = error.message.find(": ");
  if (end != std::string::npos) error.message.erase(0, end + 2);
  if (!error.hint.empty()) error.message += fmt::format(" ({})", error.hint);
  return error;
}

}  // namespace

bool CustomMetadata::HasFinalizer() const {
  return std::ranges::find(finalizers, kDeletionFinalizer) != finalizers.end();
}

CustomMetadata MetadataOfCustom(const Value& object) {
  CustomMetadata result;
  const Value* const metadata = object.Find("metadata");
  if (metadata == nullptr) return result;
  result.name = TextAt(*metadata, "name");
  result.uid = TextAt(*metadata, "uid");
  result.resource_version = TextAt(*metadata, "resourceVersion");
  result.created = TextAt(*metadata, "creationTimestamp");
  if (const Value* const generation = metadata->Find("generation")) result.generation = generation->as_int();
  result.deleted = !TextAt(*metadata, "deletionTimestamp").empty();

  const Value* const annotations = metadata->Find("annotations");
  result.ignored = FlagAt(annotations, kIgnoreAnnotation);
  result.kept = FlagAt(annotations, kKeepAnnotation);
  if (const Value* const finalizers = metadata->Find("finalizers")) {
    for (const Value& finalizer : finalizers->as_list()) result.finalizers.push_back(finalizer.as_string());
  }
  return result;
}

Result<Resource> ResourceOf(const CustomKind& kind, const Value& object) {
  const KindRow* const row = FindKind(kind.teleport_kind);
  if (row == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "resources of kind {} are not implemented", kind.teleport_kind);
  }
  const Value* const metadata = object.Find("metadata");
  if (metadata == nullptr || TextAt(*metadata, "name").empty()) {
    return Fail(ErrorKind::kBadParameter, "the custom resource has no name");
  }

  Value described = Value::EmptyMap();
  described.Set("kind", row->kind);
  described.Set("version", kind.teleport_version);
  if (!kind.sub_kind.empty()) described.Set("sub_kind", kind.sub_kind);
  described.Set("metadata", ResourceMetadata(*metadata));
  const Value* const spec = object.Find("spec");
  described.Set("spec", spec == nullptr ? Value::EmptyMap() : *spec);

  Resource resource{.kind = row, .message = std::shared_ptr<google::protobuf::Message>(row->prototype().New())};
  const DecodeOptions options{.source = std::string(kSource)};
  const Status decoded = DecodeMessage(described, options, *resource.message);
  if (!decoded) return std::unexpected(WithoutSource(decoded.error()));
  return resource;
}

bool IsOfKubernetes(const google::protobuf::Message& resource) {
  const auto labels = LabelsOf(resource);
  const auto origin = labels.find(std::string(kOriginLabel));
  return origin != labels.end() && origin->second == kOriginKubernetes;
}

std::string ShownName(const CustomKind& kind, std::string_view name, std::string_view uid) {
  const KindRow* const row = FindKind(kind.teleport_kind);
  if (row != nullptr && !row->name_is_secret) return fmt::format("{} {}", kind.kind, name);
  return fmt::format("{} with the uid {}", kind.kind, uid);
}

std::string WithoutSecretName(const CustomKind& kind, std::string_view name, std::string text) {
  const KindRow* const row = FindKind(kind.teleport_kind);
  if (name.empty() || (row != nullptr && !row->name_is_secret)) return text;
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + kMasked.size())) {
    text.replace(at, name.size(), kMasked);
  }
  return text;
}

}  // namespace sallyport
