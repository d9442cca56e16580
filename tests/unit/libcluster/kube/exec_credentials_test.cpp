#include "libcluster/kube/exec_credentials.h"

#include <catch2/catch.hpp>
#include <condition_variable>

namespace sallyport {
namespace {

// Collects the answers that callers get.
class Answers {
 public:
  ExecCredentials::Callback Take() {
    return [this](const Result<ExecCredentials::Pointer>& answer) {
      const std::lock_guard lock(mutex_);
      answers_.push_back(answer);
      changed_.notify_all();
    };
  }
  std::vector<Result<ExecCredentials::Pointer>> Wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return answers_.size() >= count; }));
    return answers_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Result<ExecCredentials::Pointer>> answers_;
};

TEST_CASE("callers share a run, and its credential until it expires") {
  ThreadPool pool(4);
  std::mutex gate;
  std::atomic<int> runs = 0;
  Time expires = Now() + std::chrono::hours(1);
  const auto credentials = ExecCredentials::Create(pool, [&]() -> Result<ExecCredential> {
    const std::lock_guard lock(gate);
    ++runs;
    ExecCredential made;
    made.token = Secret(std::to_string(runs));
    made.expires = expires;
    return made;
  });
  Answers answers;
  gate.lock();
  for (int i = 0; i < 5; ++i) credentials->Get(answers.Take());
  gate.unlock();
  for (const auto& answer : answers.Wait(5)) CHECK(answer.value()->token.Reveal() == "1");
  credentials->Get(answers.Take());
  CHECK(answers.Wait(6).back().value()->token.Reveal() == "1");
  CHECK(runs == 1);
  // A new credential stays, because the API server would also refuse its successor.
  CHECK_FALSE(credentials->Reject(answers.Wait(6).back().value()));
  CHECK(credentials->Reject(nullptr));
}

TEST_CASE("an expired credential is made anew, and a failure is not kept") {
  ThreadPool pool(1);
  int runs = 0;
  const auto credentials = ExecCredentials::Create(pool, [&]() -> Result<ExecCredential> {
    if (++runs == 1) return Fail(ErrorKind::kConnectionProblem, "no luck");
    ExecCredential made;
    made.token = Secret(std::to_string(runs));
    made.expires = Now();
    return made;
  });
  Answers answers;
  for (std::size_t i = 1; i <= 3; ++i) {
    credentials->Get(answers.Take());
    answers.Wait(i);
  }
  const auto all = answers.Wait(3);
  CHECK(all[0].error().message == "no luck");
  CHECK(all[1].value()->token.Reveal() == "2");
  CHECK(all[2].value()->token.Reveal() == "3");
}

TEST_CASE("a running plugin is stopped") {
  ThreadPool pool(1);
  ExecPlugin plugin;
  plugin.api_version = "client.authentication.k8s.io/v1";
  plugin.command = "sleep";
  plugin.arguments = {"600"};
  const auto credentials = ExecCredentials::Create(pool, std::move(plugin));
  Answers answers;
  credentials->Get(answers.Take());
  credentials->Stop();
  CHECK(answers.Wait(1).front().error().message.contains("stopped"));
}

}  // namespace
}  // namespace sallyport
