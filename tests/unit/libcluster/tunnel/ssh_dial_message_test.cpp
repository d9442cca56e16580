#include "libcluster/tunnel/ssh_dial_message.h"

#include <catch2/catch.hpp>

#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

TEST_CASE("a dial arrives as it was decided") {
  SshDial dial;
  dial.id = "0a1b";
  dial.user = "alice";
  dial.bot_name = "b";
  dial.impersonator = "i";
  dial.access_requests = {"r1", "r2"};
  dial.remote_address = "192.0.2.1:4711";
  dial.permit.logins = {{"admin", true}, {"root", false}};
  dial.permit.port_forwarding = PortForwarding::kRemote;
  dial.permit.forward_x11 = true;
  dial.permit.copy_files = true;
  dial.permit.max_sessions = 3;
  dial.permit.recording = "strict";
  dial.settings.keep_alive_interval = std::chrono::minutes(5);
  dial.settings.keep_alive_count_max = 4;
  dial.settings.recording_mode = "node";
  dial.labels.labels = {{"env", "dev"}, {"dynamic/team", "red"}};
  dial.labels.rules = {{RoleCondition::kAllow, {{{"env", {"dev", "test"}}, {"team", {"*"}}}, ""}},
                       {RoleCondition::kDeny, {{}, "contains(user.spec.traits[\"x\"], labels[\"env\"])"}}};
  dial.labels.traits = {{"x", {"a", "b"}}};
  v1::Dial message;
  ToMessage(dial, message);
  const auto read = FromMessage(message);
  REQUIRE(read);
  CHECK(read->id == dial.id);
  CHECK(read->user == dial.user);
  CHECK(read->bot_name == dial.bot_name);
  CHECK(read->impersonator == dial.impersonator);
  CHECK(read->access_requests == dial.access_requests);
  CHECK(read->remote_address == dial.remote_address);
  REQUIRE(read->permit.logins.size() == 2);
  CHECK(read->permit.logins[0].name == "admin");
  CHECK(read->permit.logins[0].forward_agent);
  CHECK_FALSE(read->permit.logins[1].forward_agent);
  CHECK(read->permit.port_forwarding == PortForwarding::kRemote);
  CHECK(read->permit.forward_x11);
  CHECK(read->permit.copy_files);
  CHECK(read->permit.max_sessions == 3);
  CHECK(read->permit.recording == "strict");
  CHECK(read->settings.keep_alive_interval == dial.settings.keep_alive_interval);
  CHECK(read->settings.keep_alive_count_max == 4);
  CHECK(read->settings.recording_mode == "node");
  CHECK(read->labels.labels == dial.labels.labels);
  CHECK(read->labels.traits == dial.labels.traits);
  REQUIRE(read->labels.rules.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(read->labels.rules[i].condition == dial.labels.rules[i].condition);
    CHECK(read->labels.rules[i].matchers.selector == dial.labels.rules[i].matchers.selector);
    CHECK(read->labels.rules[i].matchers.expression == dial.labels.rules[i].matchers.expression);
  }
}

TEST_CASE("an id that is no name of a directory is refused, and so is forwarding that is not known") {
  v1::Dial message;
  ToMessage(SshDial{.id = "00"}, message);
  CHECK(FromMessage(message));
  for (const char* id : {"", "..", "../x", "a b", "x'y"}) {
    message.set_id(id);
    CHECK_FALSE(FromMessage(message));
  }
  message.set_id("00");
  message.mutable_ssh()->set_port_forwarding(4);
  CHECK_FALSE(FromMessage(message));
}

}  // namespace
}  // namespace sallyport
