#include "libcluster/kube/request/request_body.h"

#include <catch2/catch.hpp>

#include "libbase/encoding.h"

namespace sallyport {
namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kProtobuf = "application/vnd.kubernetes.protobuf";

TEST_CASE("the name of an object that is made") {
  CHECK(ReadObjectName(R"({"metadata":{"name":"web"}})", kJson).value() == "web");
  CHECK(ReadObjectName(R"({"metadata":{"generateName":"web-"}})", "").value().empty());
  CHECK(ReadObjectName("metadata:\n  name: web\n", "application/yaml").value() == "web");
  // k8s\0, Unknown{typeMeta{apiVersion: v1, kind: Pod}, raw: Pod{metadata{name: web}}}
  const std::string pod = FromHex(
                              "6b38730"
                              "00a090a02763112"
                              "03506f64"
                              "12070a050a03776562")
                              .value();
  CHECK(ReadObjectName(pod, kProtobuf).value() == "web");
  CHECK_FALSE(ReadObjectName(pod, kJson));
  CHECK_FALSE(ReadObjectName("{}", kProtobuf));
  CHECK_FALSE(ReadObjectName(std::string("k8s\0\xff\xff", 6), kProtobuf));
}

TEST_CASE("a body in which another reader could find another name is refused") {
  // Unknown{typeMeta, raw: Pod{metadata{name: web}, metadata{}}}: some readers merge both metadata.
  const auto protobuf = [](std::string_view raw) {
    return FromHex(
               "6b387300"
               "0a090a027631"
               "1203506f64"
               "12" +
               std::string(raw))
        .value();
  };
  CHECK(ReadObjectName(protobuf("070a050a03776562"), kProtobuf).value() == "web");
  CHECK_FALSE(ReadObjectName(protobuf("090a050a037765620a00"), kProtobuf));
  CHECK_FALSE(ReadObjectName(protobuf("0c0a0a0a037765620a03646576"), kProtobuf));
  CHECK_FALSE(ReadObjectName(protobuf("070a050a0377656212070a050a03646576"), kProtobuf));  // raw twice
  CHECK_FALSE(ReadObjectName(protobuf("040a020801"), kProtobuf));                          // a name that is a number
  CHECK_FALSE(ReadObjectName(R"({"metadata":{"name":"web"},"metadata":{}})", kJson));
  CHECK_FALSE(ReadObjectName(R"({"metadata":{"name":"web","name":"dev"}})", kJson));
  CHECK(ReadObjectName("a: &a {name: web}\nmetadata: {<<: *a}\n", "application/yaml").value() == "web");
  for (const char* type : {"application/cbor", "text/plain", "application/json-patch+json", "json", ";", " ; x"}) {
    CAPTURE(type);
    CHECK_FALSE(ReadObjectName(R"({"metadata":{"name":"web"}})", type));
  }
  CHECK(ReadObjectName(R"({"metadata":{"name":"web"}})", "Application/JSON ; charset=yaml").value() == "web");
}

TEST_CASE("a question and its answer, as JSON") {
  const auto review = ReadAccessReview(
      R"({"spec":{"resourceAttributes":{"namespace":"dev","verb":"get","group":"apps","resource":"deployments",)"
      R"("name":"web"}}})",
      kJson);
  REQUIRE(review);
  CHECK(review->about_resource);
  CHECK(review->request.verb == "get");
  CHECK(review->request.api_group == "apps");
  CHECK(review->request.kube_namespace == "dev");
  CHECK(DeniedReview(*review, "no", false) ==
        R"({"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{},"spec":)"
        R"({"resourceAttributes":{"namespace":"dev","verb":"get","group":"apps","resource":"deployments",)"
        R"("name":"web"}},"status":{"allowed":false,"denied":true,"reason":"no"}})");
  CHECK_FALSE(ReadAccessReview(R"({"spec":{"nonResourceAttributes":{"path":"/logs"}}})", kJson)->about_resource);
  CHECK_FALSE(ReadAccessReview("{", kJson));
}

TEST_CASE("an answer as protobuf is read like a question") {
  AccessReview review;
  review.request.verb = "list";
  review.request.resource = "pods";
  review.subresource = "log";
  review.request.name = "web";
  const auto back = ReadAccessReview(DeniedReview(review, "because", true), kProtobuf);
  REQUIRE(back);
  CHECK(back->request.verb == "list");
  CHECK(back->request.resource == "pods");
  CHECK(back->subresource == "log");
  CHECK(back->request.name == "web");
  CHECK(ToHex(DeniedReview(review, "because", true)).ends_with("1a0d08001207626563617573652001"));
}

}  // namespace
}  // namespace sallyport
