#include "libcluster/proxy/web_api.h"

#include <array>

#include "libbase/json.h"
#include "libbase/version.h"
#include "libcluster/net/http_json.h"
#include "libcluster/net/source.h"
#include "libcluster/proxy/pages.h"
#include "libcluster/proxy/web_join.h"
#include "libcluster/proxy/web_login.h"
#include "libcluster/proxy/web_ping.h"

namespace sallyport {
namespace {

// Each file that serves routes has a line here.
constexpr std::array kRouteGroups{&PingRoutes, &LoginRoutes, &JoinRoutes, &PageRoutes};

constexpr std::string_view kNotFoundPage = "not_found.html";

// The prefixes after /v1.
constexpr std::array<std::string_view, 6> kVersioned{"webapi",      "enterprise",        "scripts",
                                                     ".well-known", "workload-identity", "web"};

std::string_view WithoutVersion(std::string_view path) {
  const auto segments = PathSegments(path);
  const bool versioned =
      segments.size() > 1 && segments[0] == "v1" && std::ranges::find(kVersioned, segments[1]) != kVersioned.end();
  return versioned ? path.substr(3) : path;
}

bool IsForBrowsers(std::string_view method, std::string_view path) {
  return (method == "GET" || method == "HEAD") && (path == "/web" || path.starts_with("/web/"));
}

HttpResponse PathNotFound() {
  Value version(Value::Map{{"major", 18}, {"minor", 3}, {"patch", 0}, {"preRelease", ""}, {"string", kWireVersion}});
  Value body(Value::Map{{"error", Value::Map{{"message", "path not found"}}},
                        {"fields", Value::Map{{"proxyVersion", std::move(version)}}}});
  return {404, {{"Content-Type", "application/json"}}, ToJson(body)};
}

// Headers of every reply of the API.
void AddHeaders(HttpResponse& response) {
  const HttpHeaders headers{
      {"Cache-Control", "no-cache, no-store, must-revalidate"},
      {"Expires", "0"},
      {"Pragma", "no-cache"},
      {"Referrer-Policy", "strict-origin"},
      {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "SAMEORIGIN"},
      {"X-Xss-Protection", "1; mode=block"},
  };
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
}

Result<Value> ReadBody(const HttpRequest& request) {
  if (request.method == "GET") return Value();
  if (!request.Header("Content-Type").starts_with("application/json")) {
    return Fail(ErrorKind::kBadParameter, "invalid request");
  }
  auto body = ParseJson(request.body);
  if (!body) return Fail(ErrorKind::kBadParameter, "request: {}", body.error().message);
  if (!body->is_map()) return Fail(ErrorKind::kBadParameter, "request: a JSON object is expected");
  return body;
}

// The key of a login or password change: the user's name or the token.
LoginGate::Attempt AttemptOf(const HttpRequest& request, const std::vector<std::string>& segments, const Value& body) {
  LoginGate::Attempt attempt{SourceOf(request.remote_address), {}};
  if (!segments.empty()) {
    attempt.name = segments.front();
    return attempt;
  }
  for (const char* key : {"user", "token"}) {
    if (const Value* name = body.FindIgnoringCase(key)) attempt.name = name->as_string();
  }
  return attempt;
}

HttpResponse WithHeaders(HttpResponse response) {
  AddHeaders(response);
  return response;
}

}  // namespace

std::span<const WebRoute> WebApi::Routes() {
  static const std::vector<WebRoute> routes = [] {
    std::vector<WebRoute> all;
    for (const auto group : kRouteGroups) all.insert(all.end(), group().begin(), group().end());
    return all;
  }();
  return routes;
}

std::expected<std::size_t, HttpResponse> WebApi::Admit(const HttpRequest& head) {
  std::vector<std::string> segments;
  const WebRoute* route = FindRoute(Routes(), head.method, WithoutVersion(head.path), segments);
  if (route == nullptr) return kSmallBody;
  if (route->limit == WebLimit::kRequests && !requests_.Allow(SourceOf(head.remote_address), Now())) {
    return std::unexpected(
        WithHeaders(ErrorResponse({ErrorKind::kLimitExceeded, "rate limit exceeded, try again in a minute", {}})));
  }
  return route->max_body;
}

std::optional<HttpResponse> WebApi::Submit(const HttpRequest& request, std::function<void()> work) {
  std::vector<std::string> segments;
  const WebRoute* route = FindRoute(Routes(), request.method, WithoutVersion(request.path), segments);
  const bool logs_in = route != nullptr && route->limit == WebLimit::kLogins;
  const auto body = logs_in ? ReadBody(request) : Result<Value>(Value());
  if (!logs_in || !body) {
    threads_.Submit(std::move(work));
    return std::nullopt;
  }
  const Status submitted = logins_.Submit(AttemptOf(request, segments, *body), std::move(work));
  if (submitted) return std::nullopt;
  return WithHeaders(ErrorResponse(submitted.error()));
}

HttpResponse WebApi::Handle(const HttpRequest& request) {
  if (request.path == "/") return WithHeaders({302, {{"Location", "/web"}}, ""});
  const std::string_view path = WithoutVersion(request.path);
  WebCall call{request, {}, {}};
  const WebRoute* route = FindRoute(Routes(), request.method, path, call.segments);
  if (route != nullptr && !route->page.empty()) return PageResponse(route->page, 200);
  if (route == nullptr && IsForBrowsers(request.method, path)) return PageResponse(kNotFoundPage, 404);
  if (route == nullptr) return WithHeaders(PathNotFound());

  auto body = ReadBody(request);
  if (body) call.body = std::move(*body);
  const auto answer = body ? route->handler({auth_, options_.addresses}, call) : std::unexpected(body.error());
  if (route->limit == WebLimit::kLogins && !answer && answer.error().kind == ErrorKind::kAccessDenied) {
    logins_.Report(AttemptOf(request, call.segments, call.body), LoginGate::Outcome::kWrong);
  }
  if (route->logs_in && answer) {
    const LoginGate::Attempt attempt = AttemptOf(request, call.segments, call.body);
    logins_.Report(attempt, LoginGate::Outcome::kLoggedIn);
    if (options_.logged_in) options_.logged_in(request.remote_address, attempt.name);
  }
  return WithHeaders(answer ? JsonResponse(*answer) : ErrorResponse(answer.error()));
}

}  // namespace sallyport
