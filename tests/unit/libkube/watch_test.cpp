#include "libkube/watch.h"

#include <catch2/catch.hpp>

#include "libkube/api.h"
#include "tests/unit/libkube/scripted_api.h"

namespace sallyport {
namespace {

using test::Answering;
using test::Asked;
using test::ScriptedApi;
using Type = KubeEvent::Type;
using namespace std::chrono_literals;

const KubeCollection kWatchedMaps{{"", "v1", "configmaps"}, "a", "app=x"};
constexpr std::string_view kAdded = R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"5"}}})";

// A watch of a server that does as the function says, after the header of the answer.
struct Watched {
  explicit Watched(std::function<void(const Answering&)> script, KubeApiOptions options = {})
      : server([script = std::move(script)](const Asked&, const Answering& answering) {
          answering.BeginWatch();
          script(answering);
          return false;
        }),
        api(KubeApi::Make(server.endpoint(), std::move(options)).value()),
        watch(api->Watch(kWatchedMaps, {"4", 60s}).value()) {}
  ScriptedApi server;
  std::unique_ptr<KubeApi> api;
  std::unique_ptr<KubeWatch> watch;
};

TEST_CASE("a watch asks from where, for whom and for how long") {
  Watched watched([](const Answering& answering) { answering.EndWatch(); });
  CHECK(watched.watch->Next({}).value().type == Type::kEnded);
  CHECK(watched.watch->Next({}).error().message.contains("the watch is over"));
  CHECK(watched.server.asked()[0] ==
        "GET /api/v1/namespaces/a/configmaps?labelSelector=app%3Dx&watch=true&allowWatchBookmarks=true&"
        "resourceVersion=4&timeoutSeconds=60");
}

TEST_CASE("events arrive when they are sent, in whatever pieces") {
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, kAdded.size(), std::size_t{1000}}) {
    Watched watched([step](const Answering& answering) {
      const std::string events = std::string(kAdded) + "\n" + std::string(kAdded) + "\n";
      for (std::size_t at = 0; at < events.size(); at += step) {
        answering.Chunk(std::string_view(events).substr(at, step));
      }
      answering.WaitForClose();
    });
    CAPTURE(step);
    for (int i = 0; i < 2; ++i) {
      const KubeEvent event = watched.watch->Next({}).value();
      CHECK(event.type == Type::kAdded);
      CHECK(MetadataOf(event.object, "resourceVersion") == "5");
    }
    // A silent server is not the end of a watch.
    const Error silent = watched.watch->Next({.time = 20ms}).error();
    CHECK(silent.kind == ErrorKind::kConnectionProblem);
    StopSignal stop;
    stop.Stop();
    CHECK(watched.watch->Next({.stop = &stop}).error().kind == ErrorKind::kInterrupted);
    watched.watch.reset();
  }
}

TEST_CASE("a watch goes on after a time without events") {
  std::atomic<bool> go = false;
  Watched watched([&](const Answering& answering) {
    answering.Chunk(kAdded.substr(0, 20));
    while (!go) std::this_thread::yield();
    answering.Chunk(std::string(kAdded.substr(20)) + "\n");
    answering.EndWatch();
  });
  CHECK_FALSE(watched.watch->Next({.time = 20ms}));
  go = true;
  CHECK(watched.watch->Next({}).value().type == Type::kAdded);
  CHECK(watched.watch->Next({}).value().type == Type::kEnded);
}

TEST_CASE("a state that is gone, said by the answer or by an event") {
  const ScriptedApi server([](const Asked&, const Answering& answering) {
    answering.Refuse(410, "Expired", "too old resource version");
    return true;
  });
  const auto api = KubeApi::Make(server.endpoint()).value();
  const auto refused = api->Watch(kWatchedMaps, {"1"}).value();
  CHECK(refused->Next({}).value().type == Type::kGone);

  Watched watched([](const Answering& answering) {
    answering.Chunk(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})"
                    "\n");
    answering.WaitForClose();
  });
  CHECK(watched.watch->Next({}).value().type == Type::kGone);
  CHECK_FALSE(watched.watch->Next({}));
}

TEST_CASE("a watch that breaks is told from one that ends") {
  Watched broken([](const Answering& answering) { answering.Chunk(std::string(kAdded) + "\n"); });
  CHECK(broken.watch->Next({}));
  CHECK(broken.watch->Next({}).error().kind == ErrorKind::kConnectionProblem);
  CHECK(broken.watch->Next({}).error().message.contains("the watch is over"));

  Watched half([](const Answering& answering) {
    answering.Chunk(kAdded);
    answering.EndWatch();
  });
  CHECK(half.watch->Next({}).error().message.contains("within an event"));
}

TEST_CASE("an event without an end is refused") {
  Watched watched(
      [](const Answering& answering) {
        for (int i = 0; i < 100; ++i) answering.Chunk(std::string(1000, ' '));
        answering.WaitForClose();
      },
      {.max_object_bytes = 50'000});
  CHECK(watched.watch->Next({}).error().kind == ErrorKind::kLimitExceeded);
}

TEST_CASE("a watch that is refused") {
  const ScriptedApi server([](const Asked&, const Answering& answering) {
    answering.Refuse(403, "Forbidden", "no");
    return true;
  });
  const auto api = KubeApi::Make(server.endpoint()).value();
  const Error error = api->Watch(kWatchedMaps, {"1"}).error();
  CHECK(error.kind == ErrorKind::kAccessDenied);
  CHECK(error.message == "cannot watch configmaps of namespace \"a\": no (Forbidden)");
}

}  // namespace
}  // namespace sallyport
