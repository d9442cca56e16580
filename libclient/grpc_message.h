// How gRPC uses HTTP/2 (the protocol's PROTOCOL-HTTP2 text).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/grpc_wire.h"
#include "libclient/http2_session.h"

namespace sallyport {

// What errors call the other side.
inline constexpr std::string_view kAuthService = "the auth service";

// Returns the fields that a call of `method` ("/proto.AuthService/Ping") begins with; metadata follows them. A timeout
// of 0 is none.
HeaderFields GrpcRequestFields(const std::string& authority, const std::string& method, const std::string& program,
                               std::chrono::milliseconds timeout);

// Returns the one message of an answer's body; kBadParameter when it is not one, or is compressed (we never offer
// that).
Result<std::string> UnframeGrpcMessage(std::string body);

// Returns the messages of an answer's body, in order; kBadParameter as above.
Result<std::vector<std::string>> UnframeGrpcMessages(std::string_view body);

// Returns how a call ended: as the server says; when it says nothing, by HTTP/2's error code or HTTP's status.
GrpcStatus StatusOfAnswer(const Http2Answer& answer);

// The Error of a status that is not 0: kNotLoggedIn when the login is over, kConnectionProblem when the server was not
// reached or late, else the kind that the code means.
Error ErrorOfGrpcStatus(const GrpcStatus& status, std::string_view peer = kAuthService);

}  // namespace sallyport
