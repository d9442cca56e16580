#include "libcluster/agents/azure/azure_caller.h"

#include "libbase/json.h"
#include "libbase/text.h"
#include "libbase/value_fields.h"

namespace sallyport {
namespace {

constexpr std::size_t kMaxShownCode = 100;
constexpr std::size_t kMaxShownMessage = 600;

struct AzureReason {
  std::string code;
  std::string message;
};

// The resource manager writes {"error": {"code", "message"}}, the login service {"error", "error_description"}.
AzureReason ReasonOf(const HttpCallAnswer& answer) {
  const auto body = ParseJson(answer.body.Reveal());
  if (!body) return {};
  const Value* const error = body->Find("error");
  if (error != nullptr && error->is_map()) return {TextAt(*error, "code"), TextAt(*error, "message")};
  return {TextAt(*body, "error"), TextAt(*body, "error_description")};
}

std::string ShownOfAzure(std::string_view text, std::size_t most) {
  if (text.size() <= most) return StripControl(text);
  return StripControl(text.substr(0, most)) + "...";
}

}  // namespace

AzureCaller CallAzureBy(NetworkSettings network) {
  return [network = std::move(network)](const HttpCall& call, const HttpCallLimits& limits) {
    return CallHttp(call, network, limits);
  };
}

std::string AzureErrorCode(const HttpCallAnswer& answer) { return ReasonOf(answer).code.substr(0, kMaxShownCode); }

Error AzureRefusal(const HttpCallAnswer& answer, std::string_view asked) {
  const AzureReason reason = ReasonOf(answer);
  std::string text = fmt::format("{}: Azure answers with status {}", asked, answer.status);
  if (!reason.code.empty()) text += ", " + ShownOfAzure(reason.code, kMaxShownCode);
  if (!reason.message.empty()) text += ": " + ShownOfAzure(reason.message, kMaxShownMessage);
  const bool denied = answer.status == 401 || answer.status == 403;
  const bool missing = answer.status == 404;
  const bool busy = answer.status == 429;
  const bool failed = answer.status >= 500;
  const ErrorKind kind = denied    ? ErrorKind::kAccessDenied
                         : missing ? ErrorKind::kNotFound
                         : busy    ? ErrorKind::kLimitExceeded
                         : failed  ? ErrorKind::kConnectionProblem
                                   : KindOfHttpStatus(answer.status);
  return {kind, std::move(text), {}};
}

}  // namespace sallyport
