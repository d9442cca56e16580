// Tests that watchers of a backend see exactly the committed changes, in order.
#include "libcluster/backend/change_feed.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using Transaction = BackendTransaction;

class Feed {
 public:
  Backend& backend() { return *backend_; }
  std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string> prefixes) {
    return backend_->Watch(std::move(prefixes), [this] { ++woken_; });
  }
  int woken() const { return woken_; }

 private:
  const test::TemporaryDirectory directory_;
  std::unique_ptr<Backend> backend_ = OpenSqliteBackend(directory_ / "state.db").value();
  std::atomic<int> woken_ = 0;
};

// Returns the watcher's changes: "+KEY=VALUE" for a written value, "-KEY=VALUE" for a removed one.
std::vector<std::string> Taken(ChangeWatcher& watcher) {
  std::vector<std::string> texts;
  const auto events = watcher.Take().value();
  for (const auto& event : events) {
    texts.push_back(fmt::format("{}{}={}", event->removed ? "-" : "+", event->item.key, event->item.value));
  }
  return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("a watcher sees what is committed below its prefixes") {
  Feed feed;
  Transaction before;
  before.Put("/role/before", "v");
  REQUIRE(feed.backend().Commit(before));
  const auto watcher = feed.Watch({"/role/", "/user/"});
  const auto all = feed.Watch({"/"});
  Transaction first;
  first.Put("/role/a", "1");
  first.Put("/rolex/a", "1");
  first.Remove("/role/before", true);
  first.Remove("/role/none", false);
  REQUIRE(feed.backend().Commit(first));
  Transaction second;
  second.Create("/user/a", "2");
  REQUIRE(feed.backend().Commit(second));
  CHECK(Taken(*watcher) == Texts{"+/role/a=1", "-/role/before=v", "+/user/a=2"});
  CHECK(Taken(*watcher).empty());
  CHECK(Taken(*all).size() == 4);
}

TEST_CASE("failed commits are not seen") {
  Feed feed;
  const auto watcher = feed.Watch({"/role/"});
  Transaction fails;
  fails.Put("/role/a", "1");
  fails.Remove("/role/none", true);
  CHECK_FALSE(feed.backend().Commit(fails));
  Transaction holds;
  holds.Put("/role/b", "1");
  REQUIRE(feed.backend().Commit(holds));
  CHECK(Taken(*watcher) == Texts{"+/role/b=1"});
}

TEST_CASE("an item that expires is seen to go when it is removed") {
  Feed feed;
  const auto watcher = feed.Watch({"/role/"});
  Transaction put;
  put.Put("/role/a", "1", Now() - std::chrono::seconds(1));
  put.Put("/role/b", "1");
  REQUIRE(feed.backend().Commit(put));
  Taken(*watcher);
  Transaction remove;
  remove.RemoveExpired("/role/a");
  remove.RemoveExpired("/role/b");
  REQUIRE(feed.backend().Commit(remove));
  CHECK(Taken(*watcher) == Texts{"-/role/a=1"});
}

TEST_CASE("a watcher is woken once until it takes") {
  Feed feed;
  const auto watcher = feed.Watch({"/role/"});
  for (const char* key : {"/user/a", "/role/a", "/role/b"}) {
    Transaction put;
    put.Put(key, "1");
    REQUIRE(feed.backend().Commit(put));
  }
  CHECK(feed.woken() == 1);
  CHECK(Taken(*watcher).size() == 2);
  Transaction put;
  put.Put("/role/c", "1");
  REQUIRE(feed.backend().Commit(put));
  CHECK(feed.woken() == 2);
}

TEST_CASE("a watcher that does not take is cut off, and others are not") {
  Feed feed;
  const auto slow = feed.Watch({"/role/"});
  const auto quick = feed.Watch({"/role/"});
  for (int i = 0; i < 20; ++i) {
    Transaction put;
    put.Put("/role/a", std::string(1 << 20, 'x'));
    REQUIRE(feed.backend().Commit(put));
    CHECK(Taken(*quick).size() == 1);
  }
  const auto taken = slow->Take();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().kind == ErrorKind::kLimitExceeded);
  CHECK_FALSE(slow->Take());
}

TEST_CASE("watchers that do not take keep the same events, not copies") {
  Feed feed;
  const auto one = feed.Watch({"/role/"});
  const auto other = feed.Watch({"/role/"});
  Transaction put;
  put.Put("/role/a", std::string(1 << 20, 'x'));
  REQUIRE(feed.backend().Commit(put));
  CHECK(one->Take().value().front() == other->Take().value().front());
}

TEST_CASE("nothing comes to a watcher that is gone") {
  Feed feed;
  feed.Watch({"/role/"}).reset();
  Transaction put;
  put.Put("/role/a", "1");
  REQUIRE(feed.backend().Commit(put));
  CHECK(feed.woken() == 0);
}

}  // namespace
}  // namespace sallyport
