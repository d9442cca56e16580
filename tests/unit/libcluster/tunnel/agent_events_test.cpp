// Tests of the fields of agents' events that are written to the audit log.
#include "libcluster/tunnel/agent_events.h"

#include <catch2/catch.hpp>

#include "libbase/json.h"
#include "libbase/text.h"

namespace sallyport {
namespace {

const Time kNow = ParseTime("2026-01-02T03:04:05Z").value();
constexpr EventSource kSource{"ex.com", "the-host", "web"};

Result<AuditEvent> EventOf(Value event) { return EventOfAgent(ToJson(event), kSource, kNow); }

Value Exec(std::string_view time = "2026-01-02T03:04:00Z") {
  return Value(Value::Map{{"event", "exec"}, {"code", "T3002I"}, {"time", time}, {"user", "alice"}});
}

std::string Text(const AuditEvent& event, std::string_view key) {
  const Value* value = event.fields().Find(key);
  return value == nullptr ? "(none)" : value->as_string();
}

TEST_CASE("the host's fields and the event's id are the auth service's") {
  Value said = Exec();
  for (const char* key : {"uid", "cluster_name", "server_id", "server_hostname", "reported_time"}) said.Set(key, "x");
  const auto event = EventOf(said);
  REQUIRE(event);
  CHECK(Text(*event, "uid").size() == 36);
  CHECK(Text(*event, "cluster_name") == "ex.com");
  CHECK(Text(*event, "server_id") == "the-host");
  CHECK(Text(*event, "server_hostname") == "web");
  CHECK(Text(*event, "reported_time") == "(none)");
  CHECK(Text(*event, "user") == "alice");
  CHECK(Text(*event, "time") == "2026-01-02T03:04:00Z");
}

TEST_CASE("a time that cannot be is now") {
  for (const char* time : {"2026-01-02T03:04:06Z", "2026-01-02T02:04:04Z", "1970-01-01T00:00:00Z", "soon", ""}) {
    const auto event = EventOf(Exec(time));
    REQUIRE(event);
    CHECK(Text(*event, "time") == "2026-01-02T03:04:05Z");
    CHECK(Text(*event, "reported_time") == time);
    CHECK(event->ToRecord().time == kNow);
  }
}

TEST_CASE("an event has one of its own codes, and is one that nodes report") {
  const std::pair<const char*, const char*> wrong[] = {{"exec", "T3002"},
                                                       {"exec", "T1000I"},
                                                       {"exec", ""},
                                                       {"user.login", "T1000I"},
                                                       {"session.upload", "T2005I"},
                                                       {"role.created", "T9000I"},
                                                       {"", ""}};
  for (const auto& [type, code] : wrong) {
    CHECK_FALSE(EventOf(Value(Value::Map{{"event", type}, {"code", code}})));
  }
  for (const auto& [type, code] : {std::pair{"exec", "T3002E"}, {"auth", "T3007W"}, {"sftp", "TS019E"}}) {
    CHECK(EventOf(Value(Value::Map{{"event", type}, {"code", code}})));
  }
  CHECK_FALSE(EventOfAgent("{", kSource, kNow));
  CHECK_FALSE(EventOfAgent("[]", kSource, kNow));
}

TEST_CASE("a long event is cut, a longer one refused") {
  Value said = Exec();
  said.Set("command", std::string(100'000, 'a') + "\xC3\xA9");
  Value list = Value::EmptyList();
  for (int i = 0; i < 1000; ++i) list.Append(Value(Value::Map{{"path", std::string(100, 'p')}}));
  said.Set("file_transfer_stats", list);
  const auto event = EventOf(said);
  REQUIRE(event);
  CHECK(ToJson(event->fields()).size() <= kMaxAgentEventBytes + 1024);
  CHECK(Text(*event, "command").starts_with("aaaa"));
  CHECK(Text(*event, "user") == "alice");
  said.Set("command", std::string(kMaxReportedEventBytes, 'a'));
  CHECK_FALSE(EventOf(said));
  Value nested = Exec();
  Value deep = Value::Strings(std::vector<std::string>(16, "xx"));
  for (int i = 0; i < 2; ++i) deep = Value(Value::List(16, deep));
  nested.Set("deep", deep);
  nested.Set(std::string(100'000, 'k'), "v");
  CHECK(ToJson(EventOf(nested).value().fields()).size() <= kMaxAgentEventBytes + 1024);
  Value crowded = Exec();
  for (int i = 0; i < 100; ++i) crowded.Set(fmt::format("key{}", i), i);
  CHECK_FALSE(EventOf(crowded));
}

TEST_CASE("an event that is sent again is the same event, and of no other host") {
  const std::string json = R"({"event":"session.end","code":"T2004I","uid":"5ee1a4a6-7b7c-4d1e-9c4c-1f0a4f0f1c11"})";
  const auto uid = [&](std::string_view host, std::string_view text) {
    return EventOfAgent(text, {"ex.com", host, "web"}, kNow).value().fields().Find("uid")->as_string();
  };
  CHECK(uid("one", json) == uid("one", json));
  CHECK(uid("one", json) != uid("two", json));
  CHECK(IsUuid(uid("one", json)));
  const std::string without = R"({"event":"session.end","code":"T2004I"})";
  CHECK(uid("one", without) != uid("one", without));
}

}  // namespace
}  // namespace sallyport
