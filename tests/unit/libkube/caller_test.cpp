#include "libkube/caller.h"

#include <catch2/catch.hpp>

#include "libkube/api.h"
#include "tests/unit/libkube/scripted_api.h"
#include "tests/unit/temporary_directory.h"

namespace sallyport {
namespace {

using test::Answering;
using test::Asked;
using test::ScriptedApi;
using namespace std::chrono_literals;

const KubeObjectName kSecret{{"", "v1", "secrets"}, "a", "b"};

TEST_CASE("a token that was replaced is read after a refusal, once") {
  const test::TemporaryDirectory directory;
  const ScriptedApi server([&](const Asked& asked, const Answering& answering) {
    if (asked.Has("Authorization: Bearer two")) {
      answering.Answer(200, "{}");
    } else {
      directory.Write("token", "two");
      answering.Refuse(401, "Unauthorized", "Unauthorized");
    }
    return true;
  });
  KubeEndpoint endpoint = server.endpoint();
  endpoint.bearer_token_file = directory.Write("token", "one");
  const auto api = KubeApi::Make(std::move(endpoint)).value();
  CHECK(api->Get(kSecret));
  CHECK(server.asked().size() == 2);
  CHECK(server.asked()[0].Has("Authorization: Bearer one"));
}

TEST_CASE("a credential that stays refused is an error") {
  const ScriptedApi server([&](const Asked&, const Answering& answering) {
    answering.Refuse(401, "Unauthorized", "Unauthorized");
    return true;
  });
  KubeEndpoint endpoint = server.endpoint();
  endpoint.bearer_token = Secret("t");
  const auto api = KubeApi::Make(std::move(endpoint)).value();
  const Error error = api->Get(kSecret).error();
  CHECK(error.kind == ErrorKind::kNotLoggedIn);
  CHECK(error.message == "cannot get secrets \"a/b\": Unauthorized (Unauthorized)");
  CHECK(server.asked().size() == 1);
}

TEST_CASE("a server that has too much to do is asked again when it says so") {
  std::atomic<int> busy = 2;
  std::string retry_after = "Retry-After: 0\r\n";
  const ScriptedApi server([&](const Asked&, const Answering& answering) {
    if (busy-- > 0) {
      answering.Refuse(429, "TooManyRequests", "busy", retry_after);
    } else {
      answering.Answer(200, "{}");
    }
    return true;
  });
  const auto api = KubeApi::Make(server.endpoint()).value();
  const Value object(Value::Map{{"metadata", Value::Map{{"name", "b"}}}});
  CHECK(api->Get(kSecret));
  CHECK(server.asked().size() == 3);

  SECTION("not for ever") {
    busy = 1000;
    CHECK(api->Get(kSecret).error().kind == ErrorKind::kLimitExceeded);
    CHECK(server.asked().size() == 8);
  }
  SECTION("not to create twice") {
    busy = 1;
    CHECK(api->Create({kSecret.resource, "a"}, object).error().kind == ErrorKind::kLimitExceeded);
    CHECK(server.asked().size() == 4);
  }
  SECTION("not when the time would be over") {
    busy = 1;
    retry_after = "Retry-After: 60\r\n";
    CHECK(api->Get(kSecret, {.time = 10s}).error().kind == ErrorKind::kLimitExceeded);
    CHECK(server.asked().size() == 4);
  }
  SECTION("not when it does not ask for it") {
    busy = 1;
    retry_after = "";
    CHECK(api->Get(kSecret).error().kind == ErrorKind::kLimitExceeded);
  }
  SECTION("a stop ends the pause") {
    busy = 1;
    retry_after = "Retry-After: 20\r\n";
    StopSignal stop;
    stop.Stop();
    CHECK(api->Get(kSecret, {.stop = &stop}).error().kind == ErrorKind::kInterrupted);
  }
}

TEST_CASE("a connection that the server closed meanwhile is replaced") {
  std::atomic<bool> keep = false;
  const ScriptedApi server([&](const Asked&, const Answering& answering) {
    answering.Answer(200, "{}");
    return keep.load();
  });
  const auto api = KubeApi::Make(server.endpoint()).value();
  for (int i = 0; i < 3; ++i) CHECK(api->Get(kSecret));
  keep = true;
  for (int i = 0; i < 3; ++i) CHECK(api->Get(kSecret));
  CHECK(server.connections() >= 3);
}

TEST_CASE("a read is sent again when a kept connection ends without an answer, a change is not") {
  std::atomic<int> answered = 0;
  const ScriptedApi server([&](const Asked& asked, const Answering& answering) {
    // The second request of the first connection gets no answer.
    if (++answered == 2) return false;
    answering.Answer(200, asked.method == "GET" ? R"({"read":1})" : "{}");
    return true;
  });
  const auto api = KubeApi::Make(server.endpoint()).value();
  REQUIRE(api->Get(kSecret));
  const bool change = GENERATE(false, true);
  if (change) {
    CHECK(api->Update(kSecret, Value::EmptyMap()).error().kind == ErrorKind::kConnectionProblem);
    CHECK(server.asked().size() == 2);
  } else {
    CHECK(api->Get(kSecret));
    CHECK(server.asked().size() == 3);
  }
}

TEST_CASE("a server that never answers, and one that never ends") {
  const bool begins = GENERATE(false, true);
  const ScriptedApi server([&](const Asked&, const Answering& answering) {
    if (begins) answering.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    answering.WaitForClose();
    return false;
  });
  const auto api = KubeApi::Make(server.endpoint()).value();
  const Error late = api->Get(kSecret, {.time = 50ms}).error();
  CHECK(late.kind == ErrorKind::kConnectionProblem);
  CHECK(late.message.contains("does not answer in time"));
  CHECK(late.message.contains("secrets \"a/b\""));

  StopSignal stop;
  std::thread stopper([&] {
    while (server.asked().size() < 2) std::this_thread::yield();
    stop.Stop();
  });
  CHECK(api->Get(kSecret, {.stop = &stop}).error().kind == ErrorKind::kInterrupted);
  stopper.join();
}

TEST_CASE("what is no answer of HTTP is an error") {
  for (const std::string text :
       {"", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}{}{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 101 X\r\n\r\n"}) {
    CAPTURE(text);
    const ScriptedApi server([&](const Asked&, const Answering& answering) {
      answering.Write(text);
      return false;
    });
    const auto api = KubeApi::Make(server.endpoint()).value();
    CHECK(api->Get(kSecret).error().kind == ErrorKind::kConnectionProblem);
  }
}

TEST_CASE("the path of the server comes before the path of the API") {
  const ScriptedApi server([&](const Asked&, const Answering& answering) {
    answering.Answer(200, "{}");
    return true;
  });
  KubeEndpoint endpoint = server.endpoint();
  endpoint.path_prefix = "/k8s/c1";
  CHECK(KubeApi::Make(std::move(endpoint)).value()->Get(kSecret));
  CHECK(server.asked()[0] == "GET /k8s/c1/api/v1/namespaces/a/secrets/b");
}

}  // namespace
}  // namespace sallyport
