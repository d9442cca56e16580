#include "libmachine/bot/identity/bot_identity.h"

#include <catch2/catch.hpp>

#include "libbase/test_clock.h"
#include "libmachine/bot/destination/memory_destination.h"
#include "tests/unit/libmachine/bot/sample_bot_cluster.h"

namespace sallyport {
namespace {

using namespace std::chrono_literals;

// Storage that can fail, as a full disk does.
class FullDestination : public MemoryDestination {
 public:
  Status Write(std::span<const BotFile> files) override {
    if (room == 0) return Fail(ErrorKind::kInternal, "no space left on device");
    --room;
    return MemoryDestination::Write(files);
  }
  int room = 100;  // for so many more writes
};

BotIdentity::Options OptionsWith(const std::string& token) {
  BotIdentity::Options options;
  options.join.role = "Bot";
  options.join.token = token;
  options.ttl = 1h;
  return options;
}

const Error kAway{ErrorKind::kConnectionProblem, "the cluster is away", {}};

TEST_CASE("a bot joins once, and renews what it has stored") {
  test::SampleBotCluster cluster;
  MemoryDestination storage;
  BotIdentity first(OptionsWith("TOKEN"), storage, cluster);
  CHECK(first.current() == nullptr);
  REQUIRE(first.Start().value().renewed);
  REQUIRE(first.Kept());
  CHECK(cluster.joins == 1);
  CHECK(cluster.last_join.role() == "Bot");
  CHECK(cluster.last_join.token() == "TOKEN");
  CHECK(cluster.last_join.hostid().empty());
  CHECK(cluster.last_join.has_expires());
  const std::string joined = first.current()->tls_certificate;

  BotIdentity second(OptionsWith("TOKEN"), storage, cluster);
  REQUIRE(second.Start().value().renewed);
  REQUIRE(second.Kept());
  CHECK(cluster.joins == 1);
  CHECK(cluster.issued == 1);
  CHECK(cluster.last_request.username() == "bot-worker");
  CHECK_FALSE(cluster.last_request.userolerequests());
  CHECK(second.current()->tls_certificate != joined);
  CHECK(second.current()->identity.generation == 2);
  CHECK(storage.Read("tlscert").value().Reveal() == second.current()->tls_certificate);
}

TEST_CASE("an identity that cannot be renewed by the cluster is joined again, as the bot that it is") {
  test::SampleBotCluster cluster;
  cluster.renewable = false;
  MemoryDestination storage;
  BotIdentity identity(OptionsWith("name"), storage, cluster);
  REQUIRE(identity.Start());
  REQUIRE(identity.Kept());
  REQUIRE(identity.Renew());
  CHECK(cluster.joins == 1);
  CHECK(cluster.rejoins == 1);
  CHECK(cluster.issued == 0);

  TestClock clock;
  clock.Advance(2h);
  REQUIRE(identity.Renew());  // the certificate has expired: a new instance
  CHECK(cluster.joins == 2);
}

TEST_CASE("without an identity and a token, nothing is asked") {
  test::SampleBotCluster cluster;
  MemoryDestination storage;
  BotIdentity identity(OptionsWith(""), storage, cluster);
  const auto started = identity.Start();
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == ErrorKind::kBadParameter);
  CHECK(cluster.joins == 0);
}

TEST_CASE("a stored identity is used as it is while the cluster is away") {
  test::SampleBotCluster cluster;
  MemoryDestination storage;
  REQUIRE(BotIdentity(OptionsWith("TOKEN"), storage, cluster).Start());
  cluster.Refuse(kAway);
  BotIdentity identity(OptionsWith("TOKEN"), storage, cluster);
  const auto started = identity.Start().value();
  CHECK_FALSE(started.renewed);
  CHECK(started.reason.message == "the cluster is away");
  CHECK(identity.current() != nullptr);

  cluster.Refuse(std::nullopt);
  CHECK(identity.Renew());
  MemoryDestination empty;
  cluster.Refuse(kAway);
  CHECK(BotIdentity(OptionsWith("TOKEN"), empty, cluster).Start().error().kind == ErrorKind::kConnectionProblem);
}

TEST_CASE("an expired identity, and that of another token, are replaced by joining") {
  test::SampleBotCluster cluster;
  MemoryDestination storage;
  REQUIRE(BotIdentity(OptionsWith("A"), storage, cluster).Start());
  REQUIRE(BotIdentity(OptionsWith("B"), storage, cluster).Start());
  CHECK(cluster.joins == 2);
  TestClock clock;
  clock.Advance(2h);
  REQUIRE(BotIdentity(OptionsWith("B"), storage, cluster).Start());
  CHECK(cluster.joins == 3);
}

TEST_CASE("an identity that expires while the bot runs is replaced by joining") {
  test::SampleBotCluster cluster;
  MemoryDestination storage;
  BotIdentity identity(OptionsWith("TOKEN"), storage, cluster);
  REQUIRE(identity.Start());
  REQUIRE(identity.Kept());
  TestClock clock;
  clock.Advance(2h);
  REQUIRE(identity.Renew());
  CHECK(cluster.joins == 2);
  CHECK(cluster.issued == 0);
  cluster.Refuse(Error{ErrorKind::kAccessDenied, "access denied", {}});
  clock.Advance(2h);
  const Status refused = identity.Renew();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::kAccessDenied);
}

TEST_CASE("an identity that cannot be stored is an error, and is used all the same") {
  test::SampleBotCluster cluster;
  FullDestination storage;
  BotIdentity identity(OptionsWith("TOKEN"), storage, cluster);
  REQUIRE(identity.Start());
  REQUIRE(identity.Kept());
  const std::string before = identity.current()->tls_certificate;
  storage.room = 0;
  CHECK(identity.Renew().error().message == "cannot store the bot's next key: no space left on device");
  CHECK(identity.current()->tls_certificate == before);
  CHECK(cluster.issued == 0);

  storage.room = 1;
  const Status renewed = identity.Renew();
  REQUIRE_FALSE(renewed);
  CHECK(renewed.error().message == "cannot store the bot's identity: no space left on device");
  CHECK(identity.current()->tls_certificate != before);
  CHECK(storage.Read("tlscert").value().Reveal() == before);
}

TEST_CASE("a renewal whose answer is lost asks again with the same key, also after a new start") {
  test::SampleBotCluster cluster;
  MemoryDestination storage;
  BotIdentity identity(OptionsWith("TOKEN"), storage, cluster);
  REQUIRE(identity.Start());
  REQUIRE(identity.Kept());
  CHECK_FALSE(storage.Read("key.next"));

  cluster.loses_answers = true;
  CHECK_FALSE(identity.Renew());
  const std::string begun = storage.Read("key.next").value().Reveal();
  REQUIRE(begun.contains("PRIVATE KEY"));
  CHECK_FALSE(identity.Renew());
  CHECK(storage.Read("key.next").value().Reveal() == begun);

  cluster.loses_answers = false;
  BotIdentity restarted(OptionsWith("TOKEN"), storage, cluster);
  REQUIRE(restarted.Start().value().renewed);
  REQUIRE(restarted.Kept());
  CHECK(restarted.current()->key_pem.Reveal() == begun);
  CHECK(storage.Read("key").value().Reveal() == begun);
  CHECK(storage.Read("key.next").value().empty());
  REQUIRE(restarted.Renew());
  CHECK(restarted.current()->key_pem.Reveal() != begun);
}

TEST_CASE("an identity of a start that cannot be stored is used, and is stored later") {
  test::SampleBotCluster cluster;
  FullDestination storage;
  storage.room = 0;
  BotIdentity identity(OptionsWith("TOKEN"), storage, cluster);
  REQUIRE(identity.Start().value().renewed);
  CHECK(identity.Kept().error().message == "cannot store the bot's identity: no space left on device");
  CHECK(identity.current() != nullptr);
  CHECK_FALSE(storage.Read("tlscert"));

  storage.room = 100;
  REQUIRE(identity.Renew());
  CHECK(storage.Read("tlscert").value().Reveal() == identity.current()->tls_certificate);
}

}  // namespace
}  // namespace sallyport
