#include "libmachine/operator/operator.h"

#include "libbase/encoding.h"
#include "libbase/log.h"
#include "libbase/secret.h"
#include "libkube/call_limits.h"
#include "libkube/informer.h"
#include "libkube/lease_lock.h"
#include "libmachine/local_pages.h"
#include "libmachine/operator/custom_resource.h"
#include "libmachine/operator/drift_watch.h"
#include "libresources/difference.h"

namespace sallyport {
namespace {

constexpr int kMetricsPort = 8080;
constexpr int kHealthPort = 8081;
// How long the first passes wait for the lists of all kinds: a list that the API server refuses does not stop the rest.
constexpr std::chrono::seconds kListPatience{5};
constexpr std::chrono::milliseconds kTick{5'000};
constexpr std::chrono::seconds kEventTime{5};
constexpr std::chrono::milliseconds kLeasePause{1'000};
// A resource that drifts more often within the time is put right at each tick alone: somebody else writes it.
constexpr std::size_t kMostDrifts = 5;
constexpr std::chrono::minutes kDriftTime{1};

bool IsOff(std::string_view address) { return address.empty() || address == "0"; }

Result<std::unique_ptr<LocalServer>> ServePages(const std::string& address, int default_port, const char* flag,
                                                std::function<LocalPage(std::string_view path)> page) {
  if (IsOff(address)) return nullptr;
  auto parsed = ParseHostPort(address, default_port);
  if (!parsed) return std::unexpected(InContext(flag, std::move(parsed).error()));
  if (parsed->host.empty()) parsed->host = "0.0.0.0";  // ":8080"
  return LocalServer::OnPort(
      *parsed, [page = std::move(page)](const std::string& request) { return AnswerPageRequest(request, page); });
}

}  // namespace

Operator::Operator(OperatorOptions options)
    : options_(std::move(options)),
      identity_(options_.identity),
      cluster_(identity_.cluster(), [this] { return identity_.credentials(); }) {}

Operator::~Operator() = default;

Result<std::unique_ptr<Operator>> Operator::Make(OperatorOptions options) {
  KubeEndpoint endpoint = std::move(options.kube);
  options.kube = {};
  std::unique_ptr<Operator> made(new Operator(std::move(options)));
  ASSIGN_OR_RETURN(made->kube_, KubeApi::Make(std::move(endpoint)));
  made->api_ = std::make_unique<KubeCustomApi>(*made->kube_, made->options_.kube_namespace);

  made->events_ =
      std::make_unique<EventWriter>([raw = made.get()](const Value& event) { return raw->WriteEvent(event); },
                                    [raw = made.get()] { return raw->queue_.depth() > 0; });
  made->report_ = std::make_unique<OperatorReport>(
      *made->events_, OperatorReport::Names{.kube_namespace = made->options_.kube_namespace,
                                            .hostname = made->options_.hostname,
                                            .lease = made->options_.lease_name});

  ReconcilerOptions reconciling;
  reconciling.own = [raw = made.get()](const KindRow& kind, const std::string& name) {
    return raw->identity_.OwnedAs(kind.kind, name);
  };
  made->reconciler_ =
      std::make_unique<CustomReconciler>(*made->api_, made->cluster_, made->claims_, std::move(reconciling));
  return made;
}

Status Operator::Listen() {
  ASSIGN_OR_RETURN(health_, ServePages(options_.health_address, kHealthPort, "-health-probe-bind-address",
                                       [](std::string_view path) -> LocalPage {
                                         if (path == "/healthz" || path == "/readyz") return {.body = "ok"};
                                         return NoPage();
                                       }));
  ASSIGN_OR_RETURN(
      metrics_,
      ServePages(options_.metrics_address, kMetricsPort, "-metrics-bind-address", [this](std::string_view path) {
        return path == "/metrics" ? MetricsPage(report_->Metrics(queue_.depth())) : NoPage();
      }));
  return {};
}

Status Operator::Run() {
  RETURN_IF_ERROR(identity_.Start());
  RETURN_IF_ERROR(Listen());
  std::thread renewing([this] { identity_.KeepRenewed(stop_); });
  std::thread telling([this] { events_->Run(); });

  while (!stop_.stopped()) {
    LeaseOptions lease;
    lease.kube_namespace = options_.kube_namespace;
    lease.name = options_.lease_name;
    lease.identity = fmt::format("{}_{}", options_.hostname, ToHex(RandomBytes(8)));
    auto lock = LeaseLock::Make(*kube_, lease);
    const Status led =
        lock ? lock->Run(stop_, [this](const StopSignal& end) { Lead(end); }) : std::unexpected(lock.error());
    if (stop_.stopped()) break;
    const std::string reason = led ? "the lease was given up" : led.error().message;
    Log(LogLevel::kWarning, "the operator does not lead now", {{"reason", reason}});
    PauseUnlessStopped(kLeasePause, stop_);
  }
  renewing.join();
  events_->Close();
  telling.join();
  return {};
}

// Works until the end. Everything is known anew with each lead: another operator may have worked in between.
void Operator::Lead(const StopSignal& end) {
  Log(LogLevel::kInfo,
      options_.paused ? "the operator is paused: it watches, and writes nothing" : "the operator leads",
      {{"namespace", options_.kube_namespace}});
  report_->SetLeader(true);
  queue_.Reopen();
  {
    const MutexLock lock(mutex_);
    lists_.clear();
  }

  std::vector<std::thread> threads;
  for (const CustomKind& kind : CustomKinds()) {
    if (kind.stored) threads.emplace_back([this, &kind, &end] { Follow(kind, end); });
  }
  WaitForLists(end);
  if (!options_.paused) {
    for (int i = 0; i < options_.workers; ++i) threads.emplace_back([this] { Work(); });
  }
  DriftWatch drift(identity_.cluster(), [this] { return identity_.credentials(); },
                   {[this](std::string_view kind, const std::string& name, const google::protobuf::Message* written) {
                      Drifted(kind, name, written);
                    },
                    [this] { QueueAll(ReconcileCause::kDrift); }});
  threads.emplace_back([&] { drift.Run(end); });

  Tick(end);
  queue_.Close();
  for (auto& thread : threads) thread.join();
  for (const auto& [kind, name] : index_.All()) {
    index_.Forget(*kind, name);
    claims_.Remove(*kind, name);
  }
  report_->SetLeader(false);
}

void Operator::Follow(const CustomKind& kind, const StopSignal& end) {
  KubeInformerHandlers handlers;
  handlers.changed = [&](const Value& object) { Changed(kind, object); };
  handlers.removed = [&](const KubeObjectId& object) { Gone(kind, object.name); };
  handlers.synced = [&] {
    const MutexLock lock(mutex_);
    lists_.insert(kind.kind);
    listed_.NotifyAll();
  };
  KubeInformer informer(*kube_, {.resource = KubeResourceOf(kind), .kube_namespace = options_.kube_namespace},
                        std::move(handlers));
  informer.Run(end);
}

void Operator::Changed(const CustomKind& kind, const Value& object) {
  const CustomMetadata metadata = MetadataOfCustom(object);
  // Of two objects for one resource the older counts, whichever pass comes first.
  if (!metadata.ignored) {
    claims_.Add(metadata.name, {&kind, metadata.created, metadata.uid, metadata.HasFinalizer()});
  }
  if (!index_.Note(kind, object)) return;
  queue_.Add({&kind, metadata.name, ReconcileCause::kCustomResource});
}

void Operator::Gone(const CustomKind& kind, const std::string& name) {
  index_.Forget(kind, name);
  claims_.Remove(kind, name);
  queue_.Add({&kind, name, ReconcileCause::kCustomResource});
  // Another object for the same resource has it now.
  for (const auto& [other, same] : index_.Of(kind.teleport_kind, name)) {
    queue_.Add({other, same, ReconcileCause::kCustomResource});
  }
}

Status Operator::WriteEvent(const Value& event) {
  const KubeCollection events{.resource = {"", "v1", "events"}, .kube_namespace = options_.kube_namespace};
  RETURN_IF_ERROR(kube_->Create(events, event, {.time = kEventTime}));
  return {};
}

void Operator::WaitForLists(const StopSignal& end) {
  const auto deadline = std::chrono::steady_clock::now() + kListPatience;
  const auto kinds = static_cast<std::size_t>(
      std::ranges::count_if(CustomKinds(), [](const CustomKind& kind) { return kind.stored; }));
  MutexLock lock(mutex_);
  while (!end.stopped() && lists_.size() < kinds && std::chrono::steady_clock::now() < deadline) {
    listed_.WaitUntil(lock, deadline);
  }
}

void Operator::Work() {
  while (const auto item = queue_.Take()) {
    const bool is_own_write =
        item->cause == ReconcileCause::kDrift && index_.HasContent(*item->kind, item->name, item->content);
    if (is_own_write) {
      queue_.Done(*item, false);
      continue;
    }

    const ReconcileResult result =
        reconciler_->Reconcile(*item->kind, item->name, item->cause, index_.UnheldOf(*item->kind, item->name));
    index_.SetContent(*item->kind, item->name, result.content);
    // A change by another writer between read and write is no failure to tell: the next pass sees it.
    const bool overtaken = result.failure && result.failure->kind == ErrorKind::kCompareFailed;
    if (!overtaken) report_->Take(*item->kind, item->name, index_.UidOf(*item->kind, item->name), result);
    queue_.Done(*item, result.failure.has_value());
  }
}

// Looks at the custom resources of a resource that was written or removed in the cluster.
void Operator::Drifted(std::string_view kind, const std::string& name, const google::protobuf::Message* written) {
  const auto objects = index_.Of(kind, name);
  const std::string content = written == nullptr || objects.empty() ? std::string() : MeaningDigest(*written);
  for (const auto& object : objects) {
    // The event of the operator's own write may come before the pass that writes has ended: a worker looks again.
    if (index_.HasContent(*object.first, object.second, content) || IsFight(object)) continue;
    queue_.Add({object.first, object.second, ReconcileCause::kDrift, content});
  }
  // A role can be deleted when its last user lets it go.
  if (kind != "user") return;
  for (const auto& [role, same] : index_.Deleted("role")) queue_.Add({role, same, ReconcileCause::kCustomResource});
}

// Returns whether somebody else writes the resource again and again; it is then put right at ticks alone.
bool Operator::IsFight(const CustomIndex::Object& object) {
  const auto now = std::chrono::steady_clock::now();
  const MutexLock lock(mutex_);
  auto& times = drifts_[object];
  times.push_back(now);
  while (times.front() < now - kDriftTime) times.pop_front();
  if (times.size() <= kMostDrifts) return false;
  while (times.size() > kMostDrifts + 1) times.pop_front();
  slowed_.insert(object);
  return true;
}

// Puts slowed drift right, and looks at everything when the sync period is over, until the end.
void Operator::Tick(const StopSignal& end) {
  auto synced = std::chrono::steady_clock::now();
  while (PauseUnlessStopped(kTick, end)) {
    std::set<CustomIndex::Object> slowed;
    {
      const MutexLock lock(mutex_);
      slowed.swap(slowed_);
      std::erase_if(drifts_,
                    [&](const auto& one) { return one.second.back() < std::chrono::steady_clock::now() - kDriftTime; });
    }
    for (const auto& [kind, name] : slowed) queue_.Add({kind, name, ReconcileCause::kDrift});

    if (std::chrono::steady_clock::now() - synced < options_.sync_period) continue;
    synced = std::chrono::steady_clock::now();
    QueueAll(ReconcileCause::kCustomResource);
  }
}

void Operator::QueueAll(ReconcileCause cause) {
  for (const auto& [kind, name] : index_.All()) queue_.Add({kind, name, cause});
}

}  // namespace sallyport
