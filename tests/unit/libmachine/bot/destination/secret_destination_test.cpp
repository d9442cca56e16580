#include "libmachine/bot/destination/secret_destination.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "tests/unit/libkube/scripted_api.h"

namespace sallyport {
namespace {

using test::Answering;
using test::Asked;
using test::ScriptedApi;

// A server that holds one Secret and keeps what it was asked to apply.
class SecretServer {
 public:
  SecretServer()
      : server_([this](const Asked& asked, const Answering& answering) {
          const std::lock_guard lock(mutex_);
          if (asked.method == "GET") {
            if (secret_.is_null()) {
              answering.Refuse(404, "NotFound", "secrets \\\"s\\\" not found");
            } else {
              answering.Answer(200, ToJson(secret_));
            }
          } else if (conflicts_ > 0) {
            --conflicts_;
            answering.Refuse(409, "Conflict", "the object has been modified");
          } else {
            targets_.push_back(asked.target);
            applied_ = ParseJson(asked.body).value();
            answering.Answer(200, asked.body);
          }
          return true;
        }) {}

  std::unique_ptr<SecretDestination> Destination() const {
    DestinationConfig config;
    config.type = DestinationType::kKubernetesSecret;
    config.name = "s";
    config.kube_namespace = "ns";
    config.labels = {{"app", "tbot"}};
    return std::make_unique<SecretDestination>(config, KubeApi::Make(server_.endpoint()).value(), nullptr);
  }
  void Hold(std::string_view json) { secret_ = ParseJson(json).value(); }
  void Conflict(int times) { conflicts_ = times; }
  const Value& applied() const { return applied_; }
  const std::vector<std::string>& targets() const { return targets_; }

 private:
  mutable std::mutex mutex_;
  Value secret_;
  Value applied_;
  std::vector<std::string> targets_;
  int conflicts_ = 0;
  ScriptedApi server_;  // last: its threads use the others
};

std::vector<BotFile> TwoFiles() {
  std::vector<BotFile> files;
  files.push_back({"identity", Secret("abc")});
  files.push_back({"key", Secret("k")});
  return files;
}

TEST_CASE("all files of an output are one apply of the field manager tbot") {
  SecretServer server;
  const auto destination = server.Destination();
  REQUIRE(destination->Write(TwoFiles()));
  REQUIRE(server.targets().size() == 1);
  CHECK(server.targets()[0] == "/api/v1/namespaces/ns/secrets/s?fieldManager=tbot&force=false");
  CHECK(ToJson(server.applied()) ==
        R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"ns","labels":{"app":"tbot"}},)"
        R"("type":"Opaque","data":{"identity":"YWJj","key":"aw=="}})");
}

TEST_CASE("a Secret that exists keeps its type, and the keys of others are not taken over") {
  SecretServer server;
  server.Hold(R"({"metadata":{"name":"s","resourceVersion":"7","managedFields":[
    {"manager":"tbot","operation":"Apply","fieldsV1":{"f:data":{"f:tlscert":{},"f:key":{}}}},
    {"manager":"kubectl","operation":"Update","fieldsV1":{"f:data":{"f:mine":{}}}}]},
    "type":"example.com/bot","data":{"tlscert":"b2xk","key":"b2xk","mine":"bWluZQ=="}})");
  const auto destination = server.Destination();
  REQUIRE(destination->Write(TwoFiles()));
  CHECK(server.applied().Find("metadata")->Find("resourceVersion")->as_string() == "7");
  CHECK(server.applied().Find("type")->as_string() == "example.com/bot");
  CHECK(ToJson(*server.applied().Find("data")) == R"({"key":"aw==","tlscert":"b2xk","identity":"YWJj"})");
  CHECK(destination->Read("mine").value().Reveal() == "mine");
  CHECK(destination->Read("other").error().kind == ErrorKind::kNotFound);
}

TEST_CASE("the first check of a Secret stores nothing") {
  SecretServer server;
  REQUIRE(server.Destination()->Init());
  REQUIRE(server.targets().size() == 1);
  CHECK(server.targets()[0].ends_with("&dryRun=All"));
}

TEST_CASE("a Secret that changes meanwhile is read and applied again") {
  SecretServer server;
  server.Conflict(2);
  CHECK(server.Destination()->Write(TwoFiles()));
  server.Conflict(100);
  const Status failed = server.Destination()->Write(TwoFiles());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::kCompareFailed);
}

TEST_CASE("a Secret that does not exist has no files") {
  SecretServer server;
  CHECK(server.Destination()->Read("key").error().kind == ErrorKind::kNotFound);
}

}  // namespace
}  // namespace sallyport
