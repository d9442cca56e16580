#include "libkube/informer.h"

#include <catch2/catch.hpp>
#include <condition_variable>

#include "tests/unit/libkube/scripted_api.h"

namespace sallyport {
namespace {

using test::Answering;
using test::Asked;
using test::ScriptedApi;
using namespace std::chrono_literals;

std::string Object(const std::string& name, const std::string& uid, int version) {
  return fmt::format(R"({{"metadata":{{"namespace":"a","name":"{}","uid":"{}","resourceVersion":"{}"}}}})", name, uid,
                     version);
}

std::string ListOf(int version, const std::vector<std::string>& objects, const std::string& next = "") {
  return fmt::format(R"({{"metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})", version, next,
                     fmt::join(objects, ","));
}

std::string Event(const std::string& type, const std::string& object) {
  return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
}

// An informer in a thread, and what its handlers were told: "+name/version", "-name/uid", "synced".
class Following {
 public:
  explicit Following(const ScriptedApi& server)
      : api_(KubeApi::Make(server.endpoint()).value()),
        informer_(*api_, {{"", "v1", "configmaps"}, "a"},
                  {[this](const Value& object) {
                     Say("+" + MetadataOf(object, "name") + "/" + MetadataOf(object, "resourceVersion"));
                   },
                   [this](const KubeObjectId& id) { Say("-" + id.name + "/" + id.uid); }, [this] { Say("synced"); }},
                  {.first_pause = 1ms, .longest_pause = 5ms}),
        thread_([this] { informer_.Run(stop_); }) {}
  ~Following() {
    stop_.Stop();
    thread_.join();
  }
  // Waits until so much was said, and returns all of it.
  std::vector<std::string> Wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return said_.size() >= count; });
    return said_;
  }

 private:
  void Say(std::string text) {
    const std::lock_guard lock(mutex_);
    said_.push_back(std::move(text));
    changed_.notify_all();
  }

  std::unique_ptr<KubeApi> api_;
  StopSignal stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> said_;
  KubeInformer informer_;
  std::thread thread_;
};

using Texts = std::vector<std::string>;

// Waits until the server was asked for a watch from a version.
bool WaitForWatch(const ScriptedApi& server, const std::string& version) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < end) {
    for (const auto& asked : server.asked()) {
      if (asked.target.contains("watch=true") && asked.target.contains("resourceVersion=" + version + "&")) return true;
    }
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

TEST_CASE("what there is, then what changes") {
  const ScriptedApi server([](const Asked& asked, const Answering& answering) {
    if (asked.target.contains("watch=true")) {
      answering.BeginWatch();
      answering.Chunk(Event("ADDED", Object("c", "u3", 11)) + Event("MODIFIED", Object("a", "u1", 12)));
      answering.Chunk(Event("DELETED", Object("b", "u2", 13)) +
                      Event("BOOKMARK", R"({"metadata":{"resourceVersion":"20"}})"));
      answering.WaitForClose();
    } else if (asked.target.contains("continue=n")) {
      answering.Answer(200, ListOf(10, {Object("b", "u2", 2)}));
    } else {
      answering.Answer(200, ListOf(10, {Object("a", "u1", 1)}, "n"));
    }
    return !asked.target.contains("watch=true");
  });
  Following following(server);
  CHECK(following.Wait(6) == Texts{"+a/1", "+b/2", "synced", "+c/11", "+a/12", "-b/u2"});
  CHECK(WaitForWatch(server, "10"));
}

TEST_CASE("after a broken watch it goes on where it was, and repeats nothing") {
  std::atomic<int> watches = 0;
  const ScriptedApi server([&](const Asked& asked, const Answering& answering) {
    if (!asked.target.contains("watch=true")) {
      answering.Answer(200, ListOf(10, {Object("a", "u1", 1)}));
      return true;
    }
    switch (++watches) {
      case 1:  // breaks within an event
        answering.BeginWatch();
        answering.Chunk(Event("MODIFIED", Object("a", "u1", 11)) + "{\"type\":\"MOD");
        return false;
      case 2:
        answering.Refuse(503, "ServiceUnavailable", "starting");
        return false;
      case 3:  // ends in order, after it repeats the last state
        answering.BeginWatch();
        answering.Chunk(Event("MODIFIED", Object("a", "u1", 11)) +
                        Event("BOOKMARK", R"({"metadata":{"resourceVersion":"15"}})"));
        answering.EndWatch();
        return false;
      default:
        answering.BeginWatch();
        answering.Chunk(Event("MODIFIED", Object("a", "u1", 16)));
        answering.WaitForClose();
        return false;
    }
  });
  Following following(server);
  CHECK(following.Wait(4) == Texts{"+a/1", "synced", "+a/11", "+a/16"});
  Texts targets;
  for (const auto& asked : server.asked()) {
    const auto at = asked.target.find("resourceVersion=");
    targets.push_back(at == std::string::npos ? "list" : asked.target.substr(at, asked.target.find('&', at) - at));
  }
  CHECK(targets ==
        Texts{"list", "resourceVersion=10", "resourceVersion=11", "resourceVersion=11", "resourceVersion=15"});
}

TEST_CASE("when the server has forgotten, the list tells what was missed") {
  std::atomic<int> lists = 0;
  std::atomic<int> watches = 0;
  const ScriptedApi server([&](const Asked& asked, const Answering& answering) {
    if (!asked.target.contains("watch=true")) {
      // a stays, b changes, c goes, d comes, e is another object of the same name.
      answering.Answer(200, ++lists == 1 ? ListOf(10, {Object("a", "u1", 1), Object("b", "u2", 2), Object("c", "u3", 3),
                                                       Object("e", "u5", 5)})
                                         : ListOf(30, {Object("a", "u1", 1), Object("b", "u2", 22),
                                                       Object("d", "u4", 24), Object("e", "u6", 26)}));
      return true;
    }
    if (++watches == 1) {
      answering.Refuse(410, "Expired", "too old");
      return true;
    }
    answering.BeginWatch();
    answering.WaitForClose();
    return false;
  });
  Following following(server);
  following.Wait(10);
  CHECK(WaitForWatch(server, "30"));
  CHECK(following.Wait(10) ==
        Texts{"+a/1", "+b/2", "+c/3", "+e/5", "synced", "+b/22", "+d/24", "-e/u5", "+e/26", "-c/u3"});
}

TEST_CASE("a list that fails is tried again until the stop") {
  std::atomic<int> lists = 0;
  const ScriptedApi server([&](const Asked& asked, const Answering& answering) {
    if (asked.target.contains("watch=true")) {
      answering.BeginWatch();
      answering.WaitForClose();
      return false;
    }
    switch (++lists) {
      case 1:
        answering.Refuse(403, "Forbidden", "not yet");
        return true;
      case 2:
        return false;
      case 3:
        answering.Answer(200, ListOf(9, {Object("a", "u1", 1)}, "n"));
        return true;
      case 4:
        answering.Refuse(410, "Expired", "too old");
        return true;
      default:
        answering.Answer(200, ListOf(10, {}));
        return true;
    }
  });
  Following following(server);
  CHECK(following.Wait(3) == Texts{"+a/1", "-a/u1", "synced"});
}

TEST_CASE("a watch that the server ends at once is not asked for without a pause") {
  std::atomic<int> watches = 0;
  const ScriptedApi server([&](const Asked& asked, const Answering& answering) {
    if (!asked.target.contains("watch=true")) {
      answering.Answer(200, ListOf(10, {}));
    } else {
      ++watches;
      answering.BeginWatch();
      answering.EndWatch();
    }
    return true;
  });
  const auto api = KubeApi::Make(server.endpoint()).value();
  KubeInformer informer(*api, {{"", "v1", "configmaps"}, "a"}, {[](const Value&) {}, [](const KubeObjectId&) {}, {}},
                        {.first_pause = 10s, .longest_pause = 10s});
  StopSignal stop;
  std::thread thread([&] { informer.Run(stop); });
  while (watches == 0) std::this_thread::yield();
  std::this_thread::sleep_for(50ms);  // a server without a pause would have been asked hundreds of times
  stop.Stop();
  thread.join();
  CHECK(watches == 1);
}

}  // namespace
}  // namespace sallyport
