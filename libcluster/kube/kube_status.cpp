#include "libcluster/kube/kube_status.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "libbase/json.h"

namespace sallyport {
namespace {

constexpr int kServiceUnavailable = 503;

// Returns the reason in a Status for a kind of error.
struct StatusReason {
  ErrorKind kind;
  std::string_view reason;
};
constexpr std::array kStatusReasons{
    StatusReason{ErrorKind::kNotFound, "ServiceUnavailable"},
    StatusReason{ErrorKind::kBadParameter, "BadRequest"},
    StatusReason{ErrorKind::kNotImplemented, "MethodNotAllowed"},
    StatusReason{ErrorKind::kCompareFailed, "Conflict"},
    StatusReason{ErrorKind::kAlreadyExists, "Conflict"},
    StatusReason{ErrorKind::kAccessDenied, "Forbidden"},
    StatusReason{ErrorKind::kLimitExceeded, "TooManyRequests"},
    StatusReason{ErrorKind::kConnectionProblem, "Timeout"},
    StatusReason{ErrorKind::kInternal, "InternalError"},
};

}  // namespace

// 404 would mean that the object is gone, and controllers would act on it: only the API server may send 404.
int KubeHttpStatus(const Error& error) {
  return error.kind == ErrorKind::kNotFound ? kServiceUnavailable : RowOf(error.kind).http_status;
}

std::string KubeStatusJson(const Error& error, int http_status) {
  const auto found = std::ranges::find(kStatusReasons, error.kind, &StatusReason::kind);
  const std::string_view reason = found == kStatusReasons.end() ? "Unknown" : found->reason;
  return ToJson(Value(Value::Map{{"kind", "Status"},
                                 {"apiVersion", "v1"},
                                 {"metadata", Value::EmptyMap()},
                                 {"status", "Failure"},
                                 {"message", error.message},
                                 {"reason", reason},
                                 {"code", http_status}}));
}

}  // namespace sallyport
