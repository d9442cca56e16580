#include "libcluster/agents/discovery/discovery.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "libbase/backoff.h"
#include "libbase/log.h"
#include "libbase/repeated_work.h"
#include "libcluster/agents/discovery/discovery_pass.h"
#include "libkube/call_limits.h"
#include "sallyport/v1/discovery.pb.h"

namespace sallyport {
namespace {

using teleport::discoveryconfig::v1::DiscoveryConfig;

constexpr std::chrono::seconds kSyncPause{5};
constexpr std::chrono::milliseconds kConfigsLookedAt{500};
constexpr std::chrono::hours kLongestCloudPause{1};
constexpr double kPassJitter = 1.1;

}  // namespace

// One thread makes the passes; another reports and learns the discovery_configs, since a pass may take long.
class Discovery::State {
 public:
  explicit State(Parts parts)
      : parts_(std::move(parts)),
        static_(StaticMatchers(parts_.config)),
        report_(parts_.config.group, parts_.hostname, HashOfMatchers(static_)) {}

  ~State() {
    stop_.Stop();
    syncing_.reset();
    if (passes_.joinable()) passes_.join();
    if (const auto last = report_.Last()) (void)parts_.auth->Sync(*last);
  }

  Status Begin() {
    NetworkSettings network = NetworkFromEnvironment(parts_.environment, false);
    ASSIGN_OR_RETURN(sources_, CloudSources::Make({parts_.environment, network, stop_}));
    if (parts_.config.group.empty()) {
      Log(LogLevel::kWarning,
          "discovery_service has no discovery_group: it takes no discovery_config, and shares what it finds with all "
          "services without a group");
    }
    syncing_.emplace(Nanoseconds(0), [this]() -> Nanoseconds {
      Sync();
      return kSyncPause;
    });
    passes_ = std::thread([this] { RunPasses(); });
    return {};
  }

 private:
  // The last answer of the auth service.
  struct Learned {
    bool known = false;  // it has said something
    bool other_matchers = false;
    std::vector<DiscoveryConfig> configs;
    std::string revisions;  // of the configs without their status
  };

  void Sync() {
    auto answer = parts_.auth->Sync(report_.Next());
    report_.TakeSync(answer ? Status() : Status(std::unexpected(answer.error())));
    if (!answer) return;
    report_.TakeOtherMatchers(answer->other_matchers());

    Learned learned;
    learned.known = true;
    learned.other_matchers = answer->other_matchers();
    for (auto& config : *answer->mutable_configs()) {
      learned.revisions += config.header().metadata().name() + "\n" + config.spec().SerializeAsString() + "\n";
      learned.configs.push_back(std::move(config));
    }
    const MutexLock lock(learned_mutex_);
    learned_ = std::move(learned);
  }

  Learned WhatIsLearned() {
    const MutexLock lock(learned_mutex_);
    return learned_;
  }

  void RunPasses() {
    while (!stop_.stopped()) {
      const Learned learned = WhatIsLearned();
      if (!learned.known) {
        PauseUnlessStopped(kConfigsLookedAt, stop_);
        continue;
      }
      const auto pause = RunPass(learned);
      WaitForNextPass(pause, learned.revisions);
    }
  }

  // Returns the pause until the next pass.
  std::chrono::milliseconds RunPass(const Learned& learned) {
    PassParts pass{*sources_, *parts_.auth, stop_, parts_.config.group, static_, {}, !learned.other_matchers};
    for (const DiscoveryConfig& config : learned.configs) {
      auto& not_served = pass.configs[config.header().metadata().name()];
      std::ranges::move(MatchersOf(config, not_served), std::back_inserter(pass.matchers));
    }
    const auto result = RunDiscoveryPass(pass);
    const auto interval = std::chrono::ceil<std::chrono::milliseconds>(parts_.config.poll_interval);
    if (!result && stop_.stopped()) return interval;

    PassOutcome outcome;
    if (result) {
      outcome = result->outcome;
    } else {
      outcome.problems.push_back(result.error().message);
    }
    report_.TakePass(outcome, Now());
    const std::chrono::milliseconds asked =
        result && result->pause ? std::min<std::chrono::milliseconds>(*result->pause, kLongestCloudPause)
                                : std::chrono::milliseconds(0);
    return Jittered(std::max(interval, asked), kPassJitter);
  }

  // Other discovery_configs begin a pass at once.
  void WaitForNextPass(std::chrono::milliseconds pause, const std::string& revisions) {
    const auto next = std::chrono::steady_clock::now() + pause;
    while (!stop_.stopped() && WhatIsLearned().revisions == revisions) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
      if (left <= std::chrono::milliseconds(0)) return;
      PauseUnlessStopped(std::min(left, kConfigsLookedAt), stop_);
    }
  }

  const Parts parts_;
  const std::vector<DiscoveryMatcher> static_;
  StopSignal stop_;
  DiscoveryReport report_;
  std::optional<CloudSources> sources_;
  Mutex learned_mutex_;
  Learned learned_ GUARDED_BY(learned_mutex_);
  std::optional<RepeatedWork> syncing_;
  std::thread passes_;
};

Discovery::Discovery(std::unique_ptr<State> state) : state_(std::move(state)) {}
Discovery::~Discovery() = default;

Result<std::unique_ptr<Discovery>> Discovery::Start(Parts parts) {
  if (!parts.environment) parts.environment = [](std::string_view) { return std::string(); };
  auto state = std::make_unique<State>(std::move(parts));
  RETURN_IF_ERROR(state->Begin());
  return std::unique_ptr<Discovery>(new Discovery(std::move(state)));
}

}  // namespace sallyport
