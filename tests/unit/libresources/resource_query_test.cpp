#include "libresources/resource_query.h"
#include "libresources/kinds.h"

#include "teleport/legacy/types/server.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

types::ServerV2 Node() {
  types::ServerV2 node;
  const Value value = Yaml(R"(
kind: node
version: v2
metadata: {name: 8a3d198c, labels: {env: dev, a.b: c}}
spec:
  addr: 127.0.0.1:4022
  hostname: RefNode
  use_tunnel: true
  cmd_labels: {host: {period: 1m, command: [hostname], result: vm}}
)");
  REQUIRE(DecodeMessage(value, {}, node));
  return node;
}

std::string AnswerTo(std::string_view query) {
  const auto predicate = Predicate::Parse(query, PredicateDialect::kResource);
  if (!predicate) return predicate.error().message;
  const auto holds = predicate->Evaluate(ResourceFields(Node()));
  return holds ? (*holds ? "true" : "false") : holds.error().message;
}

TEST_CASE("queries see names, labels and fields of a node") {
  CHECK(AnswerTo("name == \"RefNode\"") == "true");
  CHECK(AnswerTo("resource.metadata.name == \"8a3d198c\"") == "true");
  CHECK(AnswerTo("labels.env == \"dev\" && labels.host == \"vm\"") == "true");
  CHECK(AnswerTo("labels[\"a.b\"] == \"c\"") == "true");
  CHECK(AnswerTo("labels.none == \"\"") == "true");
  CHECK(AnswerTo("exists(resource.metadata.labels.none)") == "false");
  CHECK(AnswerTo("resource.spec.hostname == \"RefNode\"") == "true");
  CHECK(AnswerTo("resource.spec.nothing == \"\"") == "this resource has no field \"nothing\"");
  CHECK(AnswerTo("resource.spec.peer_addr == \"\"") == "true");
  CHECK(AnswerTo("resource.spec.rotation.phase == \"\"") == "true");
  CHECK(AnswerTo("health.status == \"\"") == "true");
}

TEST_CASE("every word of a search must occur") {
  CHECK(AnswerTo("search(\"refn\", \"DEV\")") == "true");
  CHECK(AnswerTo("search(\"127.0\")") == "true");
  CHECK(AnswerTo("search(\"tunnel\")") == "true");
  CHECK(AnswerTo("search(\"refn\", \"prod\")") == "false");
}

TEST_CASE("a Kubernetes server has the labels of its cluster") {
  const auto recorded = ParseJson(ReadFixture("kube_server.json"));
  REQUIRE(recorded);
  const auto server = DecodeResource(recorded->as_list()[0], {});
  REQUIRE(server);
  CHECK(AllLabelsOf(*server->message) == Labels{{"env", "dev"}});
  const auto healthy = Predicate::Parse("health.status == \"healthy\"", PredicateDialect::kResource);
  CHECK(healthy->Evaluate(ResourceFields(*server->message)).value());
}

}  // namespace
}  // namespace sallyport
