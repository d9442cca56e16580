#include "libcluster/kube/impersonation.h"

#include <catch2/catch.hpp>

namespace sallyport {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
using Names = std::vector<std::string>;

TEST_CASE("without impersonation headers, the roles decide and everybody is authenticated") {
  const auto chosen = ChooseImpersonation("alice", {}, {"dev", "edit", "dev"}, {{"Accept", "*/*"}}).value();
  CHECK(chosen.user == "alice");
  CHECK(chosen.groups == Names{"dev", "edit", "system:authenticated"});
  CHECK(ChooseImpersonation("alice", {"bob"}, {}, {})->user == "bob");
  CHECK(ChooseImpersonation("alice", {"*", "bob"}, {}, {})->user == "alice");
  const auto several = ChooseImpersonation("alice", {"bob", "carl"}, {}, {});
  CHECK(several.error().kind == ErrorKind::kAccessDenied);
  CHECK(several.error().message.find("kubectl --as") != std::string::npos);
}

TEST_CASE("a request chooses among what the roles give, and gets no more") {
  const Headers as_carl{{"impersonate-user", "carl"}};
  CHECK(ChooseImpersonation("alice", {"bob", "carl"}, {}, as_carl)->user == "carl");
  CHECK(ChooseImpersonation("alice", {"*"}, {}, as_carl)->user == "carl");
  CHECK_FALSE(ChooseImpersonation("alice", {"bob"}, {}, as_carl));
  CHECK_FALSE(ChooseImpersonation("alice", {}, {}, as_carl));
  CHECK(ChooseImpersonation("alice", {}, {}, {{"Impersonate-User", "alice"}})->user == "alice");

  const Headers as_dev{{"Impersonate-Group", "dev"}};
  CHECK(ChooseImpersonation("a", {}, {"dev", "edit"}, as_dev)->groups == Names{"dev", "system:authenticated"});
  CHECK_FALSE(ChooseImpersonation("a", {}, {"edit"}, as_dev));
  CHECK_FALSE(ChooseImpersonation("a", {}, {"*"}, {{"Impersonate-Group", "system:masters"}}));
}

TEST_CASE("other impersonation headers are refused, also a second user") {
  CHECK_FALSE(ChooseImpersonation("a", {"*"}, {}, {{"Impersonate-Uid", "1"}}));
  CHECK_FALSE(ChooseImpersonation("a", {"*"}, {}, {{"Impersonate-Extra-scopes", "1"}}));
  CHECK_FALSE(ChooseImpersonation("a", {"*"}, {}, {{"Impersonate-User", "b"}, {"IMPERSONATE-USER", "c"}}));
}

}  // namespace
}  // namespace sallyport
