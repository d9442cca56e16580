// Tests of dials to a remote agent: answered, given up, refused, abandoned.
#include "libcluster/tunnel/remote_agent.h"

#include <catch2/catch.hpp>

#include "libcluster/proxy/dial_limits.h"
#include "libcluster/tunnel/connected_agents.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

struct Agent {
  explicit Agent(std::string host_id = "h")
      : agent(std::make_shared<RemoteAgent>(
            AgentFacts{std::move(host_id), "web", "18", {}},
            [this](const v1::ProxyMessage& message) { sent.push_back(message); }, [this] { ++ended; })) {}

  // Dials, and returns the result as text.
  std::shared_ptr<std::string> Dial(const std::string& id) const {
    auto outcome = std::make_shared<std::string>("waiting");
    SshDial dial;
    dial.id = id;
    agent->Dial(
        dial, [outcome](const Result<UniqueFd>& answer) { *outcome = answer ? "connected" : answer.error().message; });
    return outcome;
  }

  std::vector<v1::ProxyMessage> sent;
  int ended = 0;
  std::shared_ptr<RemoteAgent> agent;
};

TEST_CASE("a dial is answered once, by whoever has its id") {
  Agent one;
  const auto first = one.Dial("1");
  const auto second = one.Dial("2");
  REQUIRE(one.sent.size() == 2);
  CHECK_FALSE(one.agent->Answer("3", UniqueFd()));
  CHECK(one.agent->Answer("2", UniqueFd()));
  CHECK_FALSE(one.agent->Answer("2", UniqueFd()));
  CHECK(*first == "waiting");
  CHECK(*second == "connected");
  CHECK(one.agent->Answer("1", Fail(ErrorKind::kAccessDenied, "no")));
  CHECK(*first == "no");
}

TEST_CASE("a dial that is not answered is given up, and those of an agent that has gone") {
  Agent one;
  const auto late = one.Dial("1");
  one.agent->GiveUpLate(RemoteAgent::Clock::now());
  CHECK(*late == "waiting");
  one.agent->GiveUpLate(RemoteAgent::Clock::now() + RemoteAgent::kDialTimeout);
  CHECK(late->contains("does not answer"));
  CHECK_FALSE(one.agent->Answer("1", UniqueFd()));
  const auto open = one.Dial("2");
  one.agent->Leave();
  CHECK(open->contains("has disconnected"));
  CHECK(one.Dial("3")->contains("has disconnected"));
  CHECK_FALSE(one.agent->IsThere());
}

TEST_CASE("one agent has so many dials at a time, and one user") {
  Agent one;
  for (std::size_t i = 0; i < RemoteAgent::kMaxWaiting; ++i) CHECK(*one.Dial(std::to_string(i)) == "waiting");
  CHECK(one.Dial("more")->contains("too many"));
  one.agent->Answer("0", UniqueFd());
  CHECK(*one.Dial("more") == "waiting");

  const auto limits = std::make_shared<DialLimits>();
  std::vector<std::shared_ptr<const DialLimits::Ticket>> tickets;
  for (int i = 0; i < DialLimits::kMaxPerUser; ++i) tickets.push_back(limits->Take("alice").value());
  CHECK(limits->Take("alice").error().kind == ErrorKind::kLimitExceeded);
  CHECK(limits->Take("bob"));
  tickets.pop_back();
  CHECK(limits->Take("alice"));
}

TEST_CASE("a host has one agent: the call of the earlier one ends") {
  ConnectedAgents agents;
  Agent first;
  Agent second;
  Agent other("other");
  agents.Add(first.agent);
  agents.Add(other.agent);
  CHECK(first.ended == 0);
  agents.Add(second.agent);
  CHECK(first.ended == 1);
  CHECK(second.ended == 0);
  agents.Remove(first.agent);
  CHECK(agents.Find("h") == second.agent);
  second.agent->SetKubeClusters({std::make_shared<const KubeClusterInfo>(KubeClusterInfo{"k", {{"a", "b"}}, "h"})});
  CHECK(agents.FindKube("k")->labels == Labels{{"a", "b"}});
  const auto open = second.Dial("1");
  agents.RemoveAll();
  CHECK(open->contains("has disconnected"));
  CHECK(agents.Find("h") == nullptr);
}

}  // namespace
}  // namespace sallyport
