#include "libcluster/kube/kube_status.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

TEST_CASE("a refusal never has the status 404") {
  CHECK(KubeHttpStatus({ErrorKind::kNotFound, "gone", {}}) == 503);
  CHECK(KubeHttpStatus({ErrorKind::kAccessDenied, "no", {}}) == 403);
  CHECK(KubeHttpStatus({ErrorKind::kBadParameter, "what", {}}) == 400);
  CHECK(KubeHttpStatus({ErrorKind::kLimitExceeded, "much", {}}) == 429);
}

TEST_CASE("a refusal is a Status of Kubernetes") {
  CHECK(KubeStatusJson({ErrorKind::kAccessDenied, "a \"b\"", "hint"}, 403) ==
        R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"a \"b\"",)"
        R"("reason":"Forbidden","code":403})");
  CHECK(KubeStatusJson({ErrorKind::kNotFound, "x", {}}, 503).find(R"("reason":"ServiceUnavailable")") !=
        std::string::npos);
  CHECK(KubeStatusJson({ErrorKind::kLimitExceeded, "x", {}}, 413).find(R"("reason":"TooManyRequests","code":413)") !=
        std::string::npos);
}

}  // namespace
}  // namespace sallyport
