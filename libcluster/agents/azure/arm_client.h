// The client of Azure's resource manager (ARM): requests with a token, lists in pages, operations that take long
// (docs/protocol/discovery.md#azure). Every answer is limited in size and time; links lead nowhere but to the resource
// manager itself.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libbase/error.h"
#include "libbase/stop_signal.h"
#include "libbase/value.h"
#include "libcluster/agents/azure/azure_caller.h"
#include "libcluster/agents/azure/azure_cloud.h"
#include "libcluster/agents/azure/azure_tokens.h"

namespace sallyport {

// The subject of a request, for errors.
struct ArmSubject {
  std::string asked;  // "list AKS clusters of subscription S"
  std::string right;  // the right that the request needs: "Microsoft.ContainerService/managedClusters/read"
  std::string scope;  // where: "/subscriptions/S"
};

// The limits of the client.
inline constexpr std::size_t kMaxArmAnswer = 16 << 20;
inline constexpr int kMaxArmPages = 500;
inline constexpr std::size_t kMaxArmItems = 20'000;
inline constexpr std::chrono::seconds kLongestArmPause{60};  // that Retry-After may ask for
inline constexpr int kArmAttempts = 3;

// An answer of the resource manager that is no success, beside its error.
struct ArmRefusal {
  int status = 0;
  std::string code;                                 // "AuthorizationFailed"
  std::string missing_right;                        // the right and its scope, when the answer says that it is missing
  std::optional<std::chrono::seconds> retry_after;  // the pause that the answer asks for
};

// Safe from several threads.
class ArmClient {
 public:
  struct Parts {
    AzureCloud cloud;
    AzureCaller call;
    std::shared_ptr<AzureTokens> tokens;
    // Waits, and returns false when the process stops first.
    std::function<bool(std::chrono::milliseconds)> pause;
  };
  explicit ArmClient(Parts parts) : parts_(std::move(parts)) {}

  const AzureCloud& cloud() const { return parts_.cloud; }
  AzureTokens& tokens() { return *parts_.tokens; }

  // Reads one object. `path` has its query: "/subscriptions/S/...?api-version=V". Asks again after 429 and 5xx, after
  // the time that the answer names, and once after 401.
  //
  // Fails with kAccessDenied (401, 403; the error names the missing right), kNotFound, kLimitExceeded (429, a pause or
  // an answer beyond the limits), kConnectionProblem (not reached, 5xx, no JSON object) and kInterrupted; with the
  // token's errors. `refused` is set for an answer, when it is not null.
  Result<Value> Get(const std::string& path, const ArmSubject& subject, ArmRefusal* refused = nullptr);
  // Does the same for a POST; an empty body is sent as none.
  Result<Value> Post(const std::string& path, const Value* body, const ArmSubject& subject,
                     ArmRefusal* refused = nullptr);
  // Reads a list, all its pages, and gives each item to `take`. Fails as Get does, and when a page has no list, a link
  // was there before, or leads to another host: then the items are not the whole list.
  Status List(const std::string& path, const ArmSubject& subject, const std::function<Status(const Value&)>& take,
              ArmRefusal* refused = nullptr);
  // Begins an operation by POST and waits for its result. Fails as Get does, and with kLimitExceeded when it takes
  // longer than `longest`.
  Result<Value> Run(const std::string& path, const Value& body, const ArmSubject& subject,
                    std::chrono::seconds longest);

 private:
  struct Request {
    std::string method;
    std::string url;
    const Value* body = nullptr;
  };
  Result<HttpCallAnswer> Ask(const Request& request, const ArmSubject& subject, ArmRefusal* refused);
  Result<HttpCallAnswer> AskOnce(const Request& request);
  Result<std::string> LinkOf(std::string_view link) const;

  const Parts parts_;
};

}  // namespace sallyport
