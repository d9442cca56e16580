#include "libcluster/kube/discover.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "libbase/address.h"
#include "libbase/log.h"
#include "libcluster/kube/exchange.h"
#include "libcluster/net/await_callback.h"

namespace sallyport {
namespace {

using namespace asio::experimental::awaitable_operators;
using Done = std::function<void(const Result<std::string>&)>;

constexpr std::chrono::seconds kTimeLimit{10};
constexpr int kHttpOk = 200;

// Sends no impersonation: every identity may read these documents, and all get the same.
UpstreamRequest DiscoveryRequest(const KubeEndpoint& endpoint, const std::string& path) {
  UpstreamRequest request;
  request.header.version(11);
  request.header.method(http::verb::get);
  request.header.target(endpoint.path_prefix + path);
  request.header.set(http::field::host, FormatHostPort({endpoint.host, endpoint.port}));
  request.header.set(http::field::accept, "application/json");
  return request;
}

asio::awaitable<void> Wait() {
  asio::steady_timer timer(co_await asio::this_coro::executor, kTimeLimit);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

asio::awaitable<void> Discover(std::shared_ptr<UpstreamPool> pool, std::string path, Done done) {
  UpstreamRequest request = DiscoveryRequest(pool->endpoint(), path);
  Result<std::string> body = Fail(ErrorKind::kConnectionProblem, "no answer within 10 s");
  auto first = co_await (CallUpstream(pool, request) || Wait());
  if (auto* answer = std::get_if<0>(&first)) {
    if (!*answer) {
      body = std::unexpected(answer->error());
    } else if ((*answer)->status == kHttpOk) {
      body = std::move((*answer)->body);
    } else {
      body = Fail(ErrorKind::kNotFound, "HTTP status {}", (*answer)->status);
    }
  }
  if (!body) {
    Log(LogLevel::kDebug, "cannot read which resources an API server has",
        {{"cluster", pool->endpoint().name}, {"path", path}, {"reason", body.error().message}});
  }
  done(body);
}

}  // namespace

std::shared_ptr<ApiScopes> MakeApiScopes(const std::shared_ptr<UpstreamPool>& pool, asio::io_context& context) {
  return std::make_shared<ApiScopes>([pool, &context](const std::string& path, Done done) {
    asio::co_spawn(asio::make_strand(context), Discover(pool, path, std::move(done)), asio::detached);
  });
}

asio::awaitable<bool> IsClusterWide(const std::shared_ptr<ApiScopes>& scopes, const std::string& api_group,
                                    const std::string& version, const std::string& resource) {
  auto ask = [scopes, api_group, version, resource](auto callback) {
    scopes->IsClusterWide(api_group, version, resource, std::move(callback));
  };
  const auto answer = co_await AwaitCallback<ApiScopes::Answer>(ask);
  co_return answer.value_or(false);
}

}  // namespace sallyport
