#include "libcluster/kube/request/request_target.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using Segments = std::vector<std::string>;

TEST_CASE("a target has one form") {
  struct Row {
    const char* target;
    const char* path;
    Segments segments;
  };
  const Row rows[] = {
      {"/", "/", {}},
      {"/api", "/api", {"api"}},
      {"/api/", "/api/", {"api"}},
      {"/api/v1/namespaces/a%2Db/pods/x%20y",
       "/api/v1/namespaces/a-b/pods/x%20y",
       {"api", "v1", "namespaces", "a-b", "pods", "x y"}},
      {"/%61pi", "/api", {"api"}},
      {"/a:b@c;d=e,f/%C3%A4", "/a:b@c;d=e,f/%C3%A4", {"a:b@c;d=e,f", "\xc3\xa4"}},
      {"/a%252Fb", "/a%252Fb", {"a%2Fb"}},
      {"/a+b?x", "/a+b", {"a+b"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target);
    const auto target = ParseKubeTarget(row.target);
    REQUIRE(target);
    CHECK(target->Path() == row.path);
    CHECK(target->segments == row.segments);
    CHECK(ParseKubeTarget(target->Path())->Path() == row.path);
  }
}

TEST_CASE("a target that two readers could take differently is refused") {
  for (const std::string& target : {std::string(""),
                                    std::string("*"),
                                    std::string("api/v1"),
                                    std::string("https://kubernetes/api/v1/namespaces"),
                                    std::string("http://k/api"),
                                    std::string("kubernetes:443"),
                                    std::string("//api/v1"),
                                    std::string("/api//v1"),
                                    std::string("/api/v1//"),
                                    std::string("/api/./v1"),
                                    std::string("/api/../v1"),
                                    std::string("/api/%2e%2E/v1"),
                                    std::string("/api/%2e/v1"),
                                    std::string("/api%2Fv1"),
                                    std::string("/api%2fv1"),
                                    std::string("/api%5Cv1"),
                                    std::string("/api\\v1"),
                                    std::string("/api/v1%00"),
                                    std::string("/api/v1\0", 8),
                                    std::string("/api/v1%0a"),
                                    std::string("/api/%7f"),
                                    std::string("/api/%zz"),
                                    std::string("/api/%4"),
                                    std::string("/api/%"),
                                    std::string("/api/v1#x"),
                                    std::string("/api /v1"),
                                    std::string("/.."),
                                    std::string("/api/.")}) {
    CAPTURE(target);
    CHECK_FALSE(ParseKubeTarget(target));
  }
}

TEST_CASE("a query is read as Go reads it") {
  const auto query = KubeQuery::Parse("a=1&command=sh&command=-c&x=%41+b%2B&&y&=z");
  REQUIRE(query);
  CHECK(query->First("command") == "sh");
  CHECK(query->All("command") == std::vector<std::string_view>{"sh", "-c"});
  CHECK(query->First("x") == "A b+");
  CHECK(query->Has("y"));
  CHECK(query->First("nosuch").empty());
  CHECK(query->ToString() == "a=1&command=sh&command=-c&x=A%20b%2B&y=&=z");
  for (const char* wrong : {"watch=1;", "a;b", "watch=%zz", "%=1", "watch=true%4"}) {
    CAPTURE(wrong);
    CHECK_FALSE(KubeQuery::Parse(wrong));
  }
}

TEST_CASE("a flag is true or false as Kubernetes has it") {
  for (const char* yes : {"watch", "watch=", "watch=1", "watch=true", "watch=no", "watch=00", "watch=f",
                          "a=1&w%61tch=+", "watch=true&watch=false"}) {
    CAPTURE(yes);
    CHECK(KubeQuery::Parse(yes)->Flag("watch"));
  }
  for (const char* no :
       {"", "Watch=1", "watch=0", "watch=false", "watch=FALSE", "watch=FaLsE", "watch=%30", "watch=0&watch=1"}) {
    CAPTURE(no);
    CHECK_FALSE(KubeQuery::Parse(no)->Flag("watch"));
  }
}

TEST_CASE("a parameter is set once") {
  auto query = KubeQuery::Parse("a=1&watch=x&b=2&watch=y").value();
  query.Set("watch", "true");
  CHECK(query.ToString() == "a=1&watch=true&b=2");
  query.Remove("a");
  query.Set("c", "&=");
  CHECK(query.ToString() == "watch=true&b=2&c=%26%3D");
}

}  // namespace
}  // namespace sallyport
