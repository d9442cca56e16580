#include "libcluster/proxy/tunnel_request.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("the address is in a JSON object, or the whole text") {
  struct Row {
    std::string data;
    const char* address;
  };
  const Row rows[] = {{R"({"address":"@remote-auth-server","conn_type":"node"})", "@remote-auth-server"},
                      {"@remote-auth-server", "@remote-auth-server"},
                      {R"({"conn_type":"node"})", ""},
                      {R"({"address":7})", ""},
                      {R"({"address":"10.0.0.1:22"})", "10.0.0.1:22"},
                      {R"(["@remote-auth-server"])", R"(["@remote-auth-server"])"},
                      {"", ""},
                      {std::string(8193, ' ') + "@remote-auth-server", ""}};
  for (const Row& row : rows) {
    CAPTURE(row.data);
    CHECK(AddressOfTunnelRequest(row.data) == row.address);
  }
}

}  // namespace
}  // namespace sallyport
