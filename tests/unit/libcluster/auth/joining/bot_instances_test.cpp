// Tests of bot instances: how much of them is kept, and heartbeats.
#include "libcluster/auth/joining/bot_instances.h"

#include <set>

#include "libbase/test_clock.h"
#include "libcluster/auth/listing/bot_instance_match.h"
#include "tests/unit/libcluster/auth/joining/bot_sample.h"

namespace sallyport {
namespace {

namespace machineidv1 = teleport::machineid::v1;
using machineidv1::BotInstance;

machineidv1::BotInstanceStatusAuthentication Authentication(std::int32_t generation) {
  machineidv1::BotInstanceStatusAuthentication authentication;
  authentication.set_generation(generation);
  return authentication;
}

machineidv1::SubmitHeartbeatRequest Heartbeat(const std::string& host) {
  machineidv1::SubmitHeartbeatRequest request;
  request.mutable_heartbeat()->set_hostname(host);
  auto& health = *request.add_service_health();
  health.mutable_service()->set_name("identity");
  health.mutable_service()->set_type("internal/identity");
  health.set_status(machineidv1::BOT_INSTANCE_HEALTH_STATUS_HEALTHY);
  return request;
}

void StoreInstance(AuthFixture& fixture, BotInstance instance) {
  BackendTransaction transaction;
  WriteBotInstance(transaction, instance, WriteMode::kCreate);
  REQUIRE(fixture.auth().Commit(std::move(transaction)));
}

TEST_CASE("an instance keeps the first authentication and the ten newest") {
  BotInstance instance = NewBotInstance("robot", "id");
  CHECK(GenerationOf(instance) == 0);
  const Time expires = Now() + std::chrono::hours(1);
  for (std::int32_t generation = 1; generation <= 25; ++generation) {
    AddAuthentication(instance, Authentication(generation), expires);
    CHECK(GenerationOf(instance) == generation);
  }
  CHECK(instance.status().initial_authentication().generation() == 1);
  REQUIRE(instance.status().latest_authentications_size() == kKeptBotRecords);
  CHECK(instance.status().latest_authentications(0).generation() == 16);
  CHECK(ExpiresOf(instance) == expires + std::chrono::minutes(5));
}

TEST_CASE("a heartbeat is kept with the first and the ten newest; health is the newest alone") {
  AuthFixture fixture;
  BotInstance instance = NewBotInstance("robot", "id");
  AddAuthentication(instance, Authentication(1), Now() + std::chrono::hours(1));
  StoreInstance(fixture, instance);
  for (int i = 1; i <= 12; ++i) {
    REQUIRE(StoreHeartbeat(fixture.auth().backend(), "robot", "id", Heartbeat(fmt::format("host-{}", i))));
  }
  const auto status = ReadBotInstance(fixture.auth().backend(), "robot", "id")->status();
  CHECK(status.initial_heartbeat().hostname() == "host-1");
  REQUIRE(status.latest_heartbeats_size() == kKeptBotRecords);
  CHECK(status.latest_heartbeats(0).hostname() == "host-3");
  CHECK(status.latest_heartbeats(9).hostname() == "host-12");
  CHECK(status.service_health_size() == 1);
  CHECK(status.latest_authentications_size() == 1);
}

TEST_CASE("heartbeats have limits") {
  AuthFixture fixture;
  StoreInstance(fixture, NewBotInstance("robot", "id"));
  const auto refused = [&](auto change) {
    auto request = Heartbeat("host");
    change(request);
    const Status stored = StoreHeartbeat(fixture.auth().backend(), "robot", "id", request);
    REQUIRE_FALSE(stored);
    return stored.error().kind;
  };
  using Request = machineidv1::SubmitHeartbeatRequest;
  CHECK(refused([](Request& request) { request.clear_heartbeat(); }) == ErrorKind::kBadParameter);
  CHECK(refused([](Request& request) { request.mutable_heartbeat()->set_hostname(std::string(8192, 'h')); }) ==
        ErrorKind::kLimitExceeded);
  CHECK(refused([](Request& request) {
          request.mutable_service_health(0)->mutable_service()->set_name(std::string(65, 'n'));
        }) == ErrorKind::kBadParameter);
  CHECK(refused([](Request& request) { request.mutable_service_health(0)->set_reason(std::string(257, 'r')); }) ==
        ErrorKind::kBadParameter);
  CHECK(refused([](Request& request) {
          for (int i = 0; i < 256; ++i) request.add_service_health();
        }) == ErrorKind::kLimitExceeded);
  CHECK(StoreHeartbeat(fixture.auth().backend(), "robot", "another", Heartbeat("host")).error().kind ==
        ErrorKind::kNotFound);
  CHECK(ReadBotInstance(fixture.auth().backend(), "robot", "id")->status().latest_heartbeats_size() == 0);
}

TEST_CASE("an instance ends five minutes after its last certificate") {
  AuthFixture fixture;
  TestClock clock;
  test::MakeRobot(fixture);
  const Identity identity = test::IdentityOf(test::JoinRobot(fixture).tls_certificate);
  clock.Advance(std::chrono::minutes(64));
  CHECK(ReadBotInstance(fixture.auth().backend(), "robot", identity.bot_instance_id));
  clock.Advance(std::chrono::minutes(2));
  CHECK_FALSE(ReadBotInstance(fixture.auth().backend(), "robot", identity.bot_instance_id));
}

TEST_CASE("heartbeats are for the instance of the caller alone") {
  AuthFixture fixture;
  test::MakeRobot(fixture);
  fixture.Store(kMemberYaml);
  const auto submit = [&](const Caller& caller) {
    return fixture.Call<machineidv1::SubmitHeartbeatResponse>(
        caller, "/teleport.machineid.v1.BotInstanceService/SubmitHeartbeat", Heartbeat("machine"));
  };
  CHECK(submit(UserCaller(fixture, "alice")).error().kind == ErrorKind::kAccessDenied);
  CHECK(submit(fixture.admin()).error().kind == ErrorKind::kAccessDenied);
  CHECK(submit(Caller()).error().kind == ErrorKind::kAccessDenied);

  const std::string pem = test::JoinRobot(fixture).tls_certificate;
  REQUIRE(submit(test::CallerOf(fixture, pem).value()));
  CHECK(test::InstanceOf(fixture, test::IdentityOf(pem)).status().latest_heartbeats(0).hostname() == "machine");
}

TEST_CASE("lists of instances have pages of limited size, and the instances of a bot alone") {
  AuthFixture fixture;
  std::string large(8000, 'h');
  for (const std::string bot : {"a", "a/b", "c"}) {
    for (int i = 0; i < 60; ++i) {
      BotInstance instance = NewBotInstance(bot, fmt::format("id-{:02}", i));
      AddAuthentication(instance, Authentication(1), Now() + std::chrono::hours(1));
      for (int beat = 0; beat < 10; ++beat) instance.mutable_status()->add_latest_heartbeats()->set_hostname(large);
      StoreInstance(fixture, instance);
    }
  }
  const auto listed = [&](const std::string& bot, const std::string& word) {
    machineidv1::ListBotInstancesRequest request;
    request.set_filter_bot_name(bot);
    request.set_filter_search_term(word);
    std::set<std::string> names;
    do {
      const auto page = fixture.Call<machineidv1::ListBotInstancesResponse>(
          fixture.admin(), "/teleport.machineid.v1.BotInstanceService/ListBotInstances", request);
      REQUIRE(page);
      CHECK(page->ByteSizeLong() < (4U << 20));
      for (const auto& one : page->bot_instances()) {
        CHECK(names.insert(BotInstanceName(one.spec().bot_name(), one.spec().instance_id())).second);
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names.size();
  };
  CHECK(listed("", "") == 180);
  CHECK(listed("a", "") == 60);
  CHECK(listed("a/b", "") == 60);
  CHECK(listed("", "id-07") == 3);
  CHECK(listed("c", "id-0") == 10);
  CHECK(listed("b", "") == 0);
}

TEST_CASE("lists of instances are sorted by bot or by the last heartbeat, either way, across pages") {
  AuthFixture fixture;
  const auto store = [&](const std::string& bot, const std::string& id, int first, int last) {
    BotInstance instance = NewBotInstance(bot, id);
    AddAuthentication(instance, Authentication(1), Now() + std::chrono::hours(1));
    auto& status = *instance.mutable_status();
    if (first > 0) status.mutable_initial_heartbeat()->mutable_recorded_at()->set_seconds(first);
    if (last > 0) status.add_latest_heartbeats()->mutable_recorded_at()->set_seconds(last);
    StoreInstance(fixture, instance);
  };
  store("b", "id-1", 100, 0);
  store("a", "id-2", 100, 900);
  store("c", "id-3", 0, 0);
  store("a", "id-4", 500, 500);
  store("b", "id-5", 100, 100);

  const auto listed = [&](const std::string& field, bool descending, int size, const std::string& bot = "") {
    machineidv1::ListBotInstancesRequest request;
    request.mutable_sort()->set_field(field);
    request.mutable_sort()->set_isdesc(descending);
    request.set_page_size(size);
    request.set_filter_bot_name(bot);
    std::string ids;
    do {
      const auto page = fixture.Call<machineidv1::ListBotInstancesResponse>(
          fixture.admin(), "/teleport.machineid.v1.BotInstanceService/ListBotInstances", request);
      if (!page) return page.error().message;
      CHECK(page->bot_instances_size() <= size);
      for (const auto& one : page->bot_instances()) ids += one.spec().instance_id().substr(3);
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  };
  for (const int size : {1, 2, 3, 100}) {
    CAPTURE(size);
    CHECK(listed("bot_name", false, size) == "24153");
    CHECK(listed("bot_name", true, size) == "35142");
    CHECK(listed("", true, size) == "35142");
    CHECK(listed("active_at_latest", false, size) == "31542");
    CHECK(listed("active_at_latest", true, size) == "24513");
    CHECK(listed("active_at_latest", true, size, "a") == "24");
  }
  CHECK(listed("host_name", false, 10).contains("only bot_name and active_at_latest"));
}

TEST_CASE("a word finds instances by what their last heartbeat says, in any case") {
  BotInstance instance = NewBotInstance("Robot", "id-1");
  auto& status = *instance.mutable_status();
  status.mutable_initial_heartbeat()->set_hostname("first");
  const auto finds = [&](const std::string& word) {
    machineidv1::ListBotInstancesRequest request;
    request.set_filter_search_term(word);
    return IsWantedInstance(request, instance);
  };
  CHECK(finds(""));
  CHECK(finds("first"));
  CHECK_FALSE(finds("v"));
  auto& heartbeat = *status.add_latest_heartbeats();
  heartbeat.set_hostname("Machine");
  heartbeat.set_join_method("kubernetes");
  heartbeat.set_version("18.3.0");
  for (const char* word : {"robot", "ID-1", "machine", "KUBE", "18.3", "v18.3.0"}) CHECK(finds(word));
  for (const char* word : {"first", "v17", "other"}) CHECK_FALSE(finds(word));
}

}  // namespace
}  // namespace sallyport
