#include "libresources/kinds/server_info.h"
#include "libresources/kinds.h"

#include "teleport/legacy/types/server.pb.h"
#include "tests/unit/libresources/fixtures.h"

namespace sallyport {
namespace {

Result<Resource> Info(const std::string& name, const std::string& labels) {
  const std::string text =
      "kind: server_info\nversion: v1\nmetadata: {name: '" + name + "'}\nspec: {new_labels: {" + labels + "}}\n";
  return DecodeResource(Yaml(text), {});
}

std::map<std::string, std::string> LabelsOfInfo(const std::string& name, const std::string& labels) {
  const auto info = Info(name, labels);
  if (!info) FAIL(ToText(info.error()));
  const auto& given = info->as<types::ServerInfoV1>().spec().newlabels();
  return {given.begin(), given.end()};
}

TEST_CASE("labels say whence they are") {
  using Labels = std::map<std::string, std::string>;
  CHECK(LabelsOfInfo("si-node", "team: red, aws/x: a, a/b/c: d, z/: e") ==
        Labels{{"dynamic/team", "red"}, {"dynamic/x", "a"}, {"dynamic/b/c", "d"}, {"dynamic/z", "e"}});
  CHECK(LabelsOfInfo("aws-1-i", "k: v, dynamic/q: r") == Labels{{"aws/k", "v"}, {"aws/q", "r"}});
  CHECK(LabelsOfInfo("other", "k: v, a/b: c") == Labels{{"k", "v"}, {"a/b", "c"}});
  CHECK(Info("si-node", "")->as<types::ServerInfoV1>().subkind() == "cloud_info");
}

TEST_CASE("a label that no node could have is refused") {
  CHECK_FALSE(Info("si-node", "'a b': c"));
  CHECK_FALSE(Info("si-node", "'': c"));
  CHECK_FALSE(Info("", "a: b"));
}

TEST_CASE("names lead to nodes and back") {
  CHECK(ServerInfoName("one") == "si-one");
  CHECK(NodeOfServerInfo("si-one") == "one");
  CHECK(NodeOfServerInfo("si-").empty());
  CHECK(NodeOfServerInfo("aws-1-i").empty());
}

}  // namespace
}  // namespace sallyport
