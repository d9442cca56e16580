// Encodes and decodes gRPC calls for an HTTP/2 client (the protocol's PROTOCOL-HTTP2 text).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/grpc_wire.h"
#include "libclient/http2_session.h"

namespace sallyport {

// The name of the peer in errors.
inline constexpr std::string_view kAuthService = "the auth service";

// Returns the first header fields of a call of `method` ("/proto.AuthService/Ping"); metadata follows them. A timeout
// of 0 means no timeout.
HeaderFields GrpcRequestFields(const std::string& authority, const std::string& method, const std::string& program,
                               std::chrono::milliseconds timeout);

// Returns the only message of an answer's body. Fails with kBadParameter when the body has not exactly one message, or
// the message is compressed (we never offer compression).
Result<std::string> UnframeGrpcMessage(std::string body);

// Returns the messages of an answer's body, in order. Fails with kBadParameter as above.
Result<std::vector<std::string>> UnframeGrpcMessages(std::string_view body);

// Returns how a call ended: the status from the server, or else the status for the HTTP/2 error code or the HTTP
// status.
GrpcStatus StatusOfAnswer(const Http2Answer& answer);

// Returns the Error for a status other than 0: kNotLoggedIn when the login has expired, kConnectionProblem when the
// server was unreachable or too late, else the kind of the code.
Error ErrorOfGrpcStatus(const GrpcStatus& status, std::string_view peer = kAuthService);

}  // namespace sallyport
