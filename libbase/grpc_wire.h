// How gRPC puts messages and statuses into HTTP/2, for either side (the protocol's PROTOCOL-HTTP2 text).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/http2_connection.h"

namespace sallyport {

// Before each message: a flag for compression and the length.
inline constexpr std::size_t kGrpcPrefixBytes = 5;

struct GrpcStatus {
  int code = 0;  // 0: the call succeeded
  std::string message;
};

// Returns the status by which a server answers with an error.
GrpcStatus GrpcStatusOf(const Error& error);

// Returns a message as a part of a body, not compressed.
std::string FrameGrpcMessage(std::string_view message);

// Returns the length of the message after a prefix; the text begins with a whole prefix.
std::size_t GrpcMessageBytes(std::string_view framed);

// Returns the fields by which a server ends a call.
HeaderFields GrpcStatusFields(const GrpcStatus& status);

}  // namespace sallyport
