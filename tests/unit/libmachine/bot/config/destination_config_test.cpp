#include "libmachine/bot/config/destination_config.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a destination of the command line is a path or a URI") {
  CHECK(ParseDestinationUri("/opt/out").value().path == "/opt/out");
  CHECK(ParseDestinationUri("./tbot-user").value().path == "./tbot-user");
  CHECK(ParseDestinationUri("file:///opt/out").value().path == "/opt/out");
  CHECK(ParseDestinationUri("memory://").value().type == DestinationType::kMemory);
  const auto secret = ParseDestinationUri("kubernetes-secret:///name").value();
  CHECK(secret.type == DestinationType::kKubernetesSecret);
  CHECK(secret.name == "name");
  CHECK(secret.kube_namespace.empty());
  CHECK(ParseDestinationUri("kubernetes-secret://ns/name").value().kube_namespace == "ns");
}

TEST_CASE("other URIs are refused") {
  for (const std::string_view text : {"", "file://host/path", "file://", "memory://x", "memory:///x",
                                      "kubernetes-secret://ns", "kubernetes-secret:///", "s3://bucket"}) {
    CAPTURE(text);
    const auto parsed = ParseDestinationUri(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().kind == ErrorKind::kBadParameter);
    CHECK(parsed.error().message.contains("is not a destination"));
  }
}

TEST_CASE("a destination is described for people") {
  CHECK(DescribeDestination(ParseDestinationUri("/x").value()) == "directory /x");
  CHECK(DescribeDestination(ParseDestinationUri("kubernetes-secret://a/b").value()) == "kubernetes_secret a/b");
  CHECK(DescribeDestination(ParseDestinationUri("memory://").value()) == "memory");
}

}  // namespace
}  // namespace sallyport
