#include "libcluster/backend/followed.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "libcluster/backend/backend.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using Transaction = BackendTransaction;

struct FollowedFixture {
  void Put(const std::string& key, const std::string& text) {
    Transaction change;
    change.Put(key, text);
    REQUIRE(backend->Commit(change));
  }
  const test::TemporaryDirectory dir;
  const std::unique_ptr<Backend> backend = OpenSqliteBackend(dir / "state.db").value();
  std::atomic<int> reads = 0;
  Followed<std::string> value{*backend, {"/v/"}, [this]() -> Result<std::string> {
                                ++reads;
                                ASSIGN_OR_RETURN(const auto item, backend->Get("/v/a"));
                                return item.value;
                              }};
};

TEST_CASE("a followed value is read once for each change") {
  FollowedFixture fixture;
  fixture.Put("/v/a", "one");
  CHECK(**fixture.value.Get() == "one");
  fixture.Put("/w/a", "elsewhere");
  CHECK(**fixture.value.Get() == "one");
  CHECK(fixture.reads == 1);
  fixture.Put("/v/a", "two");
  CHECK(**fixture.value.Get() == "two");
  CHECK(fixture.reads == 2);
}

TEST_CASE("a value that cannot be read is an error, and never the one before") {
  FollowedFixture fixture;
  CHECK(fixture.value.Get().error().kind == ErrorKind::kNotFound);
  fixture.Put("/v/a", "one");
  REQUIRE(fixture.value.Get());
  Transaction removal;
  removal.Remove("/v/a", true);
  REQUIRE(fixture.backend->Commit(removal));
  CHECK(fixture.value.Get().error().kind == ErrorKind::kNotFound);
}

TEST_CASE("a thread that changes a followed value gets its own change") {
  FollowedFixture fixture;
  fixture.Put("/v/a", "0");
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) std::ignore = fixture.value.Get();
    });
  }

  int older = 0;
  for (int n = 1; n <= 50; ++n) {
    Transaction change;
    change.Put("/v/a", std::to_string(n));
    if (!fixture.backend->Commit(change) || **fixture.value.Get() != std::to_string(n)) ++older;
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  CHECK(older == 0);
}

}  // namespace
}  // namespace sallyport
