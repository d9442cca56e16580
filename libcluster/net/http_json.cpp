#include "libcluster/net/http_json.h"

#include "libbase/json.h"
#include "libcluster/net/budgets.h"

namespace sallyport {
namespace {

constexpr int kStatusUnavailable = 503;

}  // namespace

HttpResponse ErrorResponse(const Error& error) {
  const Value body(Value::Map{{"error", Value::Map{{"message", error.message}}}});
  // 503 and not 502, because the failure is this service's own.
  const bool unavailable = error.kind == ErrorKind::kConnectionProblem;
  HttpResponse response{unavailable ? kStatusUnavailable : RowOf(error.kind).http_status,
                        {{"Content-Type", "application/json"}},
                        ToJson(body, {.indent = 4})};
  if (unavailable || error.kind == ErrorKind::kLimitExceeded) {
    response.headers.emplace_back("Retry-After", std::to_string(kRetryAfter.count()));
  }
  return response;
}

HttpResponse JsonResponse(const Value& value) { return {200, {{"Content-Type", "application/json"}}, ToJson(value)}; }

}  // namespace sallyport
