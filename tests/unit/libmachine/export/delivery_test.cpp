#include "libmachine/export/delivery.h"

#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <thread>

namespace sallyport {
namespace {

// Counts the requests under way, and refuses those of some events a few times.
class CountingSink : public EventSink {
 public:
  std::map<std::string, int> refusals;  // by event: how often it is refused
  std::chrono::seconds asked{0};        // by a refusal

  std::size_t most_events() const override { return 1; }

  Status Send(const std::string& url, std::span<const ExportedEvent> events, std::chrono::seconds& retry) override {
    return Begin(url, events)->Wait(retry);
  }

  std::unique_ptr<PendingSend> Begin(const std::string&, std::span<const ExportedEvent> events) override {
    const std::lock_guard lock(mutex_);
    most_ = std::max(most_, ++under_way_);
    return std::make_unique<Pending>(*this, events.front().id);
  }

  std::map<std::string, int> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }
  int most() const {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  struct Pending : PendingSend {
    Pending(CountingSink& sink_in, std::string id_in) : sink(sink_in), id(std::move(id_in)) {}
    Status Wait(std::chrono::seconds& retry) override { return sink.Answer(id, retry); }
    CountingSink& sink;
    std::string id;
  };

  Status Answer(const std::string& id, std::chrono::seconds& retry) {
    const std::lock_guard lock(mutex_);
    --under_way_;
    if (refusals[id] > 0) {
      --refusals[id];
      retry = asked;
      return Fail(ErrorKind::kLimitExceeded, "not now");
    }
    ++taken_[id];
    return {};
  }

  mutable std::mutex mutex_;
  std::map<std::string, int> taken_;
  int under_way_ = 0;
  int most_ = 0;
};

std::vector<ExportedEvent> EventsNamed(int count) {
  std::vector<ExportedEvent> events;
  for (int i = 0; i < count; ++i) {
    ExportedEvent& event = events.emplace_back();
    event.id = std::to_string(i);
    event.type = "user.login";
    event.json = "{}";
  }
  return events;
}

TEST_CASE("every event is delivered once, with a bounded number of requests under way") {
  CountingSink sink;
  StopSignal stop;
  ExportProgress progress{Time()};
  Delivery delivery(sink, progress, stop);
  const auto events = EventsNamed(200);
  for (const int at_once : {1, 3, 10}) {
    CAPTURE(at_once);
    const int before = sink.taken().empty() ? 0 : sink.taken().begin()->second;
    REQUIRE(delivery.DeliverAll("https://sink/log", events, at_once));
    CHECK(sink.most() <= at_once);
    const auto taken = sink.taken();
    CHECK(taken.size() == events.size());
    for (const auto& [id, times] : taken) CHECK(times == before + 1);
  }
  CHECK(sink.most() > 2);
  CHECK(progress.delivered() == 600);
}

TEST_CASE("a refused event is sent again, and the others arrive once") {
  CountingSink sink;
  sink.refusals = {{"0", 2}, {"7", 1}, {"19", 1}};
  StopSignal stop;
  ExportProgress progress{Time()};
  Delivery delivery(sink, progress, stop, std::chrono::milliseconds(1));
  REQUIRE(delivery.DeliverAll("https://sink/log", EventsNamed(20), 4));
  const auto taken = sink.taken();
  CHECK(taken.size() == 20);
  for (const auto& [id, times] : taken) CHECK(times == 1);
}

TEST_CASE("a delivery ends at the stop although the sink refuses everything") {
  CountingSink sink;
  sink.asked = std::chrono::seconds(200);
  for (int i = 0; i < 20; ++i) sink.refusals[std::to_string(i)] = 1000;
  StopSignal stop;
  ExportProgress progress{Time()};
  Delivery delivery(sink, progress, stop);
  std::thread stopping([&] { stop.Stop(); });
  const Status done = delivery.DeliverAll("https://sink/log", EventsNamed(20), 4);
  stopping.join();
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == ErrorKind::kInterrupted);
}

}  // namespace
}  // namespace sallyport
