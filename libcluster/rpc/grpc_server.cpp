#include "libcluster/rpc/grpc_server.h"

#include <map>

#include "libbase/mutex.h"
#include "libcluster/rpc/grpc_session.h"

namespace sallyport {
namespace {

constexpr std::size_t kKnownThreads = 256;  // created on demand; a caller may use a quarter
constexpr std::size_t kUnknownThreads = 8;
constexpr std::chrono::seconds kStopTime{1};

// The open connections, which unregister at their end, perhaps after the server is destroyed. Safe from several
// threads.
class OpenConnections : public std::enable_shared_from_this<OpenConnections> {
 public:
  void Start(const std::shared_ptr<GrpcSession>& session) {
    MutexLock lock(mutex_);
    if (stopping_) return;
    const std::uint64_t number = next_++;
    sessions_.emplace(number, session);
    lock.Unlock();
    session->Start([self = shared_from_this(), number] { self->Remove(number); });
  }

  // Refuses new connections and tells the clients of open ones. Returns when all have ended or the time is over; then
  // closes the rest.
  void Stop(std::chrono::seconds time) {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const auto& [number, session] : sessions_) session->GoAway();
    WaitForAll(lock, time);
    for (const auto& [number, session] : sessions_) session->Close();
    WaitForAll(lock, time);
  }

 private:
  // Waits for the end of all, at most so long.
  void WaitForAll(MutexLock& lock, std::chrono::seconds time) REQUIRES(mutex_) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (!sessions_.empty() && !empty_.WaitUntil(lock, deadline)) {
    }
  }

  void Remove(std::uint64_t number) {
    std::shared_ptr<GrpcSession> last;  // destroyed after the unlock
    const MutexLock lock(mutex_);
    const auto found = sessions_.find(number);
    if (found == sessions_.end()) return;
    last = std::move(found->second);
    sessions_.erase(found);
    if (sessions_.empty()) empty_.NotifyAll();
  }

  Mutex mutex_;
  ConditionVariable empty_;
  std::map<std::uint64_t, std::shared_ptr<GrpcSession>> sessions_ GUARDED_BY(mutex_);
  std::uint64_t next_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

class GrpcServerImpl : public GrpcServer {
 public:
  GrpcServerImpl(EventLoop& loop, const RpcTable& table, GrpcServerOptions options, std::shared_ptr<ServerTls> tls)
      : environment_(std::make_shared<GrpcEnvironment>(table, std::move(options), loop, std::move(tls), known_threads_,
                                                       unknown_threads_)) {}
  ~GrpcServerImpl() override { GrpcServerImpl::Stop(); }

  void HandleConnection(IncomingConnection connection) override {
    connections_->Start(std::make_shared<GrpcSession>(environment_, std::move(connection)));
  }

  void Stop() override {
    if (std::exchange(stopped_, true)) return;
    connections_->Stop(kStopTime);
    environment_->known.Stop();
    environment_->unknown.Stop();
    environment_->identification.Stop();
  }

 private:
  // Destroyed last: the destructors wait for running work.
  ThreadPool known_threads_{kKnownThreads};
  ThreadPool unknown_threads_{kUnknownThreads};
  const std::shared_ptr<GrpcEnvironment> environment_;
  const std::shared_ptr<OpenConnections> connections_ = std::make_shared<OpenConnections>();
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<GrpcServer>> StartGrpcServer(EventLoop& loop, const RpcTable& table, GrpcServerOptions options) {
  ASSIGN_OR_RETURN(auto tls, ServerTls::Create({options.certificate_pem, options.private_key_pem, {"h2"}, true}));
  return std::make_unique<GrpcServerImpl>(loop, table, std::move(options), std::move(tls));
}

}  // namespace sallyport
