#include "libbase/grpc_wire.h"

#include <cstdint>

namespace sallyport {
namespace {

// Encodes the percent sign and all characters but printable ASCII as "%0A"; also spaces at the ends of a field, which
// HTTP forbids.
std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool inside = at > 0 && at + 1 < text.size();
    const bool plain = (c > ' ' && c <= '~' && c != '%') || (c == ' ' && inside);
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

GrpcStatus GrpcStatusOf(const Error& error) { return {RowOf(error.kind).grpc_code, error.message}; }

std::string FrameGrpcMessage(std::string_view message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  std::string body(kGrpcPrefixBytes, '\0');
  for (int byte = 0; byte < 4; ++byte) body[1 + byte] = static_cast<char>(size >> (24 - 8 * byte));
  body += message;
  return body;
}

std::size_t GrpcMessageBytes(std::string_view framed) {
  std::size_t size = 0;
  for (const char c : framed.substr(1, kGrpcPrefixBytes - 1)) size = size << 8 | static_cast<unsigned char>(c);
  return size;
}

HeaderFields GrpcStatusFields(const GrpcStatus& status) {
  HeaderFields fields{{"grpc-status", std::to_string(status.code)}};
  if (!status.message.empty()) fields.emplace_back("grpc-message", PercentEncoded(status.message));
  return fields;
}

}  // namespace sallyport
