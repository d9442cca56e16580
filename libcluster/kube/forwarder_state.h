// What the parts of the forwarder share. Internal to libcluster/kube.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libcluster/kube/forwarder.h"
#include "libcluster/kube/request/api_scopes.h"
#include "libcluster/kube/upstream_pool.h"
#include "libcluster/net/caller_account.h"
#include "libcluster/net/rate_limiter.h"
#include "libcluster/net/source_slots.h"
#include "libcluster/net/tls_state.h"
#include "libcluster/net/unknown_connections.h"

namespace sallyport {

namespace http = beast::http;

struct KubeForwarder::State {
  State(EventLoop& loop_in, ThreadPool& threads_in, std::unique_ptr<KubeDecider> decider_in,
        KubeForwarderOptions options)
      : loop(loop_in),
        threads(threads_in),
        decider(std::move(decider_in)),
        upstream_of_agent(std::move(options.upstream_of_agent)),
        known_caller(std::move(options.known_caller)),
        tls(std::move(options.tls)) {}
  EventLoop& loop;
  ThreadPool& threads;
  const std::unique_ptr<KubeDecider> decider;
  const std::function<KubeUpstream(const KubeClusterInfo&)> upstream_of_agent;
  const std::function<void(const std::string&, const std::string&)> known_caller;
  struct Upstream {
    std::shared_ptr<UpstreamPool> pool;
    std::shared_ptr<ApiScopes> scopes;
    Labels labels = {};  // of an agent's cluster: by which its connections were opened
  };
  UnknownConnections unknown_connections{BudgetOf(Door::kKubernetes, CallerState::kUnknown)};
  SourceSlots connections{BudgetOf(Door::kKubernetes, CallerState::kKnown).connections_of_one, 0};  // of users
  RateLimiter new_connections{kKubeConnectionRate};                                                 // of users
  CallerAccounts accounts{Door::kKubernetes};  // of what is read whole
  std::mutex mutex;                            // of everything below
  std::shared_ptr<ServerTls> tls;
  std::map<std::string, Upstream> upstreams;  // by cluster, of agents by "HOST_ID/cluster"

  std::shared_ptr<ServerTls> Tls() {
    const std::lock_guard lock(mutex);
    return tls;
  }
  Result<Upstream> Make(KubeUpstream upstream);
  // Returns the way to the cluster of a plan, which the decider has found.
  Result<Upstream> UpstreamOf(const KubePlan& plan);
};

using RequestParser = http::request_parser<http::buffer_body>;
using RequestHeader = http::request_header<>;

// The most that is kept of what a client has sent and nobody has read.
inline constexpr std::size_t kMaxClientBuffer = 512 << 10;

// One client connection.
struct KubeClient {
  std::shared_ptr<KubeForwarder::State> state;
  ServerTlsStream stream;
  beast::flat_buffer buffer;
  std::vector<std::string> chain_pem;
  std::string remote_address;
  std::string cluster;                               // that the connection is for alone; or ""
  bool known = false;                                // a request of it has been identified
  bool must_close = false;                           // it serves no further request
  bool audited = false;                              // the request at hand is in the audit log
  bool unread_body = false;                          // was not taken from the client
  bool in_tunnel = false;                            // its end is seen by who copies
  UnknownConnections::Place place = {};              // as long as the caller is not known
  SourceSlots::Slot slot = {};                       // of a user
  std::shared_ptr<CallerAccount> account = nullptr;  // of a caller who is known
};

// Sends a request on and relays the answer. Its body is `body` when that has been read, else it is streamed. Returns
// whether the client's connection can be used again.
asio::awaitable<bool> ForwardRequest(KubeClient& client, RequestParser& parser, const KubePlan& plan,
                                     const std::string* body = nullptr);

// The same for a request that asks for another protocol: after 101 the connection is a tunnel until either side ends
// it.
asio::awaitable<void> ForwardUpgrade(KubeClient& client, RequestParser& parser, const KubePlan& plan);

// Answers the question whether the user may do something: by itself when the roles deny it, else the API server does.
asio::awaitable<bool> AnswerAccessReview(KubeClient& client, RequestParser& parser, const KubePlan& plan,
                                         const std::string& body);

// Deletes what the roles reach of a collection, one object after the other, and answers with the list of what has gone.
asio::awaitable<bool> DeleteEach(KubeClient& client, RequestParser& parser, const KubePlan& plan,
                                 const std::string& body);

// Answers with a Kubernetes Status, of the error's HTTP status unless another is given. Returns whether the connection
// can be used again.
asio::awaitable<bool> Refuse(KubeClient& client, RequestParser& parser, const Error& error, int http_status = 0);

// Answers with a body. Returns whether the connection can be used again.
asio::awaitable<bool> Answer(KubeClient& client, RequestParser& parser, int http_status, std::string content_type,
                             std::string body);

// Writes the audit event of a request that was answered, once.
void AuditRequest(KubeClient& client, const RequestParser& parser, const KubePlan& plan, int http_status);

// Returns the request's header as the API server gets it: without what is for this hop, names an identity or frames the
// body, with the impersonation and the target that was decided.
RequestHeader UpstreamHeader(const RequestHeader& request, const KubePlan& plan, const UpstreamPool& pool);

// Returns whether a resource is outside of namespaces; false when the API server does not say.
asio::awaitable<bool> IsClusterWide(const KubeForwarder::State::Upstream& upstream, const std::string& api_group,
                                    const std::string& version, const std::string& resource);

// Makes what asks an API server for its discovery documents.
std::shared_ptr<ApiScopes> MakeApiScopes(const std::shared_ptr<UpstreamPool>& pool, asio::io_context& context);

// Sends "100 Continue" to a client that waits for it, before its body is read.
asio::awaitable<void> InviteBody(KubeClient& client, const RequestParser& parser);

HttpHeaders HeadersOf(const RequestHeader& request);

}  // namespace sallyport
