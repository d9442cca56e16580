#include "libcluster/backend/rehearsal.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using Transaction = BackendTransaction;

struct Fixture {
  Fixture() {
    Transaction start;
    for (const char* key : {"/r/a", "/r/c", "/r/e"}) start.Put(key, "old");
    REQUIRE(backend.Commit(start));
  }
  std::string Keys(std::string_view after = "", std::size_t limit = 100) {
    std::string keys;
    const auto items = backend.List("/r/", after, limit).value();
    for (const auto& item : items) keys += item.key.substr(3) + "=" + item.value + " ";
    return keys;
  }
  const test::TemporaryDirectory dir;
  RehearsingBackend backend{OpenSqliteBackend(dir / "state.db").value()};
  Rehearsal rehearsal{1000};
};

TEST_CASE("what is rehearsed is there for the rehearsal alone") {
  Fixture fixture;
  {
    const RehearsalScope scope(fixture.rehearsal);
    CHECK(RehearsalScope::Active());
    Transaction changes;
    changes.Put("/r/a", "new");
    changes.Create("/r/b", "new");
    changes.Remove("/r/c", true);
    REQUIRE(fixture.backend.Commit(changes));
    CHECK(fixture.Keys() == "a=new b=new e=old ");
    CHECK(fixture.backend.Get("/r/a")->value == "new");
    CHECK(fixture.backend.Get("/r/c").error().kind == ErrorKind::kNotFound);
    std::string elsewhere;
    std::thread([&] { elsewhere = fixture.Keys(); }).join();
    CHECK(elsewhere == "a=old c=old e=old ");
  }
  CHECK_FALSE(RehearsalScope::Active());
  CHECK(fixture.Keys() == "a=old c=old e=old ");
  const RehearsalScope again(fixture.rehearsal);
  CHECK(fixture.Keys() == "a=new b=new e=old ");
}

TEST_CASE("conditions hold in a rehearsal, over what it has changed") {
  Fixture fixture;
  const RehearsalScope scope(fixture.rehearsal);
  const auto failure = [&](auto&& change) {
    Transaction transaction;
    change(transaction);
    transaction.Put("/r/beside", "new");
    const Status status = fixture.backend.Commit(transaction);
    return status ? ErrorKind::kInternal : status.error().kind;
  };
  CHECK(failure([](Transaction& t) { t.Create("/r/a", "x"); }) == ErrorKind::kAlreadyExists);
  CHECK(failure([](Transaction& t) { t.Remove("/r/b", true); }) == ErrorKind::kNotFound);
  CHECK(failure([](Transaction& t) { t.Update("/r/a", "x", "another revision"); }) == ErrorKind::kCompareFailed);
  CHECK(failure([](Transaction& t) { t.Update("/r/b", "x", "any"); }) == ErrorKind::kNotFound);
  CHECK(fixture.Keys() == "a=old c=old e=old ");  // none of it, not even what stood beside

  Transaction removal;
  removal.Remove("/r/a", true);
  REQUIRE(fixture.backend.Commit(removal));
  CHECK(failure([](Transaction& t) { t.Remove("/r/a", true); }) == ErrorKind::kNotFound);
  Transaction creation;
  const std::string revision = creation.Create("/r/a", "again");
  REQUIRE(fixture.backend.Commit(creation));
  Transaction update;
  update.Update("/r/a", "more", revision);
  CHECK(fixture.backend.Commit(update));
}

TEST_CASE("pages of a rehearsal are whole") {
  Fixture fixture;
  const RehearsalScope scope(fixture.rehearsal);
  Transaction changes;
  changes.Remove("/r/a", true);
  changes.Put("/r/b", "new");
  changes.Put("/r/z", "new");
  changes.Put("/s/other", "new");
  REQUIRE(fixture.backend.Commit(changes));
  CHECK(fixture.Keys("", 1) == "b=new ");
  CHECK(fixture.Keys("/r/b", 1) == "c=old ");
  CHECK(fixture.Keys("/r/c", 1) == "e=old ");
  CHECK(fixture.Keys("/r/e", 1) == "z=new ");
  CHECK(fixture.Keys("/r/z", 1).empty());
}

TEST_CASE("a rehearsal has a limit, and what has expired is not in it") {
  Fixture fixture;
  const RehearsalScope scope(fixture.rehearsal);
  Transaction large;
  large.Put("/r/large", std::string(1001, 'x'));
  CHECK(fixture.backend.Commit(large).error().kind == ErrorKind::kLimitExceeded);
  Transaction expired;
  expired.Put("/r/b", "new", Now() - std::chrono::seconds(1));
  REQUIRE(fixture.backend.Commit(expired));
  CHECK(fixture.Keys() == "a=old c=old e=old ");
  CHECK_FALSE(fixture.backend.Get("/r/b"));
}

}  // namespace
}  // namespace sallyport
