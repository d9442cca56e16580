#include "libmachine/bot/bot.h"

#include <algorithm>

#include "libbase/backoff.h"
#include "libbase/digest.h"
#include "libbase/json.h"
#include "libbase/log.h"
#include "libmachine/bot/bot_settings.h"
#include "libmachine/bot/diagnostics.h"
#include "libmachine/bot/heartbeat.h"
#include "libmachine/bot/identity/remote_cluster.h"
#include "libmachine/bot/outputs/outputs.h"
#include "libmachine/bot/task_loop.h"

namespace sallyport {
namespace {

constexpr const char* kIdentityService = "identity";
constexpr const char* kHeartbeatService = "heartbeat";
constexpr const char* kAuthorityService = "ca-rotation";
constexpr int kIdentityAttempts = 7;
constexpr std::chrono::minutes kHeartbeatInterval{30};
constexpr std::chrono::minutes kAuthorityInterval{10};
constexpr std::chrono::seconds kFirstWatchPause{1};
constexpr std::chrono::minutes kLongestWatchPause{1};
// How long the first heartbeat waits for the outputs, whose health it tells.
constexpr std::chrono::seconds kHeartbeatPatience{30};
constexpr std::chrono::milliseconds kHeartbeatLook{200};
constexpr std::chrono::seconds kFirstRenewalPause{1};
constexpr std::chrono::minutes kLongestRenewalPause{1};
constexpr int kDiagnosticsPort = 3001;

Nanoseconds TtlOf(const ServiceConfig& service, const BotConfig& config) {
  return service.lifetime.empty() ? config.lifetime.ttl : service.lifetime.ttl;
}

Nanoseconds IntervalOf(const ServiceConfig& service, const BotConfig& config) {
  return service.lifetime.empty() ? config.lifetime.renewal_interval : service.lifetime.renewal_interval;
}

Value TimeValue(const std::optional<Time>& time) { return time ? Value(FormatTime(*time)) : Value(); }

Value StateValue(const ServiceState& state) {
  Value value(Value::Map{{"name", state.name}, {"type", state.type}});
  if (!state.destination.empty()) value.Set("destination", state.destination);
  value.Set("status", HealthName(state.health));
  value.Set("last_success", TimeValue(state.last_success));
  value.Set("next_run", TimeValue(state.next_run));
  if (!state.reason.empty()) value.Set("error", state.reason);
  if (!state.hint.empty()) value.Set("next_step", state.hint);
  return value;
}

// The one error of several outputs.
Status OneErrorOf(std::size_t outputs, const std::vector<std::pair<std::string, Error>>& failed) {
  if (failed.empty()) return {};
  if (outputs == 1) return std::unexpected(failed.front().second);
  std::vector<std::string> texts;
  for (const auto& [name, error] : failed) texts.push_back(fmt::format("{}: {}", name, error.message));
  const ErrorKind kind = failed.front().second.kind;
  const bool alike =
      failed.size() == outputs && std::ranges::all_of(failed, [&](const auto& one) { return one.second.kind == kind; });
  return FailWithHint(alike ? kind : ErrorKind::kPartlyDone,
                      fmt::format("{} of {} outputs failed: {}", failed.size(), outputs, fmt::join(texts, "; ")),
                      failed.front().second.hint);
}

}  // namespace

Bot::Bot(BotOptions options, JoinSettings join) : options_(std::move(options)), join_(std::move(join)) {}

Bot::~Bot() {
  wake_.Stop();
  for (auto& thread : threads_) thread.join();
}

Result<std::unique_ptr<Bot>> Bot::Make(BotOptions options) {
  ASSIGN_OR_RETURN(JoinSettings join, BotSettings(options.config, options.environment));
  std::unique_ptr<Bot> bot(new Bot(std::move(options), std::move(join)));
  RemoteCluster::Options cluster;
  cluster.join = bot->join_;
  cluster.join.network.stop_descriptor = bot->wake_.signal().descriptor();
  cluster.use_given_proxy = bot->options_.environment("TBOT_USE_PROXY_ADDR") == "yes";
  bot->cluster_ = std::move(bot->options_.cluster);
  if (bot->cluster_ == nullptr) bot->cluster_ = std::make_unique<RemoteCluster>(std::move(cluster));

  RETURN_IF_ERROR(bot->MakeDestinations());
  bot->identity_.emplace(BotIdentity::Options{bot->join_, bot->options_.config.lifetime.ttl}, *bot->storage_,
                         *bot->cluster_);
  return bot;
}

Status Bot::MakeDestinations() {
  const BotConfig& config = options_.config;
  const DestinationContext context{options_.environment, join_.network, &wake_.signal()};
  auto storage = MakeDestination(config.storage, context);
  if (!storage) {
    return std::unexpected(InContext(fmt::format("{}: storage", config.source), std::move(storage).error()));
  }
  storage_ = std::move(*storage);
  states_.Add(kIdentityService, "internal/identity", storage_->description());
  states_.Add(kHeartbeatService, "internal/heartbeat");
  states_.Add(kAuthorityService, "internal/ca-rotation");

  for (const auto& service : config.services) {
    auto destination = MakeDestination(service.destination, context);
    if (!destination) return std::unexpected(InContext(service.where, std::move(destination).error()));
    states_.Add(service.full_name, service.type, (*destination)->description());
    outputs_.push_back({service, std::move(*destination)});
  }
  return {};
}

Status Bot::Begin(BotIdentity::Started& started) {
  RETURN_IF_ERROR(storage_->Init());
  ASSIGN_OR_RETURN(lock_, storage_->Lock());
  auto result = identity_->Start();
  if (!result) return std::unexpected(std::move(result).error());
  started = *result;
  if (started.renewed) {
    states_.Report(kIdentityService, {});
  } else {
    states_.Report(kIdentityService, std::unexpected(started.reason));
  }
  return {};
}

Status Bot::Generate(OutputTask& output) {
  const auto bot = identity_->current();
  return RunOutput(output.service, TtlOf(output.service, options_.config), options_.executable, *cluster_, *bot,
                   *output.destination);
}

Status Bot::RunOnce() {
  BotIdentity::Started started;
  RETURN_IF_ERROR(Begin(started));
  if (options_.on_ready) options_.on_ready();
  std::vector<std::pair<std::string, Error>> failed;
  for (auto& output : outputs_) {
    if (wake_.stopped()) return Fail(ErrorKind::kInterrupted, "the bot was stopped");
    const std::string& name = output.service.full_name;
    const Status done = Generate(output);
    states_.Report(name, done);
    if (done) {
      Log(LogLevel::kInfo, "an output was written", {{"output", name}, {"to", output.destination->description()}});
    } else {
      Log(LogLevel::kError, "an output failed", {{"output", name}, {"reason", done.error().message}});
      failed.emplace_back(name, done.error());
    }
  }

  const Status kept = identity_->Kept();
  if (!kept) states_.Report(kIdentityService, kept);
  SendLastHeartbeat();
  return kept ? OneErrorOf(outputs_.size(), failed) : kept;
}

// A run that ends at once tells the cluster of itself; its result does not depend on that.
void Bot::SendLastHeartbeat() {
  const HeartbeatFacts facts{options_.hostname, join_.method, started_at_, true, true};
  const Status sent = cluster_->SubmitHeartbeat(*identity_->current(), MakeHeartbeat(facts, states_.All()));
  if (sent || sent.error().kind == ErrorKind::kNotImplemented) return;
  Log(LogLevel::kWarning, "the heartbeat was not accepted", {{"reason", sent.error().message}});
}

Status Bot::Listen() {
  if (!options_.config.diag_addr.empty()) {
    auto address = ParseHostPort(options_.config.diag_addr, kDiagnosticsPort);
    if (!address) return std::unexpected(InContext("diag_addr", std::move(address).error()));
    ASSIGN_OR_RETURN(diagnostics_, LocalServer::OnPort(*address, [this](const std::string& request) {
                       return AnswerDiagnostics(request, states_, metrics_);
                     }));
    Log(LogLevel::kInfo, "diagnostics listen", {{"port", std::to_string(diagnostics_->port())}});
  }

  const std::string directory = storage_->directory();
  if (directory.empty()) return {};
  auto status = LocalServer::OnSocket(fmt::format("{}/{}", directory, kStatusSocket),
                                      [this](const std::string&) { return ToJson(StatusValue()) + "\n"; });
  if (status) {
    status_ = std::move(*status);
  } else {
    Log(LogLevel::kWarning, "tbot status has no socket", {{"reason", status.error().message}});
  }
  return {};
}

Status Bot::Run() {
  BotIdentity::Started started;
  RETURN_IF_ERROR(Begin(started));
  if (const Status kept = identity_->Kept(); !kept) {
    states_.Report(kIdentityService, kept);
    Log(LogLevel::kWarning, "the bot goes on without a stored identity", {{"reason", kept.error().message}});
    started.renewed = false;  // which makes the next renewal come soon
  }
  RETURN_IF_ERROR(Listen());
  threads_.emplace_back([this, renewed = started.renewed] { RunIdentity(renewed); });
  threads_.emplace_back([this] { RunHeartbeats(); });
  threads_.emplace_back([this] { RunAuthorityChecks(); });
  threads_.emplace_back([this] { FollowAuthorities(); });
  for (auto& output : outputs_) {
    threads_.emplace_back([this, &output] {
      if (!wake_.WaitUntilReady()) return;
      TaskOptions options;
      options.service = output.service.full_name;
      options.task = "output-renewal";
      options.interval = IntervalOf(output.service, options_.config);
      TaskLoop(options, wake_, states_, metrics_).Run([&] { return Generate(output); });
    });
  }

  for (auto& thread : threads_) thread.join();
  threads_.clear();
  diagnostics_.reset();
  status_.reset();
  return {};
}

// Renews the identity; the outputs wait until the first renewal after the start.
void Bot::RunIdentity(bool is_renewed) {
  Backoff backoff(kFirstRenewalPause, kLongestRenewalPause);
  while (!is_renewed) {
    if (!wake_.Pause(backoff.Next())) return;
    const Status renewed = identity_->Renew();
    states_.Report(kIdentityService, renewed);
    is_renewed = renewed.has_value();
    if (renewed) break;
    Log(LogLevel::kWarning, "the bot's identity cannot be renewed", {{"reason", renewed.error().message}});
  }

  wake_.SetReady();
  if (options_.on_ready) options_.on_ready();
  TaskOptions options;
  options.service = kIdentityService;
  options.task = "bot-identity-renewal";
  options.interval = options_.config.lifetime.renewal_interval;
  options.attempts = kIdentityAttempts;
  options.waits_first = true;
  TaskLoop(options, wake_, states_, metrics_).Run([this]() -> Status {
    RETURN_IF_ERROR(storage_->Init());  // an identity that cannot be stored is not asked for
    return identity_->Renew();
  });
}

Status Bot::Heartbeat(bool is_startup) {
  const HeartbeatFacts facts{options_.hostname, join_.method, started_at_, is_startup, false};
  Status sent = cluster_->SubmitHeartbeat(*identity_->current(), MakeHeartbeat(facts, states_.All()));
  if (!sent && sent.error().kind == ErrorKind::kNotImplemented) return {};  // an older cluster
  return sent;
}

void Bot::RunHeartbeats() {
  if (!wake_.WaitUntilReady()) return;
  const auto patience = std::chrono::steady_clock::now() + kHeartbeatPatience;
  while (!states_.AllHaveRun(kHeartbeatService) && std::chrono::steady_clock::now() < patience) {
    if (!wake_.Pause(kHeartbeatLook)) return;
  }

  TaskOptions options;
  options.service = kHeartbeatService;
  options.task = "submit-heartbeat";
  options.interval = kHeartbeatInterval;
  options.renews = false;
  bool is_startup = true;
  TaskLoop(options, wake_, states_, metrics_).Run([&]() -> Status {
    RETURN_IF_ERROR(Heartbeat(is_startup));
    is_startup = false;
    return {};
  });
}

Result<std::string> Bot::AuthorityDigest() {
  std::string all;
  for (const char* const type : {"host", "user", "db"}) {
    ASSIGN_OR_RETURN(const auto authorities, cluster_->Authorities(*identity_->current(), type));
    for (const auto& authority : authorities) {
      all += authority.cluster;
      for (const auto* list : {&authority.tls_pems, &authority.ssh_keys}) {
        for (const auto& text : *list) all += text;
      }
    }
  }
  return Sha256(all);
}

Status Bot::CheckAuthorities() {
  ASSIGN_OR_RETURN(std::string digest, AuthorityDigest());
  const MutexLock lock(authority_mutex_);
  if (!authority_digest_.empty() && digest != authority_digest_) {
    Log(LogLevel::kInfo, "the cluster's certificate authorities have changed: everything is renewed");
    wake_.RenewNow();
  }
  authority_digest_ = std::move(digest);
  return {};
}

TaskOptions Bot::AuthorityTask() {
  TaskOptions options;
  options.service = kAuthorityService;
  options.task = "ca-rotation";
  options.interval = kAuthorityInterval;
  options.renews = false;
  return options;
}

// Renews everything when the authorities of the cluster change: written files must have the new ones.
void Bot::RunAuthorityChecks() {
  if (!wake_.WaitUntilReady()) return;
  TaskLoop(AuthorityTask(), wake_, states_, metrics_).Run([this] { return CheckAuthorities(); });
}

// Looks at the authorities when the cluster says that they have changed, rather than at the next check.
void Bot::FollowAuthorities() {
  if (!wake_.WaitUntilReady()) return;
  Backoff backoff(kFirstWatchPause, kLongestWatchPause);
  while (!wake_.stopped()) {
    const auto watch = cluster_->WatchAuthorities(*identity_->current());
    Status watched = watch ? Status() : std::unexpected(watch.error());
    while (watched && !wake_.stopped()) {
      const auto changed = (*watch)->Wait(kAuthorityInterval);
      if (!changed) {
        watched = std::unexpected(changed.error());
      } else if (*changed && wake_.Pause(options_.authority_settling)) {
        backoff.Reset();
        std::ignore =
            TaskLoop(AuthorityTask(), wake_, states_, metrics_).RunOnce([this] { return CheckAuthorities(); });
      }
    }

    if (wake_.stopped()) return;
    Log(LogLevel::kDebug, "the authorities of the cluster are not watched now", {{"reason", watched.error().message}});
    if (!wake_.Pause(backoff.Next())) return;
  }
}

Value Bot::StatusValue() const {
  Value value = Value::EmptyMap();
  if (const auto bot = identity_->current()) {
    value.Set("bot", bot->identity.bot_name);
    value.Set("instance", bot->identity.bot_instance_id);
    value.Set("cluster", bot->cluster());
    value.Set("identity_expires", FormatTime(bot->expires()));
  }
  const auto states = states_.All();
  value.Set("status", HealthName(AllHealthy(states) ? Health::kHealthy : Health::kUnhealthy));
  Value services = Value::EmptyList();
  for (const auto& state : states) services.Append(StateValue(state));
  value.Set("services", std::move(services));
  return value;
}

}  // namespace sallyport
