#include "libcluster/net/http_json.h"

#include "libbase/json.h"

namespace sallyport {

HttpResponse ErrorResponse(const Error& error) {
  const Value body(Value::Map{{"error", Value::Map{{"message", error.message}}}});
  return {RowOf(error.kind).http_status, {{"Content-Type", "application/json"}}, ToJson(body, {.indent = 4})};
}

HttpResponse JsonResponse(const Value& value) { return {200, {{"Content-Type", "application/json"}}, ToJson(value)}; }

}  // namespace sallyport
