#include "libcluster/proxy/web_api.h"

#include "libbase/json.h"
#include "libcluster/auth/users/password.h"
#include "libcluster/proxy/pages.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

// What a WebApi works with, beside its options.
struct Threads {
  LoginGate logins;
  ThreadPool pool{1};
};

HttpResponse Ask(WebApi& api, const std::string& method, const std::string& path) {
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

TEST_CASE("links open the page, with what a browser needs to be careful") {
  AuthFixture fixture;
  Threads threads;
  WebApi api(fixture.auth(), threads.logins, threads.pool, {"127.0.0.1:3080", "px.ex.com:443", "", true});
  for (const char* path : {"/web/invite/0123", "/web/reset/0123", "/v1/web/invite/0123"}) {
    const HttpResponse page = Ask(api, "GET", path);
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
  CHECK(HeaderOf(Ask(api, "GET", "/web/pages/token.js"), "Content-Type") == "text/javascript; charset=utf-8");
  CHECK(HeaderOf(Ask(api, "GET", "/web/pages/pages.css"), "Content-Type") == "text/css; charset=utf-8");
  CHECK(Ask(api, "HEAD", "/web/reset/0123").status == 200);
}

TEST_CASE("unknown paths are a page for browsers and JSON for programs") {
  AuthFixture fixture;
  Threads threads;
  WebApi api(fixture.auth(), threads.logins, threads.pool, {"127.0.0.1:3080", "", "", true});
  for (const char* path :
       {"/web", "/web/", "/web/invite", "/web/invite/", "/web/invite/a/b", "/web/pages/token.html"}) {
    const HttpResponse page = Ask(api, "GET", path);
    CHECK(page.status == 404);
    CHECK(page.body == PageText("not_found.html"));
    CHECK_FALSE(HeaderOf(page, "Content-Security-Policy").empty());
  }
  for (const auto& [method, path] : {std::pair{"POST", "/web/invite/0123"}, {"GET", "/webx"}, {"GET", "/webapi/x"}}) {
    const HttpResponse answer = Ask(api, method, path);
    CHECK(answer.status == 404);
    CHECK(HeaderOf(answer, "Content-Type") == "application/json");
    CHECK(answer.body.find("path not found") != std::string::npos);
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
  WebApi api(fixture.auth(), threads.logins, threads.pool, {"127.0.0.1:3080", "px.ex.com:443", "", true});
  auto& users = fixture.auth().local_users();
  const auto token = users.CreateToken("alice", LocalUsers::TokenType::kInvite, {}, "px:1", fixture.admin()).value();
  const std::string path = "/webapi/users/password/token/" + token.metadata().name();
  const auto first = ParseJson(Ask(api, "GET", path).body).value();
  CHECK(first.Find("user")->as_string() == "alice");
  CHECK(first.Find("totpUri")->as_string() ==
        TotpUri(users.TotpSecret(token.metadata().name()).value(), "ex.com", "alice", "px.ex.com:443"));
  CHECK(Ask(api, "GET", path).body == ToJson(first));
}

}  // namespace
}  // namespace sallyport
