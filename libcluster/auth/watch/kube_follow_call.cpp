#include "libcluster/auth/watch/kube_follow_call.h"

#include "libcluster/auth/access/host_caller.h"
#include "libcluster/auth/watch/kube_cluster_changes.h"
#include "libcluster/net/alarm.h"
#include "libcluster/net/budgets.h"
#include "libcluster/net/fair_pool.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/rpc/rpc_stream.h"
#include "sallyport/v1/tunnel_service.pb.h"

namespace sallyport {
namespace {

using KubeFollowMessages = RpcMessages<v1::FollowKubeClustersRequest, v1::FollowedKubeClusters>;

constexpr std::chrono::seconds kSignOfLife{15};
constexpr int kMaxSelectors = 100;
constexpr std::size_t kMaxSelectorBytes = 64 << 10;

// The state that all calls share.
struct KubeFollowEnvironment {
  KubeFollowEnvironment(AuthServer& auth_in, ThreadPool& threads)
      : auth(auth_in), pool(threads, {.running = 2, .waiting = 256}) {}
  AuthServer& auth;
  FairPool pool;
  SourceSlots slots{BudgetOf(Endpoint::kGrpc, CallerState::kKnown).follows_of_one, 0};
};

Result<std::vector<LabelSelector>> SelectorsOf(const v1::FollowKubeClustersRequest& request) {
  if (request.selectors_size() > kMaxSelectors || request.ByteSizeLong() > kMaxSelectorBytes) {
    return Fail(ErrorKind::kBadParameter, "at most {} selectors of {} bytes together are allowed", kMaxSelectors,
                kMaxSelectorBytes);
  }
  std::vector<LabelSelector> selectors;
  for (const auto& given : request.selectors()) {
    LabelSelector& selector = selectors.emplace_back();
    for (const auto& label : given.labels()) {
      selector[label.key()].assign(label.values().begin(), label.values().end());
    }
  }
  return selectors;
}

class KubeFollowCall {
 public:
  KubeFollowCall(KubeFollowEnvironment& environment, std::shared_ptr<const RpcStreamCall> call,
                 asio::any_io_executor executor)
      : environment_(environment),
        call_(std::move(call)),
        slot_(environment.slots.Take(caller())),
        alarm_(std::make_shared<Alarm>(std::move(executor))) {}
  ~KubeFollowCall() { alarm_->Close(); }
  KubeFollowCall(const KubeFollowCall&) = delete;
  KubeFollowCall& operator=(const KubeFollowCall&) = delete;

  asio::awaitable<Status> Run(KubeFollowMessages messages) {
    if (!slot_) {
      co_return Fail(ErrorKind::kLimitExceeded, "{} follows the Kubernetes clusters too often at a time", caller());
    }
    if (const auto host = HostOfCaller(*call_->caller, environment_.auth.cluster_name(), "Kube"); !host) {
      co_return std::unexpected(host.error());
    }
    const auto request = co_await messages.Read();
    if (!request) co_return std::unexpected(request.error());
    if (!*request) co_return Status();
    const auto selectors = SelectorsOf(**request);
    if (!selectors) co_return std::unexpected(selectors.error());

    changes_.emplace(environment_.auth.backend(), *selectors, [alarm = alarm_] { alarm->Ring(); });
    call_->stream->OnCancel([alarm = alarm_] { alarm->Ring(); });
    co_return co_await SendAll(messages);
  }

 private:
  using Answer = Result<v1::FollowedKubeClusters>;

  const std::string& caller() const { return call_->caller->identity.username; }

  // Sends answers until the agent leaves. An answer without changes is a sign of life, by which a call ends whose agent
  // is gone.
  asio::awaitable<Status> SendAll(KubeFollowMessages& messages) {
    while (true) {
      const auto answer = co_await Next();
      if (!*answer) co_return std::unexpected(answer->error());
      if (!co_await messages.Write(**answer)) co_return Status();
      if ((*answer)->changes_size() == 0) co_await alarm_->Wait(kSignOfLife);
    }
  }

  // Reads on a thread: the disk may be slow.
  asio::awaitable<std::shared_ptr<Answer>> Next() {
    const auto start = [this](auto done) {
      const bool taken = environment_.pool.Submit(caller(), [this, done] { done(std::make_shared<Answer>(Read())); });
      if (!taken)
        done(std::make_shared<Answer>(Fail(ErrorKind::kLimitExceeded, "too much work of {} waits", caller())));
    };
    co_return co_await AwaitCallback<std::shared_ptr<Answer>>(start);
  }

  Answer Read() {
    const Identity& identity = call_->caller->identity;
    if (identity.expires <= Now()) return Fail(ErrorKind::kAccessDenied, "the certificate of the host has expired");
    RETURN_IF_ERROR(environment_.auth.locks().Check(identity));
    return changes_->Next();
  }

  KubeFollowEnvironment& environment_;
  const std::shared_ptr<const RpcStreamCall> call_;
  const SourceSlots::Slot slot_;
  const std::shared_ptr<Alarm> alarm_;
  std::optional<KubeClusterChanges> changes_;
};

}  // namespace

void AddKubeFollowStream(RpcTable& table, EventLoop& loop, ThreadPool& threads, AuthServer& auth) {
  const auto serve = [environment = std::make_shared<KubeFollowEnvironment>(auth, threads)](
                         std::shared_ptr<const RpcStreamCall> call,
                         KubeFollowMessages messages) -> asio::awaitable<Status> {
    const auto kept = environment;
    const auto executor = co_await asio::this_coro::executor;
    KubeFollowCall follow(*kept, std::move(call), executor);
    co_return co_await follow.Run(std::move(messages));
  };
  table.AddStream("/sallyport.v1.KubeClusterService/Follow", RpcAccess::Authenticated(),
                  StreamHandler<v1::FollowKubeClustersRequest, v1::FollowedKubeClusters>(loop, serve));
}

}  // namespace sallyport
