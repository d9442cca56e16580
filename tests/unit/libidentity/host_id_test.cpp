#include "libidentity/host_id.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a host's id is its name without the cluster") {
  Identity identity;
  identity.teleport_cluster = "ex.com";
  identity.username = "11111111-1111-4111-8111-111111111111.ex.com";
  CHECK(HostIdOf(identity) == "11111111-1111-4111-8111-111111111111");
  identity.username = "web.other.com";
  CHECK(HostIdOf(identity) == "web.other.com");
}

}  // namespace
}  // namespace sallyport
