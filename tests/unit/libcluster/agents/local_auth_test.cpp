#include "libcluster/agents/local_auth.h"

#include "libcluster/auth/audit/audit_queue.h"
#include "sallyport/v1/tunnel_service.pb.h"
#include "teleport/legacy/types/server.pb.h"
#include "tests/unit/libcluster/auth/auth_fixture.h"

namespace sallyport {
namespace {

constexpr std::string_view kHost = "11111111-1111-4111-8111-111111111111";

TEST_CASE("what is announced in this process is written, and what is no announcement is refused") {
  AuthFixture fixture;
  const auto local = LocalAgentAuth(fixture.auth(), fixture.auth().audit_queue(), std::string(kHost));
  v1::AgentMessage announcement;
  announcement.mutable_node()->set_kind("node");
  announcement.mutable_node()->set_version("v2");
  announcement.mutable_node()->mutable_metadata()->set_name(std::string(kHost));
  announcement.mutable_node()->mutable_spec()->set_hostname("web");
  REQUIRE(local->Announce(announcement));
  CHECK(fixture.auth().backend().Get(ResourceKey("node", kHost)));
  REQUIRE(local->Withdraw(std::string(kHost)));
  CHECK_FALSE(fixture.auth().backend().Get(ResourceKey("node", kHost)));

  for (const auto& other : {v1::AgentMessage(), [] {
                              v1::AgentMessage goodbye;
                              goodbye.mutable_goodbye();
                              return goodbye;
                            }()}) {
    CHECK(local->Announce(other).error().kind == ErrorKind::kNotImplemented);
  }
}

}  // namespace
}  // namespace sallyport
