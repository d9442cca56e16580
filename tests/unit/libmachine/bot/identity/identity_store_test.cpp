#include "libmachine/bot/identity/identity_store.h"

#include <catch2/catch.hpp>

#include "libmachine/bot/destination/memory_destination.h"
#include "tests/unit/libmachine/bot/sample_bot_cluster.h"

namespace sallyport {
namespace {

TEST_CASE("an identity is stored in the files of Teleport's tbot") {
  test::SampleBotCluster cluster;
  const BotCredentials credentials = cluster.Joined();
  MemoryDestination storage;
  CHECK_FALSE(LoadBotIdentity(storage, "").value());
  REQUIRE(SaveBotIdentity(storage, credentials, HashOfToken("TOKEN")));

  const auto text = [&](const std::string& name) { return storage.Read(name).value().Reveal(); };
  CHECK(text("key").starts_with("-----BEGIN PRIVATE KEY-----\n"));
  CHECK(text("key").size() == 241);
  CHECK(text("key.pub").size() == 161);
  CHECK(text("tokenhash") == "f98103e9217f099208569d295c1b276f1821348636c268c854bb2a086e0037cd");
  CHECK(text("sshcacerts") == credentials.ssh_authorities[0] + "$" + credentials.ssh_authorities[1]);
  CHECK(text("sshcacerts").size() == 163);
  CHECK(text("tlscacerts") == cluster.host_pem() + "$" + cluster.user_pem());

  const auto loaded = LoadBotIdentity(storage, HashOfToken("TOKEN")).value();
  REQUIRE(loaded);
  CHECK(loaded->tls_certificate == credentials.tls_certificate);
  CHECK(loaded->ssh_authorities == credentials.ssh_authorities);
  CHECK(loaded->tls_authorities == credentials.tls_authorities);
  CHECK(LoadBotIdentity(storage, "").value());
}

TEST_CASE("an identity of another token, or with a missing part, is not used") {
  test::SampleBotCluster cluster;
  MemoryDestination storage;
  REQUIRE(SaveBotIdentity(storage, cluster.Joined(), HashOfToken("A")));
  CHECK(LoadBotIdentity(storage, HashOfToken("B")).error().message ==
        "the stored identity was made with another token");
  const BotFile empty[] = {{"tlscert", Secret()}};
  REQUIRE(storage.Write(empty));
  CHECK_FALSE(LoadBotIdentity(storage, HashOfToken("A")).value());
}

TEST_CASE("files that do not belong together are refused") {
  test::SampleBotCluster cluster;
  MemoryDestination storage;
  REQUIRE(SaveBotIdentity(storage, cluster.Joined(), ""));
  const BotFile other[] = {{"tlscert", Secret(cluster.Joined().tls_certificate)}};
  REQUIRE(storage.Write(other));
  const auto loaded = LoadBotIdentity(storage, "");
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().kind == ErrorKind::kBadParameter);
  CHECK(HashOfToken("").empty());
}

TEST_CASE("the key of a renewal that has begun is kept until the renewal is stored") {
  MemoryDestination storage;
  CHECK(LoadNextKey(storage).value().empty());
  const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  REQUIRE(SaveNextKey(storage, key));
  CHECK(LoadNextKey(storage).value().public_key() == key.public_key());

  // A renewal that cannot be read is not begun again.
  std::vector<BotFile> broken;
  broken.push_back({"key.next", Secret("-----BEGIN PRIVATE KEY-----\nAA")});
  REQUIRE(storage.Write(broken));
  CHECK(LoadNextKey(storage).value().empty());
}

}  // namespace
}  // namespace sallyport
