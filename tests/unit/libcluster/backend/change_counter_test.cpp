#include "libcluster/backend/change_counter.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "libbase/error.h"
#include "libcluster/backend/backend.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using Transaction = BackendTransaction;

struct CounterFixture {
  void Put(const std::string& key, std::size_t bytes = 1) {
    Transaction change;
    change.Put(key, std::string(bytes, 'x'));
    REQUIRE(backend->Commit(change));
  }
  const test::TemporaryDirectory dir;
  const std::unique_ptr<Backend> backend = OpenSqliteBackend(dir / "state.db").value();
};

TEST_CASE("a counter stays while nothing below its keys changes") {
  CounterFixture fixture;
  ChangeCounter counter(*fixture.backend, {"/locks/", "/roles/"});
  const std::uint64_t before = counter.Count();
  CHECK(counter.Count() == before);
  fixture.Put("/users/a");
  fixture.Put("/lock");
  CHECK(counter.Count() == before);
}

TEST_CASE("a counter is higher as soon as a commit returns") {
  CounterFixture fixture;
  ChangeCounter counter(*fixture.backend, {"/locks/", "/roles/"});
  std::uint64_t last = counter.Count();
  for (const char* key : {"/locks/a", "/roles/b", "/locks/a"}) {
    fixture.Put(key);
    const std::uint64_t now = counter.Count();
    CHECK(now > last);
    last = now;
  }

  Transaction removal;
  removal.Remove("/locks/a", true);
  REQUIRE(fixture.backend->Commit(removal));
  CHECK(counter.Count() > last);
}

TEST_CASE("a counter notices changes that came while nobody asked, however many") {
  CounterFixture fixture;
  ChangeCounter counter(*fixture.backend, {"/locks/"});
  const std::uint64_t before = counter.Count();
  for (int i = 0; i < 40; ++i) fixture.Put("/locks/large", 1 << 20);
  const std::uint64_t after = counter.Count();
  CHECK(after > before);
  CHECK(counter.Count() == after);
  fixture.Put("/locks/large");
  CHECK(counter.Count() > after);
}

TEST_CASE("threads that commit see their own change counted") {
  CounterFixture fixture;
  ChangeCounter counter(*fixture.backend, {"/locks/"});
  std::vector<std::thread> threads;
  std::atomic<int> unseen = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 20; ++n) {
        const std::uint64_t before = counter.Count();
        Transaction change;
        change.Put(fmt::format("/locks/{}", i), "x");
        if (!fixture.backend->Commit(change) || counter.Count() <= before) ++unseen;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(unseen == 0);
}

}  // namespace
}  // namespace sallyport
