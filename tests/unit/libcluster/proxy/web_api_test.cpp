#include "libcluster/proxy/web_api.h"

#include <algorithm>
#include <array>

#include "libbase/json.h"
#include "libbase/version.h"
#include "libcluster/auth/users/password.h"
#include "libcluster/proxy/pages.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

// The parts that a WebApi needs beside its options.
struct Threads {
  LoginGate logins;
  ThreadPool pool{1};
};

HttpResponse AskWeb(WebApi& api, const std::string& method, const std::string& path) {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.remote_address = "192.0.2.1:4711";
  return api.Handle(request);
}

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (EqualIgnoringCase(key, name)) return value;
  }
  return "";
}

void CheckPathNotFound(const HttpResponse& answer) {
  CHECK(answer.status == 404);
  CHECK(HeaderOf(answer, "Content-Type") == "application/json");
  CHECK(answer.body ==
        R"({"error":{"message":"path not found"},"fields":{"proxyVersion":{"major":18,"minor":3,"patch":0,)"
        R"("preRelease":"","string":")" +
            std::string(kWireVersion) + R"("}}})");
}

TEST_CASE("links open the page, with what a browser needs to be careful") {
  AuthFixture fixture;
  Threads threads;
  WebApi api(fixture.auth(), threads.logins, threads.pool, {{"127.0.0.1:3080", "px.ex.com:443", "", true}, {}});
  for (const char* path : {"/web/invite/0123", "/web/reset/0123", "/v1/web/invite/0123"}) {
    const HttpResponse page = AskWeb(api, "GET", path);
    CHECK(page.status == 200);
    CHECK(page.body == PageText("token.html"));
    CHECK(HeaderOf(page, "Content-Type") == "text/html; charset=utf-8");
    CHECK(HeaderOf(page, "Cache-Control") == "no-store");
    CHECK(HeaderOf(page, "Referrer-Policy") == "no-referrer");
    CHECK(HeaderOf(page, "X-Content-Type-Options") == "nosniff");
    CHECK(HeaderOf(page, "X-Frame-Options") == "DENY");
    CHECK(HeaderOf(page, "Strict-Transport-Security") == "max-age=31536000; includeSubDomains");
    const std::string policy = HeaderOf(page, "Content-Security-Policy");
    for (const char* part : {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
                             "img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}) {
      CHECK(policy.find(part) != std::string::npos);
    }
    CHECK(policy.find("unsafe") == std::string::npos);
  }
  CHECK(HeaderOf(AskWeb(api, "GET", "/web/pages/token.js"), "Content-Type") == "text/javascript; charset=utf-8");
  CHECK(HeaderOf(AskWeb(api, "GET", "/web/pages/pages.css"), "Content-Type") == "text/css; charset=utf-8");
  CHECK(AskWeb(api, "HEAD", "/web/reset/0123").status == 200);
}

TEST_CASE("unknown paths are a page for browsers and JSON for programs") {
  AuthFixture fixture;
  Threads threads;
  WebApi api(fixture.auth(), threads.logins, threads.pool, {{"127.0.0.1:3080", "", "", true}, {}});
  for (const char* path :
       {"/web", "/web/", "/web/invite", "/web/invite/", "/web/invite/a/b", "/web/pages/token.html"}) {
    const HttpResponse page = AskWeb(api, "GET", path);
    CHECK(page.status == 404);
    CHECK(page.body == PageText("not_found.html"));
    CHECK_FALSE(HeaderOf(page, "Content-Security-Policy").empty());
  }
  for (const auto& [method, path] : {std::pair{"POST", "/web/invite/0123"}, {"GET", "/webx"}, {"GET", "/webapi/x"}}) {
    CheckPathNotFound(AskWeb(api, method, path));
  }
}

TEST_CASE("a route serves its own method alone, and pages HEAD beside it") {
  AuthFixture fixture;
  Threads threads;
  WebApi api(fixture.auth(), threads.logins, threads.pool, {{"127.0.0.1:3080", "", "", true}, {}});
  for (const auto& route : WebApi::Routes()) {
    CAPTURE(route.method, route.path);
    const std::string path(route.path);
    CheckPathNotFound(AskWeb(api, "DELETE", path));
    CheckPathNotFound(AskWeb(api, "get", path));
    CheckPathNotFound(AskWeb(api, "POST", path + "/more"));
    if (route.page.empty()) {
      CheckPathNotFound(AskWeb(api, "HEAD", path));
    } else {
      CHECK(AskWeb(api, "HEAD", path).body == PageText(route.page));
    }
  }
}

TEST_CASE("a body may be as large as its route says") {
  AuthFixture fixture;
  Threads threads;
  WebApi api(fixture.auth(), threads.logins, threads.pool, {{"127.0.0.1:3080", "", "", true}, {}});
  const auto admitted = [&api](const std::string& method, const std::string& path) {
    HttpRequest head;
    head.method = method;
    head.path = path;
    head.remote_address = "192.0.2.1:4711";
    return api.Admit(head).value();
  };
  for (const auto& route : WebApi::Routes()) {
    CAPTURE(route.method, route.path);
    CHECK(admitted(std::string(route.method), std::string(route.path)) == route.max_body);
    CHECK(admitted("DELETE", std::string(route.path)) == 4096);
  }
  CHECK(admitted("POST", "/v1/webapi/host/credentials") == 131072);
  CHECK(admitted("POST", "/v2/webapi/host/credentials") == 4096);
}

// Returns whether a request may match both paths.
bool Overlap(std::string_view one, std::string_view other) {
  return std::ranges::equal(PathSegments(one), PathSegments(other), [](std::string_view left, std::string_view right) {
    return left == right || left.starts_with(':') || right.starts_with(':');
  });
}

// Returns whether a path has texts in place of parameters of another, and no parameter in place of the other's texts.
bool NamesMore(std::string_view one, std::string_view other) {
  const auto left = PathSegments(one);
  const auto right = PathSegments(other);
  bool more = false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i].starts_with(':') && !right[i].starts_with(':')) return false;
    more = more || (!left[i].starts_with(':') && right[i].starts_with(':'));
  }
  return more;
}

// Returns the first pair of routes that match the same request without precedence, or "". The first route has
// precedence when it has texts in place of parameters of the other.
std::string Ambiguous(std::span<const WebRoute> routes) {
  for (std::size_t i = 0; i < routes.size(); ++i) {
    for (std::size_t k = i + 1; k < routes.size(); ++k) {
      const bool page_head = !routes[i].page.empty() && !routes[k].page.empty();
      const bool same = routes[i].method == routes[k].method || page_head ||
                        (!routes[i].page.empty() && routes[k].method == "HEAD") ||
                        (!routes[k].page.empty() && routes[i].method == "HEAD");
      if (same && Overlap(routes[i].path, routes[k].path) && !NamesMore(routes[i].path, routes[k].path)) {
        return fmt::format("{} and {}", routes[i].path, routes[k].path);
      }
    }
  }
  return "";
}

WebRoute RouteOf(std::string_view method, std::string_view path) {
  return {method, path, WebLimit::kNone, kNoBody, nullptr};
}

TEST_CASE("no two routes of all groups serve the same request") {
  CHECK(Ambiguous(WebApi::Routes()) == "");
  CHECK(WebApi::Routes().size() == 14);
  // The function finds ambiguous rows.
  CHECK(Ambiguous(std::array{RouteOf("GET", "/a"), RouteOf("GET", "/a")}) == "/a and /a");
  CHECK(Ambiguous(std::array{RouteOf("GET", "/:x"), RouteOf("GET", "/a")}) == "/:x and /a");
  CHECK(Ambiguous(std::array{RouteOf("GET", "/:x"), RouteOf("GET", "/:y")}) == "/:x and /:y");
  CHECK(Ambiguous(std::array{RouteOf("GET", "/a/:x"), RouteOf("GET", "/:y/b")}) == "/a/:x and /:y/b");
  CHECK(Ambiguous(std::array{RouteOf("GET", "/a"), RouteOf("GET", "/:x")}) == "");
  CHECK(Ambiguous(std::array{RouteOf("GET", "/a"), RouteOf("PUT", "/a"), RouteOf("GET", "/a/b")}) == "");
}

TEST_CASE("every route has a handler, or a page that is there") {
  for (const auto& route : WebApi::Routes()) {
    CAPTURE(route.path);
    CHECK((route.handler != nullptr) == route.page.empty());
    CHECK((route.page.empty() || !PageText(route.page).empty()));
  }
}

TEST_CASE("the page knows the limits of passwords that hold") {
  const std::string html(PageText("token.html"));
  CHECK(html.find(fmt::format("data-min=\"{}\" data-max=\"{}\"", kMinPasswordBytes, kMaxPasswordBytes)) !=
        std::string::npos);
  CHECK(html.find(fmt::format("At least {} characters", kMinPasswordBytes)) != std::string::npos);
  CHECK(PageText("nosuch.html").empty());
  CHECK(PageResponse("nosuch.html", 200).status == 500);
}

TEST_CASE("a token's answer has the key as text too, and it stays the same") {
  AuthFixture fixture;
  fixture.Store(kMemberYaml);
  Threads threads;
  WebApi api(fixture.auth(), threads.logins, threads.pool, {{"127.0.0.1:3080", "px.ex.com:443", "", true}, {}});
  auto& users = fixture.auth().local_users();
  const auto token = users.CreateToken("alice", LocalUsers::TokenType::kInvite, {}, "px:1", fixture.admin()).value();
  const std::string path = "/webapi/users/password/token/" + token.metadata().name();
  const auto first = ParseJson(AskWeb(api, "GET", path).body).value();
  CHECK(first.Find("user")->as_string() == "alice");
  CHECK(first.Find("totpUri")->as_string() ==
        TotpUri(users.TotpSecret(token.metadata().name()).value(), "ex.com", "alice", "px.ex.com:443"));
  CHECK(AskWeb(api, "GET", path).body == ToJson(first));
}

}  // namespace
}  // namespace sallyport
