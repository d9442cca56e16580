#include "libcluster/auth/audit/audit_queue.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "libbase/secret.h"
#include "libcluster/backend/change_feed.h"

namespace sallyport {
namespace {

// A backend whose disk can be full.
class Disk : public Backend {
 public:
  Result<BackendItem> Get(std::string_view) override { return Fail(ErrorKind::kNotFound, "nothing"); }
  Result<std::vector<BackendItem>> List(std::string_view, std::string_view, std::size_t) override {
    return std::vector<BackendItem>();
  }
  Result<std::vector<BackendItem>> Expired(std::size_t) override { return std::vector<BackendItem>(); }
  Status Commit(BackendTransaction transaction) override {
    ++tries;
    if (full) return Fail(ErrorKind::kConnectionProblem, "full");
    const std::lock_guard lock(mutex);
    for (const auto& record : transaction.records()) written.push_back(record.json);
    return {};
  }
  std::shared_ptr<ChangeWatcher> Watch(std::vector<std::string>, std::function<void()>) override { return nullptr; }
  Result<std::vector<std::pair<std::int64_t, AuditRecord>>> Events(const AuditQuery&) override {
    return std::vector<std::pair<std::int64_t, AuditRecord>>();
  }
  EventLog& event_log() override { std::abort(); }

  std::size_t size() {
    const std::lock_guard lock(mutex);
    return written.size();
  }

  std::atomic<bool> full = false;
  std::atomic<int> tries = 0;
  std::mutex mutex;
  std::vector<std::string> written;
};

AuditRecord Record(int number) { return {Now(), "x", RandomUuid(), std::to_string(number)}; }

void Until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  REQUIRE(condition());
}

TEST_CASE("unwritten events are kept in order, and no others are accepted before they are written") {
  Disk disk;
  AuditQueue queue(disk);
  CHECK(queue.Accepts());
  disk.full = true;
  for (int i = 0; i < 5000; ++i) REQUIRE(queue.Push(Record(i)));
  Until([&] { return !queue.Accepts(); });
  Until([&] { return disk.tries > 2; });
  CHECK(disk.size() == 0);
  disk.full = false;
  Until([&] { return queue.Accepts() && disk.size() == 5000; });
  for (int i = 0; i < 5000; ++i) REQUIRE(disk.written[static_cast<std::size_t>(i)] == std::to_string(i));
}

TEST_CASE("an event that failed with its change refuses the next at once") {
  Disk disk;
  disk.full = true;
  AuditQueue queue(disk);
  REQUIRE(queue.Keep(Record(1)));
  CHECK_FALSE(queue.Accepts());
  disk.full = false;
  Until([&] { return queue.Accepts(); });
  CHECK(disk.size() == 1);
}

TEST_CASE("the size of kept events has a limit") {
  Disk disk;
  disk.full = true;
  AuditQueue queue(disk);
  AuditRecord large = Record(1);
  large.json.assign(8 << 20, 'x');
  int kept = 0;
  while (kept < 100 && queue.Push(large)) ++kept;
  CHECK(kept >= 7);
  CHECK(kept < 12);
  disk.full = false;
}

TEST_CASE("a queue writes its events at its end, and does not wait forever for a full disk") {
  Disk disk;
  {
    AuditQueue queue(disk);
    for (int i = 0; i < 10; ++i) REQUIRE(queue.Push(Record(i)));
  }
  CHECK(disk.size() == 10);
  disk.full = true;
  const auto began = std::chrono::steady_clock::now();
  {
    AuditQueue queue(disk);
    REQUIRE(queue.Push(Record(1)));
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(4));
}

}  // namespace
}  // namespace sallyport
