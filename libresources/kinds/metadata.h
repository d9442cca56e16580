// The part that all resources share, by reflection: kind, version, metadata. kinds.h has the accessors.
#pragma once

#include <string_view>

#include "libbase/error.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace sallyport {

void SetHeader(google::protobuf::Message& resource, std::string_view kind, std::string_view version);

// Fills in the namespace and checks name, labels and origin. Fails with kBadParameter.
Status CheckMetadata(google::protobuf::Message& resource);

// Returns whether a label's key has only letters, digits and / . _ : * -.
bool IsLabelKey(std::string_view key);

inline constexpr std::string_view kOriginLabel = "teleport.dev/origin";

// Sets the label that says where a resource came from, unless it is set.
void SetDefaultOrigin(google::protobuf::Message& resource, std::string_view origin);

}  // namespace sallyport
