// The messages that a client of gRPC sends on one stream (the protocol's PROTOCOL-HTTP2 text,
// "Length-Prefixed-Message"): found in the bytes of the request's body, decompressed, never larger than allowed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "libbase/error.h"

namespace sallyport {

// How the client compresses, by its field "grpc-encoding".
enum class GrpcEncoding { kIdentity, kGzip, kDeflate };

// What the server takes, as its field "grpc-accept-encoding".
inline constexpr std::string_view kGrpcEncodings = "identity,deflate,gzip";

// Returns the encoding of a name; "" is identity. kNotImplemented for one that the server does not take.
Result<GrpcEncoding> ParseGrpcEncoding(std::string_view name);

// Not for several threads at the same time.
class GrpcReader {
 public:
  // `max_message_bytes` holds for what comes and for what it becomes decompressed.
  explicit GrpcReader(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}
  void set_encoding(GrpcEncoding encoding) { encoding_ = encoding; }

  // Takes bytes of the body. Fails with kLimitExceeded as soon as a message says that it will be too large, with
  // kBadParameter when the bytes are no message.
  Status Add(std::string_view bytes);

  // Whether Next has a message.
  bool HasMessage() const;
  // Whether a message has begun and its end is missing.
  bool HasPart() const { return taken_ < received_.size() && !HasMessage(); }
  // Takes the next message out; nothing when none is complete. Fails with kBadParameter when it cannot be
  // decompressed, with kLimitExceeded when it becomes too large.
  Result<std::optional<std::string>> Next();

  // How many bytes are kept here.
  std::size_t buffered() const { return received_.size() - taken_; }
  // Lets go of everything.
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
