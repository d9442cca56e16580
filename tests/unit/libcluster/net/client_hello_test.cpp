#include "libcluster/net/client_hello.h"

#include <openssl/ssl.h>

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

// The first flight of a real OpenSSL client.
std::string RealHello(const char* server_name, std::string protocols) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(context);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), out);
  if (server_name != nullptr) SSL_set_tlsext_host_name(ssl, server_name);
  if (!protocols.empty()) {
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  }
  SSL_set_connect_state(ssl);
  SSL_do_handshake(ssl);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string hello(data, static_cast<std::size_t>(size));
  SSL_free(ssl);
  SSL_CTX_free(context);
  return hello;
}

TEST_CASE("the hello of a real client gives its server name and protocols in order") {
  const auto parsed = ParseClientHello(RealHello("Px.Example.com", "\x02h2\x08http/1.1"));
  REQUIRE(parsed);
  CHECK(parsed->needed_bytes == 0);
  CHECK(parsed->hello.server_name == "px.example.com");
  CHECK(parsed->hello.protocols == std::vector<std::string>{"h2", "http/1.1"});

  const auto bare = ParseClientHello(RealHello(nullptr, ""));
  REQUIRE(bare);
  CHECK(bare->hello.server_name.empty());
  CHECK(bare->hello.protocols.empty());
}

TEST_CASE("a hello that is not all there says how much is needed") {
  const std::string hello = RealHello("px.example.com", "\x02h2");
  CHECK(ParseClientHello("")->needed_bytes == 5);
  CHECK(ParseClientHello(hello.substr(0, 4))->needed_bytes == 5);
  for (std::size_t size = 5; size < hello.size(); ++size) {
    const auto parsed = ParseClientHello(hello.substr(0, size));
    REQUIRE(parsed);
    CHECK(parsed->needed_bytes == hello.size());
  }
}

TEST_CASE("other bytes than a hello are refused, and no flipped byte crashes the parser") {
  CHECK(ParseClientHello("GET / HTTP/1.1\r\n").error().message == "not a TLS connection");
  const std::string hello = RealHello("px.example.com", "\x02h2");
  for (std::size_t i = 0; i < hello.size(); ++i) {
    std::string bad = hello;
    bad[i] = static_cast<char>(bad[i] ^ 0xff);
    const auto parsed = ParseClientHello(bad);
    if (parsed) CHECK(parsed->needed_bytes <= kMaxClientHelloBytes);
  }
}

}  // namespace
}  // namespace sallyport
