#include "libcluster/proxy/web_api.h"

#include <array>

#include "libbase/encoding.h"
#include "libbase/json.h"
#include "libbase/version.h"
#include "libcluster/net/source.h"
#include "libcluster/proxy/pages.h"

namespace sallyport {
namespace {

// What limits a route's requests.
enum class Limit {
  kNone,
  kRequests,  // by source
  kLogins,    // by LoginGate: passwords, and tokens that set them
};

constexpr std::size_t kNoBody = 0;
constexpr std::size_t kSmallBody = 4 << 10;  // also of what is not known
constexpr std::size_t kPublicKeysBody = 128 << 10;

struct WebRoute {
  std::string_view method;
  std::string_view path;  // a segment that starts with ":" matches anything
  Limit limit;
  std::size_t max_body;
  Result<Value> (WebApi::*handler)(const WebApi::Call&);
  std::string_view page = {};  // of pages/, instead of a handler; also for HEAD
};

constexpr std::array kRoutes{
    WebRoute{"GET", "/webapi/ping", Limit::kNone, kNoBody, &WebApi::Ping},
    WebRoute{"GET", "/webapi/ping/:connector", Limit::kRequests, kNoBody, &WebApi::PingConnector},
    WebRoute{"GET", "/webapi/find", Limit::kNone, kNoBody, &WebApi::Find},
    WebRoute{"GET", "/webapi/motd", Limit::kRequests, kNoBody, &WebApi::Motd},
    WebRoute{"POST", "/webapi/mfa/login/begin", Limit::kLogins, kPublicKeysBody, &WebApi::LoginBegin},
    WebRoute{"POST", "/webapi/mfa/login/finish", Limit::kLogins, kPublicKeysBody, &WebApi::LoginFinish},
    WebRoute{"GET", "/webapi/users/password/token/:token", Limit::kLogins, kNoBody, &WebApi::GetToken},
    WebRoute{"POST", "/webapi/mfa/token/:token/registerchallenge", Limit::kLogins, kSmallBody,
             &WebApi::RegisterChallenge},
    WebRoute{"PUT", "/webapi/users/password/token", Limit::kLogins, kSmallBody, &WebApi::ChangePassword},
    WebRoute{"POST", "/webapi/host/credentials", Limit::kRequests, kPublicKeysBody, &WebApi::HostCredentials},
    WebRoute{"GET", "/web/invite/:token", Limit::kNone, kNoBody, nullptr, "token.html"},
    WebRoute{"GET", "/web/reset/:token", Limit::kNone, kNoBody, nullptr, "token.html"},
    WebRoute{"GET", "/web/pages/pages.css", Limit::kNone, kNoBody, nullptr, "pages.css"},
    WebRoute{"GET", "/web/pages/token.js", Limit::kNone, kNoBody, nullptr, "token.js"},
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
const WebRoute* FindRoute(std::string_view method, std::string_view path, std::vector<std::string>& segments) {
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

// Who logs in, or sets a password: a user, or who has a token of one.
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

std::expected<std::size_t, HttpResponse> WebApi::Admit(const HttpRequest& head) {
  std::vector<std::string> segments;
  const WebRoute* route = FindRoute(head.method, WithoutVersion(head.path), segments);
  if (route == nullptr) return kSmallBody;
  if (route->limit == Limit::kRequests && !requests_.Allow(SourceOf(head.remote_address), Now())) {
    return std::unexpected(
        WithHeaders(ErrorResponse({ErrorKind::kLimitExceeded, "rate limit exceeded, try again in a minute", {}})));
  }
  return route->max_body;
}

std::optional<HttpResponse> WebApi::Submit(const HttpRequest& request, std::function<void()> work) {
  std::vector<std::string> segments;
  const WebRoute* route = FindRoute(request.method, WithoutVersion(request.path), segments);
  const bool logs_in = route != nullptr && route->limit == Limit::kLogins;
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
  Call call{request, {}, {}};
  const WebRoute* route = FindRoute(request.method, path, call.segments);
  if (route != nullptr && !route->page.empty()) return PageResponse(route->page, 200);
  if (route == nullptr && IsForBrowsers(request.method, path)) return PageResponse(kNotFoundPage, 404);
  if (route == nullptr) return WithHeaders(PathNotFound());

  auto body = ReadBody(request);
  if (body) call.body = std::move(*body);
  const auto answer = body ? (this->*route->handler)(call) : std::unexpected(body.error());
  if (route->limit == Limit::kLogins && !answer && answer.error().kind == ErrorKind::kAccessDenied) {
    logins_.Report(AttemptOf(request, call.segments, call.body), LoginGate::Outcome::kWrong);
  }
  if (route->handler == &WebApi::LoginFinish && answer) {
    const LoginGate::Attempt attempt = AttemptOf(request, call.segments, call.body);
    logins_.Report(attempt, LoginGate::Outcome::kLoggedIn);
    if (options_.logged_in) options_.logged_in(request.remote_address, attempt.name);
  }
  return WithHeaders(answer ? JsonResponse(*answer) : ErrorResponse(answer.error()));
}

}  // namespace sallyport
