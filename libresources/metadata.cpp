#include "libresources/metadata.h"

#include <algorithm>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "libbase/text.h"
#include "libresources/kinds.h"
#include "teleport/legacy/types/header.pb.h"

namespace sallyport {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kOrigins[] = {
    "defaults",
    "config-file",
    "dynamic",
    "cloud",
    "kubernetes",
    "okta",
    "scim",
    "discovery-kubernetes",
    "entra-id",
    "aws-identity-center",
    "integration_awsrolesanywhere",
};

const types::Metadata* Find(const Message& resource) {
  const FieldDescriptor* const field = resource.GetDescriptor()->FindFieldByName("Metadata");
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return nullptr;
  return dynamic_cast<const types::Metadata*>(&resource.GetReflection()->GetMessage(resource, field));
}

types::Metadata* FindMutable(Message& resource) {
  if (Find(resource) == nullptr) return nullptr;
  const FieldDescriptor* const field = resource.GetDescriptor()->FindFieldByName("Metadata");
  return static_cast<types::Metadata*>(resource.GetReflection()->MutableMessage(&resource, field));
}

const FieldDescriptor* TextField(const Message& resource, const char* name) {
  const FieldDescriptor* const field = resource.GetDescriptor()->FindFieldByName(name);
  return field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING ? field : nullptr;
}

std::string TextOf(const Message& resource, const char* name) {
  const FieldDescriptor* const field = TextField(resource, name);
  return field == nullptr ? std::string() : resource.GetReflection()->GetString(resource, field);
}

}  // namespace

void SetHeader(Message& resource, std::string_view kind, std::string_view version) {
  const auto& reflection = *resource.GetReflection();
  if (const auto* field = TextField(resource, "Kind")) reflection.SetString(&resource, field, std::string(kind));
  if (const auto* field = TextField(resource, "Version")) reflection.SetString(&resource, field, std::string(version));
}

bool IsLabelKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._:*-").contains(c);
  });
}

Status CheckMetadata(Message& resource) {
  types::Metadata* const metadata = FindMutable(resource);
  if (metadata == nullptr) return {};
  if (metadata->name().empty()) return Fail(ErrorKind::kBadParameter, "metadata.name is missing");
  if (metadata->namespace_().empty()) metadata->set_namespace_("default");
  if (metadata->namespace_() != "default") {
    return Fail(ErrorKind::kBadParameter, "metadata.namespace can only be \"default\"");
  }
  for (const auto& [key, value] : metadata->labels()) {
    if (!IsLabelKey(key)) {
      return FailWithHint(ErrorKind::kBadParameter,
                          fmt::format("metadata.labels: \"{}\" is not a label key", StripControl(key)),
                          "use letters, digits and / . _ : * -");
    }
    const bool known = std::find(std::begin(kOrigins), std::end(kOrigins), value) != std::end(kOrigins);
    if (key == kOriginLabel && !value.empty() && !known) {
      return Fail(ErrorKind::kBadParameter, "metadata.labels: unknown origin \"{}\"", StripControl(value));
    }
  }
  return {};
}

void SetDefaultOrigin(Message& resource, std::string_view origin) {
  types::Metadata* const metadata = FindMutable(resource);
  if (metadata == nullptr) return;
  std::string& label = (*metadata->mutable_labels())[std::string(kOriginLabel)];
  if (label.empty()) label = origin;
}

std::string NameOf(const Message& resource) {
  const types::Metadata* const metadata = Find(resource);
  return metadata == nullptr ? "" : metadata->name();
}

std::string KindNameOf(const Message& resource) { return TextOf(resource, "Kind"); }
std::string SubKindOf(const Message& resource) { return TextOf(resource, "SubKind"); }
std::string VersionOf(const Message& resource) { return TextOf(resource, "Version"); }

std::string RevisionOf(const Message& resource) {
  const types::Metadata* const metadata = Find(resource);
  return metadata == nullptr ? "" : metadata->revision();
}

std::string DescriptionOf(const Message& resource) {
  const types::Metadata* const metadata = Find(resource);
  return metadata == nullptr ? "" : metadata->description();
}

std::map<std::string, std::string> LabelsOf(const Message& resource) {
  const types::Metadata* const metadata = Find(resource);
  if (metadata == nullptr) return {};
  return {metadata->labels().begin(), metadata->labels().end()};
}

std::optional<Time> ExpiresOf(const Message& resource) {
  const types::Metadata* const metadata = Find(resource);
  if (metadata == nullptr || !metadata->has_expires()) return std::nullopt;
  // Go's zero time on the wire means that there is none; beyond the range of Time is as good as never.
  constexpr std::int64_t kLimit = 9'223'372'035;
  const std::int64_t seconds = metadata->expires().seconds();
  if (seconds == kGoZeroSeconds || seconds > kLimit || seconds < -kLimit) return std::nullopt;
  return Time(std::chrono::seconds(seconds) + Nanoseconds(metadata->expires().nanos()));
}

void SetName(Message& resource, std::string_view name) {
  if (types::Metadata* metadata = FindMutable(resource)) metadata->set_name(std::string(name));
}

void SetRevision(Message& resource, std::string_view revision) {
  if (types::Metadata* metadata = FindMutable(resource)) metadata->set_revision(std::string(revision));
}

void SetLabel(Message& resource, const std::string& key, std::string_view value) {
  if (types::Metadata* metadata = FindMutable(resource)) (*metadata->mutable_labels())[key] = std::string(value);
}

void SetExpires(Message& resource, std::optional<Time> expires) {
  types::Metadata* const metadata = FindMutable(resource);
  if (metadata == nullptr) return;
  if (!expires) return metadata->clear_expires();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*expires);
  metadata->mutable_expires()->set_seconds(seconds.time_since_epoch().count());
  metadata->mutable_expires()->set_nanos(static_cast<std::int32_t>((*expires - seconds).count()));
}

}  // namespace sallyport
