// Rules of the cluster's settings: authentication, networking, session recording.
#pragma once

#include <span>

#include "libbase/error.h"
#include "libresources/kinds/kinds.h"

namespace sallyport {

Status CheckAuthPreference(google::protobuf::Message& resource);
Status CheckNetworkingConfig(google::protobuf::Message& resource);
Status CheckRecordingConfig(google::protobuf::Message& resource);

std::span<const TextColumn> AuthPreferenceColumns();
std::span<const TextColumn> NetworkingConfigColumns();
std::span<const TextColumn> RecordingConfigColumns();

}  // namespace sallyport
