#include "libcluster/kube/own_answer.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <utility>

#include "libcluster/kube/kube_status.h"

namespace sallyport {
namespace {

using boost::system::error_code;

constexpr std::chrono::seconds kOwnAnswerTimeout{30};

}  // namespace

asio::awaitable<bool> Answer(KubeClient& client, RequestParser& parser, int http_status, std::string content_type,
                             std::string body) {
  error_code code;
  http::response<http::string_body> response(static_cast<http::status>(http_status), 11);
  response.set(http::field::content_type, content_type);
  if (response.result() == http::status::too_many_requests) {
    response.set(http::field::retry_after, std::to_string(kRetryAfter.count()));
  }
  response.body() = std::move(body);
  // An unread body makes the connection unusable for another request.
  client.unread_body = parser.is_header_done() && !parser.is_done();
  const bool keep_alive = parser.is_done() && parser.keep_alive() && !client.must_close;
  response.keep_alive(keep_alive);
  response.prepare_payload();
  beast::get_lowest_layer(client.stream).expires_after(kOwnAnswerTimeout);
  co_await http::async_write(client.stream, response, asio::redirect_error(asio::use_awaitable, code));
  co_return keep_alive && !code;
}

asio::awaitable<bool> Refuse(KubeClient& client, RequestParser& parser, const Error& error, int http_status) {
  const int status = http_status == 0 ? KubeHttpStatus(error) : http_status;
  std::string type = "application/json";
  std::string body = KubeStatusJson(error, status);
  co_return co_await Answer(client, parser, status, std::move(type), std::move(body));
}

}  // namespace sallyport
