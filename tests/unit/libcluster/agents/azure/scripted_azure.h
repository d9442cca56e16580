// Answers the calls of the Azure client from a script, and records them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libcluster/agents/azure/arm_client.h"

namespace sallyport::test {

struct ScriptedAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields = {};
};

struct AskedCall {
  std::string method;
  std::string url;  // "https://HOST:PORT/PATH"
  std::map<std::string, std::string> fields;
  std::string body;
};

// For one thread.
class ScriptedAzure {
 public:
  // Each URL ("HOST/PATH") has its answers; the last of them is repeated. A URL without answers gets 404.
  void Answer(const std::string& url, ScriptedAnswer answer) { answers_[url].push_back(std::move(answer)); }

  AzureCaller Caller() {
    return [this](const HttpCall& call, const HttpCallLimits&) -> Result<HttpCallAnswer> {
      AskedCall& asked = calls.emplace_back();
      asked.method = call.method;
      asked.url = call.url.address.host + call.url.path;
      for (const auto& field : call.fields) asked.fields[field.name] = field.value.Reveal();
      asked.body = call.body.Reveal();
      auto& answers = answers_[asked.url];
      if (answers.empty())
        return HttpCallAnswer{404, {}, Secret(R"({"error":{"code":"ResourceNotFound","message":"none"}})")};
      const ScriptedAnswer answer = answers.front();
      if (answers.size() > 1) answers.pop_front();
      if (answer.status == 0) return Fail(ErrorKind::kConnectionProblem, "{}", answer.body);
      return HttpCallAnswer{answer.status, answer.fields, Secret(answer.body)};
    };
  }

  // A client whose credentials are a client secret.
  std::unique_ptr<ArmClient> Client() {
    Answer("login.microsoftonline.com/tenant-1/oauth2/v2.0/token",
           {200, R"({"access_token":"token-1","expires_in":3600})"});
    const EnvironmentReader environment = [](std::string_view name) -> std::string {
      if (name == "AZURE_TENANT_ID") return "tenant-1";
      if (name == "AZURE_CLIENT_ID") return "client-1";
      return name == "AZURE_CLIENT_SECRET" ? "secret-1" : "";
    };
    return std::make_unique<ArmClient>(
        ArmClient::Parts{AzureCloud(), Caller(), std::make_shared<AzureTokens>(environment, AzureCloud(), Caller()),
                         [this](std::chrono::milliseconds time) {
                           pauses.push_back(time);
                           return pauses.size() < 20;
                         }});
  }

  // Returns the calls of the resource manager.
  std::vector<AskedCall> ToArm() const {
    std::vector<AskedCall> found;
    for (const auto& call : calls) {
      if (call.url.starts_with("management.azure.com")) found.push_back(call);
    }
    return found;
  }

  std::vector<AskedCall> calls;
  std::vector<std::chrono::milliseconds> pauses;

 private:
  std::map<std::string, std::deque<ScriptedAnswer>> answers_;
};

}  // namespace sallyport::test
