#include "libclient/http/http_connection.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("URLs of sinks are read") {
  const auto plain = ParseHttpUrl("https://fluentd.example.com:8888/test.log?a=b").value();
  CHECK(plain.tls);
  CHECK(plain.address.host == "fluentd.example.com");
  CHECK(plain.address.port == 8888);
  CHECK(plain.path == "/test.log?a=b");

  CHECK(ParseHttpUrl("https://x").value().address.port == 443);
  CHECK(ParseHttpUrl("https://x").value().path == "/");
  CHECK(ParseHttpUrl("http://x?q").value().path == "/?q");
  CHECK_FALSE(ParseHttpUrl("http://x").value().tls);
  CHECK(ParseHttpUrl("http://x").value().address.port == 80);
  CHECK(ParseHttpUrl("https://[2001:db8::1]:1/p").value().address.host == "2001:db8::1");
}

TEST_CASE("texts that are no URLs of sinks are refused") {
  for (const char* text : {"", "x", "ftp://x", "https://", "https:///p", "https://user:pass@x/p", "https://x/p#f",
                           "https://x/a b", "https://x/a\r\nHost: y", "https://x:99999/", "https://x:y/"}) {
    INFO(text);
    const auto url = ParseHttpUrl(text);
    REQUIRE_FALSE(url);
    CHECK(url.error().kind == ErrorKind::kBadParameter);
  }
}

}  // namespace
}  // namespace sallyport
