#include "libmachine/bot/bot.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <thread>

#include "libbase/json.h"
#include "libbase/value_fields.h"
#include "tests/unit/eventually.h"
#include "tests/unit/libmachine/bot/sample_bot_cluster.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

// A bot with two identities, and its cluster.
class Fixture {
 public:
  test::TemporaryDirectory directory;
  test::SampleBotCluster* cluster = nullptr;
  std::atomic<int> ready = 0;

  std::unique_ptr<Bot> Make() {
    BotOptions options;
    options.config = ParseBotConfig(fmt::format(R"(version: v2
proxy_server: ref.test:4080
onboarding: {{join_method: token, token: TOKEN}}
storage: {{type: directory, path: {0}/storage}}
services:
- {{type: identity, destination: {{type: directory, path: {0}/one}}}}
- {{type: identity, name: second, destination: {{type: directory, path: {0}/two}}}}
)",
                                                directory.path()),
                                    "tbot.yaml")
                         .value();
    CheckBotConfig(options.config).value();
    options.environment = [](std::string_view) { return std::string(); };
    options.executable = "/usr/bin/tbot";
    options.hostname = "web-1";
    auto made = std::make_unique<test::SampleBotCluster>();
    cluster = made.get();
    options.cluster = std::move(made);
    options.authority_settling = 1ms;
    options.on_ready = [this] { ++ready; };
    return Bot::Make(std::move(options)).value();
  }
  bool Has(const std::string& path) const { return FileExists(directory / path); }
};

TEST_CASE("one run writes all outputs and tells the cluster of itself") {
  Fixture fixture;
  const auto bot = fixture.Make();
  REQUIRE(bot->RunOnce());
  CHECK(fixture.Has("storage/tlscert"));
  CHECK(fixture.Has("one/identity"));
  CHECK(fixture.Has("two/identity"));
  CHECK(fixture.cluster->joins == 1);
  CHECK(fixture.cluster->heartbeats == 1);
  CHECK(fixture.ready == 1);
  CHECK(fixture.directory.Read("one/key") != fixture.directory.Read("two/key"));
}

TEST_CASE("an output that fails leaves the others alone") {
  Fixture fixture;
  const auto bot = fixture.Make();
  fixture.directory.Write("one", "a file where a directory should be");
  const Status done = bot->RunOnce();
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == ErrorKind::kPartlyDone);
  CHECK(done.error().message.starts_with("1 of 2 outputs failed: identity-1: "));
  CHECK(fixture.Has("two/identity"));
}

TEST_CASE("when all outputs fail alike, the error has their kind") {
  Fixture fixture;
  const auto bot = fixture.Make();
  fixture.cluster->roles.clear();
  CHECK(bot->RunOnce().error().kind == ErrorKind::kAccessDenied);
}

TEST_CASE("everything is renewed soon after the authorities of the cluster have changed") {
  Fixture fixture;
  const auto bot = fixture.Make();
  Status result;
  std::thread running([&] { result = bot->Run(); });
  CHECK(test::Eventually([&] { return TextAt(bot->StatusValue(), "status") == "healthy"; }));
  CHECK(test::Eventually([&] { return fixture.cluster->watches == 1; }));
  const auto written = [&] { return fixture.directory.Read("one/tlscert") + fixture.directory.Read("two/tlscert"); };
  const std::string before = written();

  fixture.cluster->ChangeAuthority();
  CHECK(test::Eventually([&] {
    return fixture.directory.Read("one/teleport-user-ca.crt") == fixture.cluster->user_pem() && written() != before;
  }));
  // A watch that ends begins again.
  fixture.cluster->ends_watches = true;
  CHECK(test::Eventually([&] { return fixture.cluster->watches > 1; }));
  bot->Stop();
  running.join();
  CHECK(result);
}

TEST_CASE("a bot runs on a cluster that cannot be watched") {
  Fixture fixture;
  const auto bot = fixture.Make();
  fixture.cluster->can_be_watched = false;
  Status result;
  std::thread running([&] { result = bot->Run(); });
  CHECK(test::Eventually([&] { return TextAt(bot->StatusValue(), "status") == "healthy"; }));
  CHECK(test::Eventually([&] { return fixture.cluster->watches > 0; }));
  bot->Stop();
  running.join();
  CHECK(result);
}

TEST_CASE("a storage directory serves one bot at a time") {
  Fixture fixture;
  const auto bot = fixture.Make();
  std::filesystem::create_directory(fixture.directory / "storage");
  const auto lock = FileLock::Acquire(fixture.directory / "storage/lock", 0).value();
  CHECK(bot->RunOnce().error().kind == ErrorKind::kLimitExceeded);
  CHECK(fixture.cluster->joins == 0);
}

TEST_CASE("a running bot renews when asked, shows its status, and stops") {
  Fixture fixture;
  const auto bot = fixture.Make();
  Status result;
  std::thread running([&] { result = bot->Run(); });
  const auto healthy = [&] { return TextAt(bot->StatusValue(), "status") == "healthy"; };
  CHECK(test::Eventually(healthy));
  CHECK(fixture.Has("one/identity"));
  CHECK(test::Eventually([&] { return fixture.cluster->heartbeats == 1; }));

  const std::string socket = fixture.directory / "storage/status.sock";
  CHECK(test::ModeOf(socket) == 0600);
  const Value status = ParseJson(AskLocalSocket(socket, {"bot", ""}).value()).value();
  CHECK(TextAt(status, "bot") == "worker");
  CHECK(TextAt(status, "cluster") == "ref.test");
  CHECK(status.Find("services")->as_list().size() == 5);

  const std::string before = fixture.directory.Read("one/tlscert");
  const int issued = fixture.cluster->issued;
  bot->RenewNow();
  CHECK(test::Eventually([&] { return fixture.cluster->issued >= issued + 3; }));  // the identity and two outputs
  CHECK(test::Eventually([&] { return fixture.directory.Read("one/tlscert") != before; }));
  bot->Stop();
  running.join();
  CHECK(result);
  CHECK_FALSE(fixture.Has("storage/status.sock"));
}

TEST_CASE("outputs wait until a stored identity could be renewed once") {
  Fixture fixture;
  REQUIRE(fixture.Make()->RunOnce());
  const auto bot = fixture.Make();
  // The cluster of the second bot has other authorities; the stored certificates stand for any.
  fixture.cluster->Refuse(Error{ErrorKind::kConnectionProblem, "the cluster is away", "wait"});
  const std::string before = fixture.directory.Read("one/tlscert");
  Status result;
  std::thread running([&] { result = bot->Run(); });
  CHECK(test::Eventually([&] { return fixture.Has("storage/status.sock"); }));
  const Value status = bot->StatusValue();
  CHECK(TextAt(status, "status") == "unhealthy");
  for (const auto& service : status.Find("services")->as_list()) {
    if (TextAt(service, "name") == "identity") CHECK(TextAt(service, "error") == "the cluster is away");
  }
  CHECK(fixture.directory.Read("one/tlscert") == before);
  fixture.cluster->Refuse(std::nullopt);
  CHECK(test::Eventually([&] { return fixture.directory.Read("one/tlscert") != before; }));
  bot->Stop();
  running.join();
  CHECK(result);
}

}  // namespace
}  // namespace sallyport
