#include "libcluster/rpc/grpc_reader.h"

#include <zlib.h>

#include <array>

#include "libbase/grpc_wire.h"

namespace sallyport {
namespace {

constexpr int kGzipWindow = 16 + MAX_WBITS;
constexpr int kZlibWindow = MAX_WBITS;

// Decompresses a whole message. Stops as soon as it is larger than `max_bytes`.
Result<std::string> Inflate(std::string_view bytes, int window, std::size_t max_bytes) {
  z_stream stream{};
  if (::inflateInit2(&stream, window) != Z_OK) return Fail(ErrorKind::kInternal, "cannot begin to decompress");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads the bytes
  stream.avail_in = static_cast<uInt>(bytes.size());

  std::string inflated;
  std::array<char, 16384> buffer;
  int state = Z_OK;
  while (state == Z_OK && inflated.size() <= max_bytes) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    state = ::inflate(&stream, Z_NO_FLUSH);
    inflated.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  const bool whole = state == Z_STREAM_END && stream.avail_in == 0;
  ::inflateEnd(&stream);

  if (inflated.size() > max_bytes) {
    return Fail(ErrorKind::kLimitExceeded, "a message is larger than {} bytes when decompressed", max_bytes);
  }
  if (!whole) return Fail(ErrorKind::kBadParameter, "a message cannot be decompressed");
  return inflated;
}

}  // namespace

Result<GrpcEncoding> ParseGrpcEncoding(std::string_view name) {
  if (name.empty() || name == "identity") return GrpcEncoding::kIdentity;
  if (name == "gzip") return GrpcEncoding::kGzip;
  if (name == "deflate") return GrpcEncoding::kDeflate;
  return Fail(ErrorKind::kNotImplemented, "messages compressed by \"{}\" are not implemented", name);
}

std::size_t GrpcReader::NextSize() const { return GrpcMessageBytes(std::string_view(received_).substr(taken_)); }

bool GrpcReader::HasMessage() const {
  return buffered() >= kGrpcPrefixBytes && buffered() - kGrpcPrefixBytes >= NextSize();
}

Status GrpcReader::CheckPrefix() const {
  if (buffered() == 0) return {};
  const auto flag = static_cast<unsigned char>(received_[taken_]);
  if (flag > 1) return Fail(ErrorKind::kBadParameter, "the request's body is not a gRPC message");
  if (flag == 1 && encoding_ == GrpcEncoding::kIdentity) {
    return Fail(ErrorKind::kBadParameter, "a message is compressed, and the request has no grpc-encoding");
  }
  if (buffered() < kGrpcPrefixBytes || NextSize() <= max_message_bytes_) return {};
  return Fail(ErrorKind::kLimitExceeded, "a message of {} bytes is larger than the limit of {} bytes", NextSize(),
              max_message_bytes_);
}

Status GrpcReader::Add(std::string_view bytes) {
  if (taken_ == received_.size() || taken_ > max_message_bytes_) {
    received_.erase(0, taken_);
    taken_ = 0;
  }
  received_ += bytes;
  return CheckPrefix();
}

Result<std::optional<std::string>> GrpcReader::Next() {
  RETURN_IF_ERROR(CheckPrefix());
  if (!HasMessage()) return std::nullopt;
  const std::size_t size = NextSize();
  const bool compressed = received_[taken_] == 1;
  std::string message = received_.substr(taken_ + kGrpcPrefixBytes, size);
  taken_ += kGrpcPrefixBytes + size;
  if (taken_ == received_.size()) Clear();
  if (!compressed) return message;
  return Inflate(message, encoding_ == GrpcEncoding::kGzip ? kGzipWindow : kZlibWindow, max_message_bytes_);
}

void GrpcReader::Clear() {
  // Also frees the memory, because most calls have one message.
  std::string().swap(received_);
  taken_ = 0;
}

}  // namespace sallyport
