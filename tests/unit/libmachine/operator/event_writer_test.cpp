#include "libmachine/operator/event_writer.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace sallyport {
namespace {

using namespace std::chrono_literals;

// A place for Events, which may refuse them.
struct Written {
  Status Take(const Value& event) {
    const MutexLock lock(mutex);
    if (refuses) return Fail(ErrorKind::kConnectionProblem, "away");
    numbers.push_back(event.as_int());
    return {};
  }
  std::vector<std::int64_t> Numbers() {
    const MutexLock lock(mutex);
    return numbers;
  }

  Mutex mutex;
  std::vector<std::int64_t> numbers GUARDED_BY(mutex);
  std::atomic<bool> refuses = false;
};

// Waits until a condition holds, for ten seconds at most.
bool Comes(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

TEST_CASE("Events are written in their order, and what waits at the end too") {
  Written written;
  EventWriter writer([&](const Value& event) { return written.Take(event); }, [] { return false; });
  for (int number = 0; number < 3; ++number) writer.Add(number);
  writer.Close();
  writer.Run();
  CHECK(written.Numbers() == std::vector<std::int64_t>{0, 1, 2});
}

TEST_CASE("Events wait for other work, but not for ever") {
  Written written;
  std::atomic<bool> busy = true;
  EventWriter::Limits limits;
  limits.look = 1ms;
  limits.patience = 1h;
  EventWriter patient([&](const Value& event) { return written.Take(event); }, [&] { return busy.load(); }, limits);
  std::thread first([&] { patient.Run(); });
  patient.Add(1);
  std::this_thread::sleep_for(30ms);
  CHECK(written.Numbers().empty());
  busy = false;
  CHECK(Comes([&] { return written.Numbers().size() == 1; }));
  patient.Close();
  first.join();

  limits.patience = 20ms;
  EventWriter hasty([&](const Value& event) { return written.Take(event); }, [] { return true; }, limits);
  std::thread second([&] { hasty.Run(); });
  hasty.Add(2);
  CHECK(Comes([&] { return written.Numbers().size() == 2; }));
  hasty.Close();
  second.join();
}

TEST_CASE("the oldest of too many Events is dropped, and a refused Event stops no other") {
  Written written;
  EventWriter::Limits limits;
  limits.most = 2;
  EventWriter writer([&](const Value& event) { return written.Take(event); }, [] { return false; }, limits);
  for (int number = 0; number < 5; ++number) writer.Add(number);
  std::thread thread([&] { writer.Run(); });
  CHECK(Comes([&] { return written.Numbers() == std::vector<std::int64_t>{3, 4}; }));

  written.refuses = true;
  writer.Add(5);
  std::this_thread::sleep_for(30ms);
  written.refuses = false;
  writer.Add(6);
  CHECK(Comes([&] { return written.Numbers() == std::vector<std::int64_t>{3, 4, 6}; }));
  writer.Close();
  thread.join();
}

TEST_CASE("an end does not wait for a place that takes nothing in time") {
  EventWriter::Limits limits;
  limits.last = 10ms;
  int tried = 0;
  EventWriter writer(
      [&](const Value&) -> Status {
        ++tried;
        std::this_thread::sleep_for(20ms);
        return Fail(ErrorKind::kConnectionProblem, "away");
      },
      [] { return false; }, limits);
  for (int number = 0; number < 100; ++number) writer.Add(number);
  writer.Close();
  writer.Run();
  CHECK(tried <= 2);
}

}  // namespace
}  // namespace sallyport
