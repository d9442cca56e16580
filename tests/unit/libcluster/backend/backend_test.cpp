#include "libcluster/backend/backend.h"
#include "tests/unit/temporary_directory.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

namespace sallyport {
namespace {

using Transaction = BackendTransaction;

AuditRecord RecordOf(const char* type, const char* id) { return {Now(), type, id, R"({"event":"x"})"}; }

TEST_CASE("conditions of a transaction decide over all of it") {
  const test::TemporaryDirectory dir;
  auto backend = OpenSqliteBackend(dir / "state.db").value();

  Transaction create;
  const auto revision = create.Create("/role/a", "one");
  create.Append(RecordOf("role.created", "1"));
  REQUIRE(backend->Commit(create));
  CHECK(backend->Get("/role/a")->value == "one");
  CHECK(backend->Get("/role/a")->revision == revision);

  Transaction again;
  again.Put("/role/b", "two");
  again.Append(RecordOf("role.created", "2"));
  again.Create("/role/a", "other");
  CHECK(backend->Commit(again).error().kind == ErrorKind::kAlreadyExists);
  CHECK(backend->Get("/role/b").error().kind == ErrorKind::kNotFound);  // the whole transaction failed
  CHECK(backend->Events({.from = Time::min(), .to = Time::max(), .types = {}})->size() == 1);

  Transaction stale;
  stale.Update("/role/a", "three", "not-the-revision");
  CHECK(backend->Commit(stale).error().kind == ErrorKind::kCompareFailed);
  Transaction fresh;
  fresh.Update("/role/a", "three", revision);
  CHECK(backend->Commit(fresh));
  Transaction missing;
  missing.Remove("/role/none", true);
  CHECK(backend->Commit(missing).error().kind == ErrorKind::kNotFound);
}

TEST_CASE("expired items are not there, and their keys are free") {
  const test::TemporaryDirectory dir;
  auto backend = OpenSqliteBackend(dir / "state.db").value();
  Transaction put;
  put.Put("/token/x", "v", Now() - std::chrono::seconds(1));
  put.Put("/token/y", "v", Now() + std::chrono::hours(1));
  REQUIRE(backend->Commit(put));
  CHECK_FALSE(backend->Get("/token/x"));
  CHECK(backend->List("/token/", "", 10)->size() == 1);
  Transaction create;
  create.Create("/token/x", "again");
  CHECK(backend->Commit(create));
}

TEST_CASE("what has expired is removed, and nothing else") {
  const test::TemporaryDirectory dir;
  auto backend = OpenSqliteBackend(dir / "state.db").value();
  Transaction put;
  put.Put("/token/x", "v", Now() - std::chrono::seconds(1));
  put.Put("/token/w", "v", Now() - std::chrono::seconds(2));
  put.Put("/token/y", "v", Now() + std::chrono::hours(1));
  put.Put("/token/z", "v");
  REQUIRE(backend->Commit(put));
  const auto expired = backend->Expired(10).value();
  REQUIRE(expired.size() == 2);
  CHECK(expired[0].key == "/token/w");
  CHECK(expired[1].key == "/token/x");
  CHECK(expired[1].value == "v");
  CHECK(backend->Expired(1)->size() == 1);
  Transaction again;
  again.Put("/token/w", "written again");
  REQUIRE(backend->Commit(again));
  Transaction remove;
  for (const char* key : {"/token/w", "/token/x", "/token/y", "/token/z", "/token/none"}) remove.RemoveExpired(key);
  REQUIRE(backend->Commit(remove));
  CHECK(backend->Expired(10)->empty());
  CHECK(backend->List("/token/", "", 10)->size() == 3);
}

TEST_CASE("lists are ordered, bounded and resumable") {
  const test::TemporaryDirectory dir;
  auto backend = OpenSqliteBackend(dir / "state.db").value();
  Transaction put;
  for (int i = 0; i < 25; ++i) put.Put(fmt::format("/role/{:02}", i), std::to_string(i));
  put.Put("/rolex/1", "no");
  REQUIRE(backend->Commit(put));
  std::vector<std::string> keys;
  std::string after;
  while (true) {
    const auto page = backend->List("/role/", after, 10).value();
    if (page.empty()) break;
    for (const auto& item : page) keys.push_back(item.key);
    after = keys.back();
  }
  CHECK(keys.size() == 25);
  CHECK(std::ranges::is_sorted(keys));
}

TEST_CASE("what was committed is there after reopening, in a file only its owner reads") {
  const test::TemporaryDirectory dir;
  {
    auto backend = OpenSqliteBackend(dir / "state.db").value();
    Transaction put;
    put.Put("/a", std::string("\0binary\xff", 8));
    REQUIRE(backend->Commit(put));
  }
  struct stat info{};
  REQUIRE(::stat((dir / "state.db").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  auto backend = OpenSqliteBackend(dir / "state.db").value();
  CHECK(backend->Get("/a")->value == std::string("\0binary\xff", 8));
}

TEST_CASE("concurrent writers of one key: exactly one create wins, readers see their own writes") {
  const test::TemporaryDirectory dir;
  auto backend = OpenSqliteBackend(dir / "state.db").value();
  std::atomic<int> created = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        Transaction create;
        create.Create(fmt::format("/key/{}", i), std::to_string(t));
        if (backend->Commit(std::move(create))) {
          ++created;
          if (backend->Get(fmt::format("/key/{}", i))->value != std::to_string(t)) ++lost;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(created == 20);
  CHECK(lost == 0);
}

}  // namespace
}  // namespace sallyport
