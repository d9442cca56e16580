#include "libresources/kinds/metadata.h"

#include <algorithm>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "libbase/text.h"
#include "teleport/header/v1/metadata.pb.h"
#include "teleport/header/v1/resourceheader.pb.h"
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

// Older kinds write their fields with capitals, newer ones without.
const FieldDescriptor* FieldNamed(const Message& resource, const char* capital, const char* small) {
  const FieldDescriptor* const field = resource.GetDescriptor()->FindFieldByName(capital);
  return field != nullptr ? field : resource.GetDescriptor()->FindFieldByName(small);
}

// The newest kinds, and alerts, have all of it in a message of its own.
const FieldDescriptor* HeaderField(const Message& resource) {
  const FieldDescriptor* const field = FieldNamed(resource, "Header", "header");
  if (field == nullptr) return nullptr;
  const auto* const type = field->message_type();
  const bool header =
      type == teleport::header::v1::ResourceHeader::descriptor() || type == types::ResourceHeader::descriptor();
  return header ? field : nullptr;
}

const FieldDescriptor* MetadataField(const Message& resource) {
  const FieldDescriptor* const field = FieldNamed(resource, "Metadata", "metadata");
  const bool message = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  return message && !field->is_repeated() ? field : nullptr;
}

// Calls `read` with the metadata of either type; nothing when there is none.
template <typename Read>
void WithMetadata(const Message& resource, const Read& read) {
  if (const auto* header = HeaderField(resource)) {
    return WithMetadata(resource.GetReflection()->GetMessage(resource, header), read);
  }
  const FieldDescriptor* const field = MetadataField(resource);
  if (field == nullptr) return;
  const Message& found = resource.GetReflection()->GetMessage(resource, field);
  if (const auto* older = dynamic_cast<const types::Metadata*>(&found)) return read(*older);
  if (const auto* newer = dynamic_cast<const teleport::header::v1::Metadata*>(&found)) return read(*newer);
}
template <typename Write>
void WithMutableMetadata(Message& resource, const Write& write) {
  if (const auto* header = HeaderField(resource)) {
    return WithMutableMetadata(*resource.GetReflection()->MutableMessage(&resource, header), write);
  }
  const FieldDescriptor* const field = MetadataField(resource);
  if (field == nullptr) return;
  Message* const found = resource.GetReflection()->MutableMessage(&resource, field);
  if (auto* older = dynamic_cast<types::Metadata*>(found)) return write(*older);
  if (auto* newer = dynamic_cast<teleport::header::v1::Metadata*>(found)) return write(*newer);
}

const FieldDescriptor* TextField(const Message& resource, const char* capital, const char* small) {
  const FieldDescriptor* const field = FieldNamed(resource, capital, small);
  return field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING ? field : nullptr;
}

std::string TextOf(const Message& resource, const char* capital, const char* small) {
  if (const auto* header = HeaderField(resource)) {
    return TextOf(resource.GetReflection()->GetMessage(resource, header), capital, small);
  }
  const FieldDescriptor* const field = TextField(resource, capital, small);
  return field == nullptr ? std::string() : resource.GetReflection()->GetString(resource, field);
}

}  // namespace

void SetHeader(Message& resource, std::string_view kind, std::string_view version) {
  const auto& reflection = *resource.GetReflection();
  if (const auto* header = HeaderField(resource)) {
    return SetHeader(*reflection.MutableMessage(&resource, header), kind, version);
  }
  if (const auto* field = TextField(resource, "Kind", "kind")) {
    reflection.SetString(&resource, field, std::string(kind));
  }
  if (const auto* field = TextField(resource, "Version", "version")) {
    reflection.SetString(&resource, field, std::string(version));
  }
}

bool IsLabelKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._:*-").contains(c);
  });
}

namespace {

template <typename Metadata>
Status Check(Metadata& metadata) {
  if (metadata.name().empty()) return Fail(ErrorKind::kBadParameter, "metadata.name is missing");
  if (metadata.namespace_().empty()) metadata.set_namespace_("default");
  if (metadata.namespace_() != "default") {
    return Fail(ErrorKind::kBadParameter, "metadata.namespace can only be \"default\"");
  }
  for (const auto& [key, value] : metadata.labels()) {
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

}  // namespace

Status CheckMetadata(Message& resource) {
  Status status;
  WithMutableMetadata(resource, [&](auto& metadata) { status = Check(metadata); });
  return status;
}

void SetDefaultOrigin(Message& resource, std::string_view origin) {
  WithMutableMetadata(resource, [&](auto& metadata) {
    std::string& label = (*metadata.mutable_labels())[std::string(kOriginLabel)];
    if (label.empty()) label = origin;
  });
}

std::string NameOf(const Message& resource) {
  std::string name;
  WithMetadata(resource, [&](const auto& metadata) { name = metadata.name(); });
  return name;
}

std::string KindNameOf(const Message& resource) { return TextOf(resource, "Kind", "kind"); }
std::string SubKindOf(const Message& resource) { return TextOf(resource, "SubKind", "sub_kind"); }
std::string VersionOf(const Message& resource) { return TextOf(resource, "Version", "version"); }

std::string RevisionOf(const Message& resource) {
  std::string revision;
  WithMetadata(resource, [&](const auto& metadata) { revision = metadata.revision(); });
  return revision;
}

std::string DescriptionOf(const Message& resource) {
  std::string description;
  WithMetadata(resource, [&](const auto& metadata) { description = metadata.description(); });
  return description;
}

std::map<std::string, std::string> LabelsOf(const Message& resource) {
  std::map<std::string, std::string> labels;
  WithMetadata(resource, [&](const auto& metadata) { labels = {metadata.labels().begin(), metadata.labels().end()}; });
  return labels;
}

std::optional<Time> ExpiresOf(const Message& resource) {
  // Go's zero time on the wire means no expiry; a time beyond the range of Time counts as never.
  constexpr std::int64_t kLimit = 9'223'372'035;
  std::optional<Time> expires;
  WithMetadata(resource, [&](const auto& metadata) {
    const std::int64_t seconds = metadata.expires().seconds();
    if (!metadata.has_expires() || seconds == kGoZeroSeconds || seconds > kLimit || seconds < -kLimit) return;
    expires = Time(std::chrono::seconds(seconds) + Nanoseconds(metadata.expires().nanos()));
  });
  return expires;
}

void SetName(Message& resource, std::string_view name) {
  WithMutableMetadata(resource, [&](auto& metadata) { metadata.set_name(std::string(name)); });
}

void SetRevision(Message& resource, std::string_view revision) {
  WithMutableMetadata(resource, [&](auto& metadata) { metadata.set_revision(std::string(revision)); });
}

void SetLabel(Message& resource, const std::string& key, std::string_view value) {
  WithMutableMetadata(resource, [&](auto& metadata) { (*metadata.mutable_labels())[key] = std::string(value); });
}

void SetExpires(Message& resource, std::optional<Time> expires) {
  WithMutableMetadata(resource, [&](auto& metadata) {
    if (!expires) return metadata.clear_expires();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*expires);
    metadata.mutable_expires()->set_seconds(seconds.time_since_epoch().count());
    metadata.mutable_expires()->set_nanos(static_cast<std::int32_t>((*expires - seconds).count()));
  });
}

}  // namespace sallyport
