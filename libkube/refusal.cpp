#include "libkube/refusal.h"

#include <algorithm>
#include <array>

#include "libbase/json.h"
#include "libbase/text.h"
#include "libbase/trim.h"
#include "libbase/value_fields.h"
#include "libbase/whole_number.h"

namespace sallyport {
namespace {

constexpr int kHttpGone = 410;
constexpr std::size_t kMaxMessage = 2000;
constexpr std::int64_t kMaxRetryAfter = 24 * 3600;

struct ReasonRow {
  std::string_view reason;
  int http_status;  // of answers without the reason
  ErrorKind kind;
};
// AlreadyExists comes after Conflict: both have 409, and without a reason the object was changed.
constexpr std::array kReasons{
    ReasonRow{"BadRequest", 400, ErrorKind::kBadParameter},
    ReasonRow{"Unauthorized", 401, ErrorKind::kNotLoggedIn},
    ReasonRow{"Forbidden", 403, ErrorKind::kAccessDenied},
    ReasonRow{"NotFound", 404, ErrorKind::kNotFound},
    ReasonRow{"MethodNotAllowed", 405, ErrorKind::kNotImplemented},
    ReasonRow{"NotAcceptable", 406, ErrorKind::kNotImplemented},
    ReasonRow{"Conflict", 409, ErrorKind::kCompareFailed},
    ReasonRow{"AlreadyExists", 409, ErrorKind::kAlreadyExists},
    ReasonRow{"Expired", kHttpGone, ErrorKind::kCompareFailed},
    ReasonRow{"Gone", kHttpGone, ErrorKind::kCompareFailed},
    ReasonRow{"RequestEntityTooLarge", 413, ErrorKind::kLimitExceeded},
    ReasonRow{"UnsupportedMediaType", 415, ErrorKind::kNotImplemented},
    ReasonRow{"Invalid", 422, ErrorKind::kBadParameter},
    ReasonRow{"TooManyRequests", 429, ErrorKind::kLimitExceeded},
    ReasonRow{"ServerTimeout", 500, ErrorKind::kConnectionProblem},
    ReasonRow{"ServiceUnavailable", 503, ErrorKind::kConnectionProblem},
    ReasonRow{"Timeout", 504, ErrorKind::kConnectionProblem},
};

ErrorKind KindOf(std::string_view reason, int http_status) {
  if (const auto row = std::ranges::find(kReasons, reason, &ReasonRow::reason); row != kReasons.end()) return row->kind;
  // A failure inside of the server without a reason that is known: trying again may help.
  if (http_status >= 500) return http_status == 501 ? ErrorKind::kNotImplemented : ErrorKind::kConnectionProblem;
  const auto row = std::ranges::find(kReasons, http_status, &ReasonRow::http_status);
  return row == kReasons.end() ? ErrorKind::kInternal : row->kind;
}

std::string_view HintOf(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotLoggedIn:
      return "check the credentials of the kubeconfig or of the service account";
    case ErrorKind::kAccessDenied:
      return "a role of the cluster (RBAC) must allow it";
    case ErrorKind::kCompareFailed:
      return "read the object again, and repeat the change";
    default:
      return "";
  }
}

std::optional<std::chrono::seconds> SecondsIn(std::int64_t count) {
  if (count < 0 || count > kMaxRetryAfter) return std::nullopt;
  return std::chrono::seconds(count);
}

// The header in seconds; servers of Kubernetes send no dates.
std::optional<std::chrono::seconds> ReadRetryAfter(std::string_view header) {
  const auto count = ReadWholeNumber<std::int64_t>(Trimmed(header));
  return count ? SecondsIn(*count) : std::nullopt;
}

KubeRefusal ReadFrom(const Value* status, int http_status, std::string_view asked) {
  const std::string reason = TextAt(status, "reason");
  KubeRefusal refusal;
  refusal.gone = http_status == kHttpGone || reason == "Expired" || reason == "Gone";
  refusal.error.kind = KindOf(reason, http_status);
  refusal.error.hint = HintOf(refusal.error.kind);

  std::string said = StripControl(TextAt(status, "message").substr(0, kMaxMessage));
  if (said.empty()) said = fmt::format("the API server answers with HTTP status {}", http_status);
  const std::string why = reason.empty() ? "" : fmt::format(" ({})", StripControl(reason.substr(0, kMaxMessage)));
  refusal.error.message = fmt::format("cannot {}: {}{}", asked, said, why);

  const Value* details = status == nullptr ? nullptr : status->Find("details");
  const Value* seconds = details == nullptr ? nullptr : details->Find("retryAfterSeconds");
  if (seconds != nullptr && seconds->as_int() > 0) refusal.retry_after = SecondsIn(seconds->as_int());
  return refusal;
}

}  // namespace

KubeRefusal ReadRefusal(int http_status, std::string_view body, std::string_view retry_after, std::string_view asked) {
  const auto json = ParseJson(body);
  const bool is_status = json && TextAt(*json, "kind") == "Status";
  KubeRefusal refusal = ReadFrom(is_status ? &*json : nullptr, http_status, asked);
  if (const auto header = ReadRetryAfter(retry_after)) refusal.retry_after = header;
  return refusal;
}

KubeRefusal ReadRefusal(const Value& status, std::string_view asked) {
  const Value* code = status.Find("code");
  const auto http_status = code == nullptr ? 0 : std::clamp<std::int64_t>(code->as_int(), 0, 999);
  return ReadFrom(&status, static_cast<int>(http_status), asked);
}

}  // namespace sallyport
