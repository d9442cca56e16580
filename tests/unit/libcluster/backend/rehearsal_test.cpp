#include "libcluster/backend/rehearsal.h"

#include <catch2/catch.hpp>

#include "libcluster/backend/change_counter.h"
#include "libcluster/backend/change_feed.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using Transaction = BackendTransaction;

struct RehearsalFixture {
  RehearsalFixture() {
    Transaction start;
    for (const char* key : {"/r/a", "/r/c", "/r/e"}) start.Put(key, "old");
    REQUIRE(backend->Commit(start));
  }
  static std::string KeysOf(Backend& of, std::string_view after = "", std::size_t limit = 100) {
    std::string keys;
    const auto items = of.List("/r/", after, limit).value();
    for (const auto& item : items) keys += item.key.substr(3) + "=" + item.value + " ";
    return keys;
  }
  std::string Keys(std::string_view after = "", std::size_t limit = 100) { return KeysOf(rehearsal, after, limit); }
  const test::TemporaryDirectory dir;
  const std::unique_ptr<Backend> backend = OpenSqliteBackend(dir / "state.db").value();
  Rehearsal rehearsal{*backend, 1000};
};

TEST_CASE("only the rehearsal sees its changes") {
  RehearsalFixture fixture;
  Transaction changes;
  changes.Put("/r/a", "new");
  changes.Create("/r/b", "new");
  changes.Remove("/r/c", true);
  REQUIRE(fixture.rehearsal.Commit(changes));
  CHECK(fixture.Keys() == "a=new b=new e=old ");
  CHECK(fixture.rehearsal.Get("/r/a")->value == "new");
  CHECK(fixture.rehearsal.Get("/r/c").error().kind == ErrorKind::kNotFound);
  CHECK(RehearsalFixture::KeysOf(*fixture.backend) == "a=old c=old e=old ");

  Transaction elsewhere;
  elsewhere.Put("/r/e", "newer");
  REQUIRE(fixture.backend->Commit(elsewhere));
  CHECK(fixture.Keys() == "a=new b=new e=newer ");
}

TEST_CASE("a rehearsal does not say what changes: its watchers read anew each time") {
  RehearsalFixture fixture;
  const auto watcher = fixture.rehearsal.Watch({"/r/"}, [] {});
  CHECK(watcher->Take().error().kind == ErrorKind::kLimitExceeded);
  ChangeCounter counter(fixture.rehearsal, {"/r/"});
  const std::uint64_t first = counter.Count();
  CHECK(counter.Count() > first);
}

TEST_CASE("conditions hold in a rehearsal, over what it has changed") {
  RehearsalFixture fixture;
  const auto failure = [&](auto&& change) {
    Transaction transaction;
    change(transaction);
    transaction.Put("/r/beside", "new");
    const Status status = fixture.rehearsal.Commit(transaction);
    return status ? ErrorKind::kInternal : status.error().kind;
  };
  CHECK(failure([](Transaction& t) { t.Create("/r/a", "x"); }) == ErrorKind::kAlreadyExists);
  CHECK(failure([](Transaction& t) { t.Remove("/r/b", true); }) == ErrorKind::kNotFound);
  CHECK(failure([](Transaction& t) { t.Update("/r/a", "x", "another revision"); }) == ErrorKind::kCompareFailed);
  CHECK(failure([](Transaction& t) { t.Update("/r/b", "x", "any"); }) == ErrorKind::kNotFound);
  CHECK(fixture.Keys() == "a=old c=old e=old ");  // the whole transaction failed

  Transaction removal;
  removal.Remove("/r/a", true);
  REQUIRE(fixture.rehearsal.Commit(removal));
  CHECK(failure([](Transaction& t) { t.Remove("/r/a", true); }) == ErrorKind::kNotFound);
  Transaction creation;
  const std::string revision = creation.Create("/r/a", "again");
  REQUIRE(fixture.rehearsal.Commit(creation));
  Transaction update;
  update.Update("/r/a", "more", revision);
  CHECK(fixture.rehearsal.Commit(update));
}

TEST_CASE("pages of a rehearsal are whole") {
  RehearsalFixture fixture;
  Transaction changes;
  changes.Remove("/r/a", true);
  changes.Put("/r/b", "new");
  changes.Put("/r/z", "new");
  changes.Put("/s/other", "new");
  REQUIRE(fixture.rehearsal.Commit(changes));
  CHECK(fixture.Keys("", 1) == "b=new ");
  CHECK(fixture.Keys("/r/b", 1) == "c=old ");
  CHECK(fixture.Keys("/r/c", 1) == "e=old ");
  CHECK(fixture.Keys("/r/e", 1) == "z=new ");
  CHECK(fixture.Keys("/r/z", 1).empty());
}

TEST_CASE("a rehearsal has a limit, and what has expired is not in it") {
  RehearsalFixture fixture;
  Transaction large;
  large.Put("/r/large", std::string(1001, 'x'));
  CHECK(fixture.rehearsal.Commit(large).error().kind == ErrorKind::kLimitExceeded);
  Transaction expired;
  expired.Put("/r/b", "new", Now() - std::chrono::seconds(1));
  REQUIRE(fixture.rehearsal.Commit(expired));
  CHECK(fixture.Keys() == "a=old c=old e=old ");
  CHECK_FALSE(fixture.rehearsal.Get("/r/b"));
}

}  // namespace
}  // namespace sallyport
