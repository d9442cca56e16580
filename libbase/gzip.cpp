#include "libbase/gzip.h"

#include <zlib.h>

namespace sallyport {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // 16: with the header of gzip
constexpr int kMemoryLevel = 8;

}  // namespace

Result<std::string> Gzip(std::string_view bytes) {
  z_stream stream{};
  if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return Fail(ErrorKind::kInternal, "cannot compress {} bytes", bytes.size());
  }

  std::string compressed(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  const int done = ::deflate(&stream, Z_FINISH);
  compressed.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (done != Z_STREAM_END) return Fail(ErrorKind::kInternal, "cannot compress {} bytes", bytes.size());
  return compressed;
}

}  // namespace sallyport
