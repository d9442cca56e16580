// Tests of labels that server_info resources give to nodes, through their methods.
#include "libcluster/auth/nodes/node_labels.h"
#include "libresources/kinds.h"
#include "libresources/kinds/metadata.h"

#include <google/protobuf/empty.pb.h>

#include "libresources/matching/labels.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/server.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

using google::protobuf::Empty;

types::ServerV2 LabelledNode(const Labels& labels, std::string_view sub_kind = "") {
  types::ServerV2 node;
  node.mutable_metadata()->set_name("one");
  node.set_subkind(std::string(sub_kind));
  node.mutable_spec()->set_hostname("web");
  node.mutable_spec()->set_addr("192.0.2.1:22");
  for (const auto& [key, value] : labels) (*node.mutable_metadata()->mutable_labels())[key] = value;
  REQUIRE(CheckResource(node));
  return node;
}

Status Give(AuthFixture& fixture, const Caller& caller, std::string_view name, const Labels& labels) {
  types::ServerInfoV1 info;
  info.mutable_metadata()->set_name(std::string(name));
  for (const auto& [key, value] : labels) (*info.mutable_spec()->mutable_newlabels())[key] = value;
  const auto given = fixture.Call<Empty>(caller, "/proto.AuthService/UpsertServerInfo", info);
  return given ? Status() : std::unexpected(given.error());
}

Result<Empty> Take(AuthFixture& fixture, const Caller& caller, std::string_view name) {
  types::ResourceRequest request;
  request.set_name(std::string(name));
  return fixture.Call<Empty>(caller, "/proto.AuthService/DeleteServerInfo", request);
}

Labels LabelsNow(AuthFixture& fixture) {
  const auto node = GetResource<types::ServerV2>(fixture.auth().backend(), "one").value();
  return {node.metadata().labels().begin(), node.metadata().labels().end()};
}

TEST_CASE("a node has the labels that it is given, as long as it is given them") {
  AuthFixture fixture;
  auto& labels = fixture.auth().node_labels();
  REQUIRE(Give(fixture, fixture.admin(), "si-one", {{"team", "red"}}));
  REQUIRE(labels.Announce(LabelledNode({{"env", "dev"}})));
  CHECK(LabelsNow(fixture) == Labels{{"dynamic/team", "red"}, {"env", "dev"}});
  REQUIRE(Give(fixture, fixture.admin(), "si-one", {{"dynamic/team", "blue"}, {"aws/zone", "a"}}));
  CHECK(LabelsNow(fixture) == Labels{{"dynamic/team", "blue"}, {"dynamic/zone", "a"}, {"env", "dev"}});
  REQUIRE(labels.Announce(LabelledNode({{"env", "dev"}})));
  CHECK(LabelsNow(fixture) == Labels{{"dynamic/team", "blue"}, {"dynamic/zone", "a"}, {"env", "dev"}});
  REQUIRE(Take(fixture, fixture.admin(), "si-one"));
  CHECK(LabelsNow(fixture) == Labels{{"env", "dev"}});
  CHECK(Take(fixture, fixture.admin(), "si-one").error().kind == ErrorKind::kNotFound);
}

TEST_CASE("neither a node nor its resource can set labels of server_info") {
  AuthFixture fixture;
  auto& labels = fixture.auth().node_labels();
  REQUIRE(labels.Announce(LabelledNode({{"dynamic/team", "own"}, {"env", "dev"}})));
  CHECK(LabelsNow(fixture) == Labels{{"env", "dev"}});
  REQUIRE(Give(fixture, fixture.admin(), "si-one", {{"team", "red"}, {"x", "y"}}));
  CHECK(LabelsNow(fixture) == Labels{{"dynamic/team", "red"}, {"dynamic/x", "y"}, {"env", "dev"}});
  const auto written = LabelledNode({{"dynamic/team", "forged"}, {"dynamic/more", "m"}, {"env", "dev"}});
  REQUIRE(fixture.Call<types::KeepAlive>(fixture.admin(), "/proto.AuthService/UpsertNode", written));
  CHECK(labels.LabelsOf(written).value() == Labels{{"dynamic/team", "red"}, {"dynamic/x", "y"}, {"env", "dev"}});
  REQUIRE(Take(fixture, fixture.admin(), "si-one"));
  CHECK(LabelsNow(fixture) == Labels{{"env", "dev"}});
}

TEST_CASE("labels are for one node alone, and not for those with OpenSSH alone") {
  AuthFixture fixture;
  REQUIRE(fixture.auth().node_labels().Announce(LabelledNode({})));
  REQUIRE(Give(fixture, fixture.admin(), "si-other", {{"team", "red"}}));
  REQUIRE(Give(fixture, fixture.admin(), "one", {{"team", "red"}}));
  CHECK(LabelsNow(fixture).empty());
  types::ServerV2 node = LabelledNode({}, "openssh");
  REQUIRE(fixture.Call<types::KeepAlive>(fixture.admin(), "/proto.AuthService/UpsertNode", node));
  REQUIRE(Give(fixture, fixture.admin(), "si-one", {{"team", "red"}}));
  CHECK(LabelsNow(fixture).empty());
}

TEST_CASE("labels are given by those who may") {
  AuthFixture fixture;
  fixture.Store(R"(
kind: role
version: v7
metadata: {name: reader}
spec: {allow: {rules: [{resources: [server_info], verbs: [list, read]}]}}
---
kind: user
version: v2
metadata: {name: alice}
spec: {roles: [reader]}
)");
  const Caller alice = UserCaller(fixture, "alice");
  CHECK(Give(fixture, alice, "si-one", {{"team", "red"}}).error().kind == ErrorKind::kAccessDenied);
  REQUIRE(Give(fixture, fixture.admin(), "si-one", {{"team", "red"}}));
  CHECK(Take(fixture, alice, "si-one").error().kind == ErrorKind::kAccessDenied);
  types::ResourceRequest request;
  request.set_name("si-one");
  const auto read = fixture.Call<types::ServerInfoV1>(alice, "/proto.AuthService/GetServerInfo", request);
  REQUIRE(read);
  CHECK(read->subkind() == "cloud_info");
  CHECK(read->spec().newlabels().at("dynamic/team") == "red");
}

}  // namespace
}  // namespace sallyport
