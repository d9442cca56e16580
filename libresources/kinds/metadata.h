// Reads and writes the fields that all resources share, by reflection: kind, version, metadata.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/time.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace sallyport {

// Return the fields that all resources share; the result is empty for a message without the field.
std::string NameOf(const google::protobuf::Message& resource);
std::string KindNameOf(const google::protobuf::Message& resource);
std::string SubKindOf(const google::protobuf::Message& resource);
std::string VersionOf(const google::protobuf::Message& resource);
std::string RevisionOf(const google::protobuf::Message& resource);
std::string DescriptionOf(const google::protobuf::Message& resource);
std::map<std::string, std::string> LabelsOf(const google::protobuf::Message& resource);
std::optional<Time> ExpiresOf(const google::protobuf::Message& resource);

void SetName(google::protobuf::Message& resource, std::string_view name);
void SetRevision(google::protobuf::Message& resource, std::string_view revision);
void SetLabel(google::protobuf::Message& resource, const std::string& key, std::string_view value);
// Sets when the resource expires; nothing means never.
void SetExpires(google::protobuf::Message& resource, std::optional<Time> expires);

void SetHeader(google::protobuf::Message& resource, std::string_view kind, std::string_view version);

// Fills in the namespace and checks name, labels and origin. Fails with kBadParameter.
Status CheckMetadata(google::protobuf::Message& resource);

// Returns whether a label's key has only letters, digits and / . _ : * -.
bool IsLabelKey(std::string_view key);

inline constexpr std::string_view kOriginLabel = "teleport.dev/origin";

// Sets the label with the origin of a resource, unless the label is set.
void SetDefaultOrigin(google::protobuf::Message& resource, std::string_view origin);

}  // namespace sallyport
