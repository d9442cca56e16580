#include "libcluster/proxy/web_api.h"

#include <array>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/version.h"
#include "libcluster/net/source.h"
#include "libcluster/proxy/pages.h"

namespace sallyport {
namespace {

enum class Limit { kNone, kNormal, kHigh };

struct Route {
  std::string_view method;
  std::string_view path;  // a segment that starts with ":" matches anything
  Limit limit;
  Result<Value> (WebApi::*handler)(const WebApi::Call&);
  std::string_view page = {};  // of pages/, instead of a handler; also for HEAD
};

constexpr std::array kRoutes{
    Route{"GET", "/webapi/ping", Limit::kNone, &WebApi::Ping},
    Route{"GET", "/webapi/ping/:connector", Limit::kHigh, &WebApi::PingConnector},
    Route{"GET", "/webapi/find", Limit::kNone, &WebApi::Find},
    Route{"GET", "/webapi/motd", Limit::kHigh, &WebApi::Motd},
    Route{"POST", "/webapi/mfa/login/begin", Limit::kNormal, &WebApi::LoginBegin},
    Route{"POST", "/webapi/mfa/login/finish", Limit::kNormal, &WebApi::LoginFinish},
    Route{"GET", "/webapi/users/password/token/:token", Limit::kNormal, &WebApi::GetToken},
    Route{"POST", "/webapi/mfa/token/:token/registerchallenge", Limit::kNormal, &WebApi::RegisterChallenge},
    Route{"PUT", "/webapi/users/password/token", Limit::kNormal, &WebApi::ChangePassword},
    Route{"POST", "/webapi/host/credentials", Limit::kHigh, &WebApi::HostCredentials},
    Route{"GET", "/web/invite/:token", Limit::kNone, nullptr, "token.html"},
    Route{"GET", "/web/reset/:token", Limit::kNone, nullptr, "token.html"},
    Route{"GET", "/web/pages/pages.css", Limit::kNone, nullptr, "pages.css"},
    Route{"GET", "/web/pages/token.js", Limit::kNone, nullptr, "token.js"},
};
constexpr std::string_view kNotFoundPage = "not_found.html";

// What may follow /v1.
constexpr std::array<std::string_view, 6> kVersioned{"webapi",      "enterprise",        "scripts",
                                                     ".well-known", "workload-identity", "web"};

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

std::string_view WithoutVersion(std::string_view path) {
  const auto segments = Split(path);
  const bool versioned =
      segments.size() > 1 && segments[0] == "v1" && std::ranges::find(kVersioned, segments[1]) != kVersioned.end();
  return versioned ? path.substr(3) : path;
}

bool Matches(std::string_view pattern, std::string_view path, std::vector<std::string>& matched) {
  const auto wanted = Split(pattern);
  const auto given = Split(path);
  if (wanted.size() != given.size()) return false;
  matched.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with(':')) {
      if (given[i].empty()) return false;
      matched.emplace_back(given[i]);
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

// The row that serves a request, or nullptr. Fills the segments that matched ":".
const Route* FindRoute(std::string_view method, std::string_view path, std::vector<std::string>& segments) {
  for (const auto& route : kRoutes) {
    const bool same_method = route.method == method || (!route.page.empty() && method == "HEAD");
    if (same_method && Matches(route.path, path, segments)) return &route;
  }
  return nullptr;
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

// What every reply of the API carries.
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

}  // namespace

HttpResponse WebApi::Handle(const HttpRequest& request) {
  if (request.path == "/") {
    HttpResponse redirect{302, {{"Location", "/web"}}, ""};
    AddHeaders(redirect);
    return redirect;
  }
  const std::string_view path = WithoutVersion(request.path);
  Call call{request, {}, {}};
  const Route* route = FindRoute(request.method, path, call.segments);
  if (route != nullptr && !route->page.empty()) return PageResponse(route->page, 200);
  if (route == nullptr && IsForBrowsers(request.method, path)) return PageResponse(kNotFoundPage, 404);
  HttpResponse response = PathNotFound();
  RateLimiter& limiter = route != nullptr && route->limit == Limit::kNormal ? normal_limit_ : high_limit_;
  if (route != nullptr && route->limit != Limit::kNone && !limiter.Allow(SourceOf(request.remote_address), Now())) {
    response = ErrorResponse({ErrorKind::kLimitExceeded, "rate limit exceeded, try again in a minute", {}});
  } else if (route != nullptr) {
    auto body = ReadBody(request);
    if (body) call.body = std::move(*body);
    const auto answer = body ? (this->*route->handler)(call) : std::unexpected(body.error());
    response = answer ? JsonResponse(*answer) : ErrorResponse(answer.error());
  }
  AddHeaders(response);
  return response;
}

}  // namespace sallyport
