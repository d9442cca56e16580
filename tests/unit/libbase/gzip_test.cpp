#include "libbase/gzip.h"

#include <zlib.h>

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

std::string Unzip(const std::string& bytes, std::size_t size) {
  z_stream stream{};
  REQUIRE(::inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(size + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(::inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

TEST_CASE("what is compressed can be read by zlib") {
  for (const std::string& text :
       {std::string(), std::string("x"), std::string(100'000, 'a'), std::string(1000, '\0')}) {
    const auto zipped = Gzip(text);
    REQUIRE(zipped);
    CHECK(Unzip(*zipped, text.size()) == text);
  }
  CHECK(Gzip(std::string(100'000, 'a'))->size() < 1000);
}

}  // namespace
}  // namespace sallyport
