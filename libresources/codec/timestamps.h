// Converts times of messages.
#pragma once

#include <optional>

#include <google/protobuf/timestamp.pb.h>

#include "libbase/time.h"

namespace sallyport {

// Returns a time of a message; nothing when it is unset or Go's zero time. Times that do not fit are the nearest that
// do.
std::optional<Time> ToTime(const google::protobuf::Timestamp& stamp);
google::protobuf::Timestamp ToStamp(Time time);

}  // namespace sallyport
