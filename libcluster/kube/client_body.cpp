#include "libcluster/kube/client_body.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <string_view>
#include <vector>

#include "libcluster/net/budgets.h"

namespace sallyport {
namespace {

using boost::system::error_code;

constexpr std::chrono::seconds kInviteTimeout{30};

}  // namespace

asio::awaitable<void> InviteBody(KubeClient& client, const RequestParser& parser) {
  if (parser.get().count(http::field::expect) == 0 || parser.is_done() || client.buffer.size() > 0) co_return;
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code error;
  beast::get_lowest_layer(client.stream).expires_after(kInviteTimeout);
  co_await asio::async_write(client.stream, asio::buffer(kContinue), asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<Result<std::string>> ReadBody(KubeClient& client, RequestParser& parser, std::size_t max_bytes) {
  std::vector<char> room(kKubeCopyBytes);
  error_code error;
  std::string whole;
  const auto time = BudgetOf(Endpoint::kKubernetes, CallerState::kKnown).message_time;
  beast::get_lowest_layer(client.stream).expires_after(time);

  while (!parser.is_done()) {
    parser.get().body().data = room.data();
    parser.get().body().size = room.size();
    co_await http::async_read_some(client.stream, client.buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, error));
    if (error && error != http::error::need_buffer) {
      co_return Fail(ErrorKind::kConnectionProblem, "the connection ended inside of a body: {}", error.message());
    }
    whole.append(room.data(), room.size() - parser.get().body().size);
    if (whole.size() > max_bytes) co_return Fail(ErrorKind::kLimitExceeded, "the body is too large");
  }
  co_return whole;
}

}  // namespace sallyport
