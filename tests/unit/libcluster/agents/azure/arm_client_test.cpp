#include "libcluster/agents/azure/arm_client.h"

#include <catch2/catch.hpp>

#include "tests/unit/libcluster/agents/azure/scripted_azure.h"

namespace sallyport {
namespace {

using test::ScriptedAzure;

const std::string kThings = "management.azure.com/things?api-version=1";
const ArmSubject kSubject{"list things", "Things/read", "/things"};

Status ListThings(ArmClient& arm, std::vector<std::string>& names, ArmRefusal* refused = nullptr) {
  return arm.List(
      "/things?api-version=1", kSubject,
      [&](const Value& item) -> Status {
        names.push_back(item.Find("name") == nullptr ? "" : item.Find("name")->as_string());
        return {};
      },
      refused);
}

}  // namespace

TEST_CASE("a list of the resource manager is read in pages, with a token") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  azure.Answer(kThings, {200, R"({"value":[{"name":"a"}],"nextLink":"https://management.azure.com/things?page=2"})"});
  azure.Answer("management.azure.com/things?page=2",
               {200, R"({"value":[],"nextLink":"https://MANAGEMENT.azure.com:443/things?page=3"})"});
  azure.Answer("MANAGEMENT.azure.com/things?page=3", {200, R"({"value":[{"name":"b"}],"nextLink":""})"});
  std::vector<std::string> names;
  REQUIRE(ListThings(*arm, names));
  CHECK(names == std::vector<std::string>{"a", "b"});
  CHECK(azure.ToArm().front().fields["Authorization"] == "Bearer token-1");
}

TEST_CASE("a list that is not whole fails") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  std::vector<std::string> names;
  const auto fails_for = [&](const std::string& body) {
    azure.Answer(kThings, {200, body});
    const Status listed = ListThings(*arm, names);
    REQUIRE_FALSE(listed);
    CHECK(listed.error().kind == ErrorKind::kConnectionProblem);
    return listed.error().message;
  };
  SECTION("a page that is its own next page") {
    CHECK(
        fails_for(R"({"value":[],"nextLink":"https://management.azure.com/things?api-version=1"})").contains("itself"));
    CHECK(azure.ToArm().size() == 1);
  }
  SECTION("a link to another host gets no token") {
    CHECK(fails_for(R"({"value":[],"nextLink":"https://attacker.example.com/things"})").contains("does not lead"));
    CHECK(azure.ToArm().size() == 1);
    CHECK(azure.calls.size() == 2);
  }
  SECTION("a link without TLS") {
    CHECK(fails_for(R"({"value":[],"nextLink":"http://management.azure.com/x"})").contains("does not lead"));
  }
  SECTION("a link with credentials") {
    CHECK(fails_for(R"({"value":[],"nextLink":"https://management.azure.com@attacker.example.com/x"})")
              .contains("does not lead"));
  }
  SECTION("a link that is no text") { CHECK(fails_for(R"({"value":[],"nextLink":7})").contains("no text")); }
  SECTION("no list") { CHECK(fails_for("{}").contains("no list")); }
  SECTION("another value than a list") { CHECK(fails_for(R"({"value":{}})").contains("no list")); }
  SECTION("half an object") { CHECK(fails_for(R"({"value":[{"name":"a"})").contains("not a JSON object")); }
  SECTION("no body") { CHECK(fails_for("").contains("not a JSON object")); }
}

TEST_CASE("endless pages end at the limit") {
  ScriptedAzure azure;
  int pages = 0;
  const AzureCaller caller = [&](const HttpCall& call, const HttpCallLimits& limits) -> Result<HttpCallAnswer> {
    if (call.method == "POST") return azure.Caller()(call, limits);
    return HttpCallAnswer{
        200, {}, Secret(fmt::format(R"({{"value":[],"nextLink":"https://management.azure.com/p{}"}})", ++pages))};
  };
  const auto tokens = azure.Client();  // scripts the login
  ArmClient arm({AzureCloud(), caller, std::shared_ptr<AzureTokens>(&tokens->tokens(), [](AzureTokens*) {}),
                 [](std::chrono::milliseconds) { return true; }});
  std::vector<std::string> names;
  CHECK(ListThings(arm, names).error().message.contains("too many pages"));
  CHECK(pages == kMaxArmPages);
}

TEST_CASE("a refusal that may pass is asked again after the time that it names") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  std::vector<std::string> names;
  SECTION("and then succeeds") {
    azure.Answer(kThings, {429, "", {{"retry-after", "7"}}});
    azure.Answer(kThings, {503, "not json"});
    azure.Answer(kThings, {200, R"({"value":[{"name":"a"}]})"});
    REQUIRE(ListThings(*arm, names));
    CHECK(azure.pauses == std::vector<std::chrono::milliseconds>{std::chrono::seconds(7), std::chrono::seconds(4)});
  }
  SECTION("but not for ever") {
    azure.Answer(kThings, {500, ""});
    CHECK(ListThings(*arm, names).error().kind == ErrorKind::kConnectionProblem);
    CHECK(azure.ToArm().size() == static_cast<std::size_t>(kArmAttempts));
  }
  SECTION("and not when it asks for a long pause") {
    azure.Answer(kThings, {429, "", {{"retry-after", "86400"}}});
    const Status listed = ListThings(*arm, names);
    CHECK(listed.error().kind == ErrorKind::kLimitExceeded);
    CHECK(azure.pauses.empty());
  }
}

TEST_CASE("a token that was withdrawn is replaced once") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  azure.Answer(kThings, {401, ""});
  std::vector<std::string> names;
  CHECK(ListThings(*arm, names).error().kind == ErrorKind::kAccessDenied);
  CHECK(azure.ToArm().size() == 2);
  CHECK(azure.calls.size() == 4);
}

TEST_CASE("a missing right is named") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  azure.Answer(kThings, {403, R"({"error":{"code":"AuthorizationFailed","message":"no \u001b[31m"}})"});
  std::vector<std::string> names;
  ArmRefusal refused;
  const Status listed = ListThings(*arm, names, &refused);
  CHECK(listed.error().kind == ErrorKind::kAccessDenied);
  CHECK(listed.error().message.contains("the right Things/read at /things is missing"));
  CHECK(refused.status == 403);
  CHECK(refused.missing_right == "Things/read at /things");
}

TEST_CASE("an operation is waited for at the place that its answer names") {
  ScriptedAzure azure;
  const auto arm = azure.Client();
  const std::string run = "management.azure.com/run";
  SECTION("until it is done") {
    azure.Answer(run, {202, "", {{"location", "https://management.azure.com/op"}}});
    azure.Answer("management.azure.com/op", {202, ""});
    azure.Answer("management.azure.com/op", {200, R"({"done":true})"});
    const auto result = arm->Run("/run", Value::EmptyMap(), kSubject, std::chrono::seconds(60));
    REQUIRE(result);
    CHECK(result->Find("done")->as_bool());
  }
  SECTION("which is no other host") {
    azure.Answer(run, {202, "", {{"location", "https://attacker.example.com/op"}}});
    CHECK(arm->Run("/run", Value::EmptyMap(), kSubject, std::chrono::seconds(60))
              .error()
              .message.contains("does not lead"));
  }
  SECTION("for a limited time") {
    azure.Answer(run, {202, "", {{"location", "https://management.azure.com/op"}}});
    CHECK(arm->Run("/run", Value::EmptyMap(), kSubject, std::chrono::seconds(0)).error().kind ==
          ErrorKind::kLimitExceeded);
  }
}

}  // namespace sallyport
