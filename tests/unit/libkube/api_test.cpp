#include "libkube/api.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "tests/unit/libkube/scripted_api.h"

namespace sallyport {
namespace {

using test::Answering;
using test::Asked;
using test::ScriptedApi;
using namespace std::chrono_literals;

const KubeResource kMaps{"", "v1", "configmaps"};
const KubeObjectName kMap{kMaps, "a", "b"};
const KubeCollection kMapsOfA{kMaps, "a"};
constexpr const char* kStored = R"({"kind":"ConfigMap","metadata":{"name":"b","resourceVersion":"7"}})";

std::unique_ptr<KubeApi> ApiOf(const ScriptedApi& server, KubeApiOptions options = {}) {
  return KubeApi::Make(server.endpoint(), std::move(options)).value();
}

// A server that gives each request the same answer.
ScriptedApi::Handler Always(int status, const std::string& body) {
  return [=](const Asked&, const Answering& answering) {
    answering.Answer(status, body);
    return true;
  };
}

TEST_CASE("an object is read") {
  const ScriptedApi server(Always(200, kStored));
  const auto api = ApiOf(server);
  CHECK(MetadataOf(api->Get(kMap).value(), "resourceVersion") == "7");
  const Asked asked = server.asked().at(0);
  CHECK(asked == "GET /api/v1/namespaces/a/configmaps/b");
  CHECK(asked.Has("Accept: application/json"));
  CHECK(asked.Has("Host: 127.0.0.1:" + std::to_string(server.endpoint().port)));
  CHECK_FALSE(asked.head.contains("Authorization"));
  CHECK_FALSE(asked.head.contains("Content-Length"));
}

TEST_CASE("each change is sent as the API has it") {
  const ScriptedApi server(Always(200, kStored));
  const auto api = ApiOf(server);
  const Value object(Value::Map{{"metadata", Value::Map{{"name", "b"}}}});
  REQUIRE(api->Create(kMapsOfA, object));
  REQUIRE(api->Update(kMap, object));
  REQUIRE(api->Apply(kMap, object, {"me", true}));
  REQUIRE(api->Apply({kMaps, "a", "b", "status"}, object, {"me", false}));
  REQUIRE(api->Patch(kMap, KubePatchType::kMerge, object));
  REQUIRE(api->Patch(kMap, KubePatchType::kJson, Value(Value::List{})));
  REQUIRE(api->Delete(kMap));
  REQUIRE(api->Delete(kMap, {"u1", "7", "Foreground"}));

  const auto asked = server.asked();
  REQUIRE(asked.size() == 8);
  CHECK(asked[0] == "POST /api/v1/namespaces/a/configmaps");
  CHECK(asked[0].Has("Content-Type: application/json"));
  CHECK(asked[0].body == R"({"metadata":{"name":"b"}})");
  CHECK(asked[1] == "PUT /api/v1/namespaces/a/configmaps/b");
  CHECK(asked[2] == "PATCH /api/v1/namespaces/a/configmaps/b?fieldManager=me&force=true");
  CHECK(asked[2].Has("Content-Type: application/apply-patch+yaml"));
  CHECK(asked[3] == "PATCH /api/v1/namespaces/a/configmaps/b/status?fieldManager=me&force=false");
  CHECK(asked[4].Has("Content-Type: application/merge-patch+json"));
  CHECK(asked[5].Has("Content-Type: application/json-patch+json"));
  CHECK(asked[5].body == "[]");
  CHECK(asked[6].body == R"({"kind":"DeleteOptions","apiVersion":"v1"})");
  CHECK(asked[7] == "DELETE /api/v1/namespaces/a/configmaps/b");
  CHECK(asked[7].body ==
        R"({"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"u1","resourceVersion":"7"},)"
        R"("propagationPolicy":"Foreground"})");
  CHECK(server.connections() == 1);
}

TEST_CASE("refusals are errors that name the object and the reason") {
  const ScriptedApi server([](const Asked& asked, const Answering& answering) {
    if (asked.method == "POST") answering.Refuse(409, "AlreadyExists", "exists");
    if (asked.method == "PUT") answering.Refuse(409, "Conflict", "modified");
    if (asked.method == "PATCH") answering.Refuse(409, "Conflict", "owned by other");
    if (asked.method == "DELETE") answering.Refuse(409, "Conflict", "another uid");
    if (asked.method == "GET") answering.Refuse(404, "NotFound", "not found");
    return true;
  });
  const auto api = ApiOf(server);
  const Value object(Value::Map{{"metadata", Value::Map{{"name", "b"}}}});
  const Error missing = api->Get(kMap).error();
  CHECK(missing.kind == ErrorKind::kNotFound);
  CHECK(missing.message == "cannot get configmaps \"a/b\": not found (NotFound)");
  CHECK(api->Create(kMapsOfA, object).error().kind == ErrorKind::kAlreadyExists);
  CHECK(api->Create(kMapsOfA, object).error().message.contains("configmaps \"a/b\""));
  CHECK(api->Update(kMap, object).error().kind == ErrorKind::kCompareFailed);
  CHECK(api->Apply(kMap, object, {"me"}).error().message.contains("owned by other"));
  CHECK(api->Delete(kMap, {.uid = "u"}).error().kind == ErrorKind::kCompareFailed);
  CHECK(api->Get({kMaps, "a", "../b"}).error().kind == ErrorKind::kBadParameter);
  CHECK(server.connections() == 1);
}

TEST_CASE("a list comes in pages, of objects that the selectors choose") {
  const ScriptedApi server([](const Asked& asked, const Answering& answering) {
    const bool second = asked.target.contains("continue=c%2B1");
    answering.Answer(200, second
                              ? R"({"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"2"}}]})"
                              : R"({"metadata":{"resourceVersion":"9","continue":"c+1"},"items":[{"metadata":{}}]})");
    return true;
  });
  const auto api = ApiOf(server);
  const KubeCollection some{kMaps, "a", "app=x", "metadata.name!=y"};
  const auto page = api->ListPage(some, {.limit = 1}).value().value();
  CHECK(page.continue_token == "c+1");
  const auto all = api->ListAll(some).value();
  CHECK(all.items.size() == 2);
  CHECK(all.resource_version == "9");
  CHECK(server.asked()[0] ==
        "GET /api/v1/namespaces/a/configmaps?labelSelector=app%3Dx&fieldSelector=metadata.name%21%3Dy&limit=1");
  CHECK(server.asked()[2].target.contains("limit=500&continue=c%2B1"));
}

TEST_CASE("a list whose next page is gone begins again, and not for ever") {
  std::atomic<int> gone = 1;
  const ScriptedApi server([&](const Asked& asked, const Answering& answering) {
    if (asked.target.contains("continue=") && gone-- > 0) {
      answering.Refuse(410, "Expired", "too old");
    } else {
      const bool last = asked.target.contains("continue=");
      answering.Answer(200, fmt::format(R"({{"metadata":{{"resourceVersion":"9","continue":"{}"}},"items":[{{}}]}})",
                                        last ? "" : "c"));
    }
    return true;
  });
  const auto api = ApiOf(server);
  CHECK(api->ListAll(kMapsOfA).value().items.size() == 2);
  gone = 100;
  CHECK(api->ListAll(kMapsOfA).error().kind == ErrorKind::kLimitExceeded);
  CHECK_FALSE(api->ListPage(kMapsOfA, {.continue_token = "c"}).value());
}

TEST_CASE("an answer that is no object, or no list, is an error") {
  for (const char* body : {"", "x", "[]", "null", "{", R"({"a":1,"a":2})"}) {
    CAPTURE(body);
    const ScriptedApi server(Always(200, body));
    CHECK(ApiOf(server)->Get(kMap).error().kind == ErrorKind::kConnectionProblem);
    CHECK(ApiOf(server)->ListAll(kMapsOfA).error().kind == ErrorKind::kConnectionProblem);
  }
  const ScriptedApi empty(Always(200, R"({"metadata":{"resourceVersion":"1"},"items":null})"));
  CHECK(ApiOf(empty)->ListAll(kMapsOfA).value().items.empty());
}

TEST_CASE("answers above the limits are refused") {
  const ScriptedApi server(Always(200, R"({"x":")" + std::string(5000, 'x') + "\"}"));
  const auto api = ApiOf(server, {.max_object_bytes = 4000, .max_page_bytes = 4000});
  CHECK(api->Get(kMap).error().kind == ErrorKind::kLimitExceeded);
  CHECK(api->ListAll(kMapsOfA).error().kind == ErrorKind::kLimitExceeded);
  CHECK(ApiOf(server)->Get(kMap));

  const ScriptedApi endless([](const Asked&, const Answering& answering) {
    answering.Write("HTTP/1.1 200 OK\r\n" + std::string(1 << 20, 'x'));
    return false;
  });
  CHECK(ApiOf(endless)->Get(kMap).error().kind != ErrorKind::kInternal);
}

TEST_CASE("an endpoint that cannot be used is refused before a call") {
  KubeEndpoint endpoint;
  CHECK(KubeApi::Make({}).error().kind == ErrorKind::kBadParameter);
  endpoint.host = "h";
  endpoint.path_prefix = "/a\r\nX: y";
  CHECK(KubeApi::Make(std::move(endpoint)).error().kind == ErrorKind::kBadParameter);
  KubeEndpoint broken;
  broken.host = "h";
  broken.ca_pem = "no PEM";
  CHECK(KubeApi::Make(std::move(broken)).error().kind == ErrorKind::kBadParameter);
}

}  // namespace
}  // namespace sallyport
