#include "libresources/difference.h"
#include "libresources/kinds.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"

namespace sallyport {
namespace {

// Returns the differences of two JSON texts, one a line.
std::string Shown(std::string_view before, std::string_view after) {
  std::string text;
  for (const auto& field : Differences(ParseJson(before).value(), ParseJson(after).value())) {
    text += fmt::format("{}: {} -> {}\n", field.path, field.before ? ToJson(*field.before) : "",
                        field.after ? ToJson(*field.after) : "");
  }
  return text;
}

TEST_CASE("fields that come, go and change", "[difference]") {
  CHECK(Shown(R"({"a":1,"b":{"c":"x","d":true}})", R"({"a":1,"b":{"c":"x","d":true}})").empty());
  CHECK(Shown(R"({"a":1,"b":{"c":"x","d":true}})", R"({"a":2,"b":{"c":"x","e":null}})") ==
        "a: 1 -> 2\nb.d: true -> \nb.e:  -> null\n");
  CHECK(Shown(R"({"a":{"b":1}})", R"({"a":[1]})") == "a: {\"b\":1} -> [1]\n");
  CHECK(Shown(R"({"a":{"x.y/z":1,"":1}})", R"({"a":{}})") == "a[\"x.y/z\"]: 1 -> \na[\"\"]: 1 -> \n");
}

TEST_CASE("the order of keys is no difference, that of a list is", "[difference]") {
  CHECK(Shown(R"({"a":1,"b":2})", R"({"b":2,"a":1})").empty());
  CHECK(Shown(R"({"a":[1,2]})", R"({"a":[2,1]})") == "a: [1,2] -> [2,1]\n");
}

TEST_CASE("of plain lists each value that came or went", "[difference]") {
  CHECK(Shown(R"({"a":["x","y","y"]})", R"({"a":["y","z"]})") == "a: \"x\" -> \na: \"y\" -> \na:  -> \"z\"\n");
  CHECK(Shown(R"({"a":[]})", R"({"a":["z"]})") == "a:  -> \"z\"\n");
}

TEST_CASE("other lists place by place", "[difference]") {
  CHECK(Shown(R"({"a":[{"b":1},{"c":2}]})", R"({"a":[{"b":2}]})") == "a[0].b: 1 -> 2\na[1]: {\"c\":2} -> \n");
  CHECK(Shown(R"({"a":[{"b":1}]})", R"({"a":[{"b":1},{"c":2}]})") == "a[1]:  -> {\"c\":2}\n");
}

TEST_CASE("resources say the same whatever their revisions are, and settings whatever their origins are",
          "[difference]") {
  const auto role = [](std::string_view metadata, std::string_view spec) {
    const std::string text =
        fmt::format("{{kind: role, version: v7, metadata: {{name: a{}}}, spec: {}}}", metadata, spec);
    return DecodeResources(text, {}).value().front().message;
  };
  const auto base = role("", "{allow: {logins: [root]}}");
  CHECK(SaysTheSame(*base, *role(", revision: x", "{allow: {logins: [root]}, deny: {}}")));
  CHECK_FALSE(SaysTheSame(*base, *role(", labels: {teleport.dev/origin: cloud}", "{allow: {logins: [root]}}")));
  CHECK_FALSE(SaysTheSame(*base, *role(", labels: {team: core}", "{allow: {logins: [root]}}")));
  CHECK_FALSE(SaysTheSame(*base, *role(", description: x", "{allow: {logins: [root]}}")));
  CHECK_FALSE(SaysTheSame(*base, *role("", "{allow: {logins: [root]}, deny: {logins: [root]}}")));

  const auto setting = [](std::string_view origin) {
    const std::string text = fmt::format(
        "{{kind: session_recording_config, version: v2, metadata: {{name: session-recording-config, labels: "
        "{{teleport.dev/origin: {}}}}}, spec: {{mode: node}}}}",
        origin);
    return DecodeResources(text, {}).value().front().message;
  };
  CHECK(SaysTheSame(*setting("dynamic"), *setting("config-file")));
}

}  // namespace
}  // namespace sallyport
