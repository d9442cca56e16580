// Parses the messages of a gRPC client on one stream (the protocol's PROTOCOL-HTTP2 text, "Length-Prefixed-Message")
// from the bytes of the request's body: decompresses them and limits their size.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

// The client's compression, from its field "grpc-encoding".
enum class GrpcEncoding { kIdentity, kGzip, kDeflate };

// The server's field "grpc-accept-encoding".
inline constexpr std::string_view kGrpcEncodings = "identity,deflate,gzip";

// Returns the encoding of a name; "" is identity. Fails with kNotImplemented for an unsupported encoding.
Result<GrpcEncoding> ParseGrpcEncoding(std::string_view name);

// Not for several threads at the same time.
class GrpcReader {
 public:
  // `max_message_bytes` limits the message both compressed and decompressed.
  explicit GrpcReader(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}
  void set_encoding(GrpcEncoding encoding) { encoding_ = encoding; }

  // Appends bytes of the body. Fails with kLimitExceeded as soon as a message's length is too large, with kBadParameter
  // when the bytes are no message.
  Status Add(std::string_view bytes);

  // Returns whether Next has a message.
  bool HasMessage() const;
  // Returns whether a message is incomplete.
  bool HasPart() const { return taken_ < received_.size() && !HasMessage(); }
  // Removes and returns the next message; nothing when none is complete. Fails with kBadParameter when it cannot be
  // decompressed, with kLimitExceeded when it becomes too large.
  Result<std::optional<std::string>> Next();

  // Returns the number of buffered bytes.
  std::size_t buffered() const { return received_.size() - taken_; }
  // Drops all bytes.
  void Clear();

 private:
  std::size_t NextSize() const;
  Status CheckPrefix() const;

  const std::size_t max_message_bytes_;
  GrpcEncoding encoding_ = GrpcEncoding::kIdentity;
  std::string received_;
  std::size_t taken_ = 0;  // of received_
};

}  // namespace sallyport
