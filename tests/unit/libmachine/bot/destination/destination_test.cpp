#include "libmachine/bot/destination/destination.h"

#include <catch2/catch.hpp>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

TEST_CASE("a destination is made from its settings") {
  const test::TemporaryDirectory directory;
  std::map<std::string, std::string, std::less<>> variables;
  const DestinationContext context{[&](std::string_view name) {
                                     const auto found = variables.find(name);
                                     return found == variables.end() ? std::string() : found->second;
                                   },
                                   {},
                                   nullptr};
  CHECK(MakeDestination({}, context).error().kind == ErrorKind::kBadParameter);
  CHECK(MakeDestination(ParseDestinationUri("memory://").value(), context).value()->description() == "memory");
  CHECK(MakeDestination(ParseDestinationUri("/x").value(), context).value()->description() == "directory /x");

  const DestinationConfig secret = ParseDestinationUri("kubernetes-secret:///s").value();
  CHECK(MakeDestination(secret, context).error().message == "the Secret s has no namespace");
  variables["POD_NAMESPACE"] = "ns";
  CHECK_FALSE(MakeDestination(secret, context));  // neither a pod nor a kubeconfig
  variables["KUBECONFIG"] = directory.Write("kubeconfig", R"(apiVersion: v1
kind: Config
current-context: other
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: here, context: {cluster: c, user: u}}]
)");
  CHECK(MakeDestination(secret, context).error().message.contains("there is no current context"));
  variables["KUBECONFIG"] = directory.Write("kubeconfig", R"(apiVersion: v1
kind: Config
current-context: here
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: here, context: {cluster: c, user: u}}]
)");
  CHECK(MakeDestination(secret, context).value()->description() == "kubernetes_secret ns/s");
}

}  // namespace
}  // namespace sallyport
