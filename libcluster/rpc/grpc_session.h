// One connection of the gRPC server: TLS, the caller, and its calls. Internal to libcluster.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libcluster/net/stream.h"
#include "libcluster/rpc/grpc_connection.h"
#include "libcluster/rpc/grpc_environment.h"

namespace sallyport {

// Everything but the public functions runs on a strand of the event loop. The session lives as long as its connection,
// its calls and the holders of their streams.
class GrpcSession : public std::enable_shared_from_this<GrpcSession>, private GrpcCallEvents {
 public:
  GrpcSession(std::shared_ptr<GrpcEnvironment> environment, IncomingConnection connection);
  ~GrpcSession() override;

  // Serves until either side ends the connection, then calls `ended`, on the strand.
  void Start(std::function<void()> ended);
  // Refuses further calls and tells the client; open calls continue. Safe from any thread.
  void GoAway();
  // Ends the connection and its calls. Safe from any thread.
  void Close();

 private:
  class Stream;
  // The state of a call, used on the strand.
  struct Call {
    const RpcMethod* method = nullptr;
    GrpcCallHead head;
    std::shared_ptr<std::atomic<bool>> over = std::make_shared<std::atomic<bool>>(false);
    bool submitted = false;  // a unary call's message is being handled
    // Of a call with streams.
    std::function<void(std::optional<std::string>)> read_done;
    std::function<void(bool)> write_done;
    std::function<void()> left;
    bool client_left = false;
    bool held = false;  // by a Stream, which may still read or write
  };
  // An authorized call: its method, and the caller.
  struct Admitted {
    const RpcMethod* method;
    std::shared_ptr<const Caller> caller;
    GrpcCallHead head;
    RpcCall call() const { return {*caller, method->path, head.client_version, head.user_agent}; }
  };

  asio::awaitable<void> Serve();
  asio::awaitable<bool> Handshake();
  asio::awaitable<void> Identify();
  asio::awaitable<void> ReadAll();
  void Flush();
  void AfterStep();
  void WakeWriters();
  void ArmTimer();
  void OnTimer();
  void Abort();
  void UpdateAccount();
  const Budget& budget() const {
    return BudgetOf(Endpoint::kGrpc, known_ ? CallerState::kKnown : CallerState::kUnknown);
  }
  FairPool& pool() const { return known_ ? environment_->known : environment_->unknown; }

  bool OnCall(std::int32_t number, const GrpcCallHead& head) override;
  void OnMessage(std::int32_t number) override;
  void OnOver(std::int32_t number) override;

  void SubmitUnary(std::int32_t number, Call& call, std::optional<std::string> message);
  void SubmitStream(std::int32_t number, Call& call);
  Result<std::string> RunUnary(const RpcMethod* method, const GrpcCallHead& head,
                               const std::optional<std::string>& message) const;
  Result<Admitted> Admit(const RpcMethod* method, GrpcCallHead head) const;
  void Answer(std::int32_t number, Result<std::string> answer);
  void Refuse(std::int32_t number, const Error& error);

  // The operations of a Stream, on the strand.
  void Read(std::int32_t number, std::function<void(std::optional<std::string>)> done);
  void Write(std::int32_t number, const std::string& message, std::function<void(bool)> done);
  void Finish(std::int32_t number, const GrpcStatus& status);
  void Listen(std::int32_t number, std::function<void()> listener);
  void LetGo(std::int32_t number);
  void DeliverRead(std::int32_t number, Call& call);
  Call* Find(std::int32_t number);
  void End(std::int32_t number, Call& call);

  // Runs `work` on the strand, unless the loop has been stopped.
  template <typename Work>
  void Post(Work work);

  const std::shared_ptr<GrpcEnvironment> environment_;
  const std::string remote_address_;
  asio::strand<asio::io_context::executor_type> strand_;
  ServerTlsStream stream_;
  asio::steady_timer timer_;
  std::vector<std::string> chain_;
  bool known_ = false;
  std::string key_;  // of the caller, for accounts and the pool
  std::shared_ptr<CallerAccount> account_;
  UnknownConnections::Place place_;  // while the caller is unknown
  SourceSlots::Slot slot_;           // of a known caller
  std::size_t accounted_ = 0;
  std::optional<GrpcConnection> connection_;
  std::map<std::int32_t, Call> calls_;
  std::string output_;
  bool writing_ = false;
  bool timer_armed_ = false;
  bool closed_ = false;
  std::chrono::seconds idle_{0};  // the time without an open call
  std::function<void()> ended_;
};

}  // namespace sallyport
