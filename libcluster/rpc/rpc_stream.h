// Runs methods with streams as coroutines. Internal to libcluster.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>
#include <optional>
#include <string>

#include "libcluster/net/await_callback.h"
#include "libcluster/rpc/rpc_table.h"

namespace sallyport {

// The messages of one call. For coroutines on one strand: one reads, one writes.
template <typename Request, typename Response>
class RpcMessages {
 public:
  explicit RpcMessages(std::shared_ptr<RpcStream> stream) : stream_(std::move(stream)) {}

  // Returns the next message; nothing after the client's last message or when the call is over. Fails with
  // kBadParameter when the message cannot be decoded.
  asio::awaitable<Result<std::optional<Request>>> Read() {
    const auto start = [stream = stream_](auto done) { stream->Read(std::move(done)); };
    const auto bytes = co_await AwaitCallbackOr<std::optional<std::string>>(std::nullopt, start);
    if (!bytes) co_return std::nullopt;
    Request request;
    if (!request.ParseFromString(*bytes)) co_return Fail(ErrorKind::kBadParameter, "a message cannot be decoded");
    co_return std::optional<Request>(std::move(request));
  }

  // Sends a message. Returns false when the call is over.
  asio::awaitable<bool> Write(const Response& response) {
    const auto start = [stream = stream_, bytes = response.SerializeAsString()](auto done) {
      stream->Write(bytes, std::move(done));
    };
    co_return co_await AwaitCallbackOr<bool>(false, start);
  }

  // Returns when the client has left.
  asio::awaitable<void> UntilLeft() {
    const auto start = [stream = stream_](auto done) { stream->OnCancel([done] { done(true); }); };
    co_await AwaitCallbackOr<bool>(false, start);
  }

 private:
  const std::shared_ptr<RpcStream> stream_;
};

// Makes a handler for RpcTable::AddStream of a coroutine `Status(std::shared_ptr<const RpcStreamCall>,
// RpcMessages<Request, Response>)`, which runs on a strand of the loop; its status ends the call.
template <typename Request, typename Response, typename Coroutine>
std::function<void(RpcStreamCall)> StreamHandler(EventLoop& loop, Coroutine coroutine) {
  return [&loop, coroutine = std::move(coroutine)](RpcStreamCall call) {
    const auto run = [](Coroutine serve, std::shared_ptr<const RpcStreamCall> kept) -> asio::awaitable<void> {
      RpcMessages<Request, Response> messages(kept->stream);
      const Status status = co_await serve(kept, std::move(messages));
      kept->stream->Finish(status);
    };
    asio::co_spawn(asio::make_strand(ContextOf(loop)),
                   run(coroutine, std::make_shared<const RpcStreamCall>(std::move(call))), asio::detached);
  };
}

}  // namespace sallyport
