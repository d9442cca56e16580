#include "libresources/kinds/app.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

#include "teleport/legacy/types/resources.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

Result<Resource> App(const std::string& spec) {
  return DecodeResource(Yaml("kind: app\nversion: v3\nmetadata: {name: a}\nspec: {" + spec + "}\n"), {});
}

TEST_CASE("what an application's address says fills in the rest") {
  const auto console = App("uri: https://console.aws.amazon.com");
  REQUIRE(console);
  CHECK(console->as<types::AppV3>().spec().cloud() == "AWS");
  const auto cloud = App("cloud: GCP");
  REQUIRE(cloud);
  CHECK(cloud->as<types::AppV3>().spec().uri() == "cloud://GCP");
  const auto mcp = App("mcp: {command: serve, run_as_host_user: nobody}");
  REQUIRE(mcp);
  CHECK(mcp->as<types::AppV3>().spec().uri() == "mcp+stdio://");
  CHECK(mcp->as<types::AppV3>().subkind() == "mcp");
  CHECK(LabelsOf(*mcp->message)["teleport.internal/app-sub-kind"] == "mcp");
}

TEST_CASE("applications that cannot be are refused") {
  for (const char* const spec :
       {"", "uri: http://a, cloud: Moon", "uri: http://a, public_addr: kube-teleport-proxy-alpn.example.com",
        "uri: http://a, rewrite: {jwt_claims: some}", "uri: 'tcp://a:1', tcp_ports: [{port: 2}]",
        "uri: tcp://a, tcp_ports: [{port: 0}]", "uri: tcp://a, tcp_ports: [{port: 9, end_port: 8}]", "uri: mcp+ftp://a",
        "uri: 'mcp+stdio://', mcp: {command: serve}"}) {
    INFO(spec);
    CHECK_FALSE(App(spec));
  }
  CHECK(App("uri: tcp://a, tcp_ports: [{port: 8, end_port: 9}]"));
  CHECK(App("uri: 'http://a:1', tcp_ports: [{port: 0}]"));
}

}  // namespace
}  // namespace sallyport
