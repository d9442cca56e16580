// Encodes gRPC messages and statuses for HTTP/2, for clients and servers (the protocol's PROTOCOL-HTTP2 text).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libbase/error.h"
#include "libbase/http2_connection.h"

namespace sallyport {

// The size of the prefix of each message: a flag for compression and the length.
inline constexpr std::size_t kGrpcPrefixBytes = 5;

struct GrpcStatus {
  int code = 0;  // 0: the call succeeded
  std::string message;
};

// Returns the status that a server sends for an error.
GrpcStatus GrpcStatusOf(const Error& error);

// Returns a message with its prefix, as part of a body, not compressed.
std::string FrameGrpcMessage(std::string_view message);

// Returns the length that the prefix says; the text must begin with a whole prefix.
std::size_t GrpcMessageBytes(std::string_view framed);

// Returns the header fields with which a server ends a call.
HeaderFields GrpcStatusFields(const GrpcStatus& status);

}  // namespace sallyport
