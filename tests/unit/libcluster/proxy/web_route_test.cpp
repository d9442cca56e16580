#include "libcluster/proxy/web_route.h"

#include <array>

namespace sallyport {
namespace {

using Segments = std::vector<std::string>;

WebRoute RowOf(std::string_view method, std::string_view path, std::string_view page = {}) {
  return {method, path, WebLimit::kNone, kNoBody, nullptr, page};
}

TEST_CASE("a route is found by method and path, the first that matches") {
  const std::array routes{RowOf("GET", "/a/known"), RowOf("GET", "/a/:x"), RowOf("POST", "/a/:x"),
                          RowOf("GET", "/a/:x/b/:y")};
  const auto find = [&routes](std::string_view method, std::string_view path, Segments& segments) {
    const WebRoute* found = FindRoute(routes, method, path, segments);
    return found == nullptr ? -1 : static_cast<int>(found - routes.data());
  };
  Segments segments;
  CHECK(find("GET", "/a/known", segments) == 0);
  CHECK(segments.empty());
  CHECK(find("GET", "/a/other", segments) == 1);
  CHECK(segments == Segments{"other"});
  CHECK(find("POST", "/a/known", segments) == 2);
  CHECK(segments == Segments{"known"});
  CHECK(find("GET", "/a/1/b/2", segments) == 3);
  CHECK(segments == Segments{"1", "2"});
  for (const char* path : {"", "/", "/a", "/a/", "/a//b/2", "/a/known/", "/A/known", "/a/1/b", "/a/1/c/2"}) {
    CAPTURE(path);
    CHECK(find("GET", path, segments) == -1);
  }
  for (const char* method : {"PUT", "HEAD", "get", ""}) CHECK(find(method, "/a/known", segments) == -1);
}

TEST_CASE("a page serves HEAD as it serves GET") {
  const std::array routes{RowOf("GET", "/page", "a.html"), RowOf("GET", "/api")};
  Segments segments;
  CHECK(FindRoute(routes, "GET", "/page", segments) == routes.data());
  CHECK(FindRoute(routes, "HEAD", "/page", segments) == routes.data());
  CHECK(FindRoute(routes, "POST", "/page", segments) == nullptr);
  CHECK(FindRoute(routes, "HEAD", "/api", segments) == nullptr);
}

TEST_CASE("a path is its segments") {
  CHECK(PathSegments("").empty());
  CHECK(PathSegments("/") == std::vector<std::string_view>{""});
  CHECK(PathSegments("/a/b") == std::vector<std::string_view>{"a", "b"});
  CHECK(PathSegments("/a//b/") == std::vector<std::string_view>{"a", "", "b", ""});
}

}  // namespace
}  // namespace sallyport
