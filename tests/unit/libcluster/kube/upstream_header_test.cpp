#include "libcluster/kube/upstream_header.h"

#include <catch2/catch.hpp>

#include "libcluster/net/event_loop.h"
#include "libcluster/net/stream.h"
#include "libcluster/net/thread_pool.h"

namespace sallyport {
namespace {

// A pool that never opens a connection.
struct UpstreamServer {
  UpstreamServer() {
    KubeUpstream upstream;
    upstream.endpoint.host = "10.0.0.1";
    upstream.endpoint.port = 6443;
    upstream.endpoint.path_prefix = "/k8s";
    upstream.endpoint.use_tls = false;
    pool = UpstreamPool::Create(ContextOf(loop), threads, std::move(upstream)).value();
  }
  EventLoop loop{1};
  ThreadPool threads{1};
  std::shared_ptr<UpstreamPool> pool;
};

DecidedKubeRequest DecidedAs(std::string user, std::vector<std::string> groups) {
  IdentifiedKubeRequest asked;
  asked.info = ReadKubeRequest("GET", ParseKubeTarget("/api/v1/pods?limit=5").value()).value();
  asked.forwarded_for = "192.0.2.1";
  DecidedKubeRequest decided(std::move(asked));
  decided.as = {std::move(user), std::move(groups)};
  return decided;
}

RequestHeader ClientRequest() {
  RequestHeader header;
  header.version(11);
  header.method(http::verb::get);
  header.target("/api/v1/pods?limit=5");
  header.set(http::field::host, "px.ex.com");
  header.set(http::field::accept, "application/vnd.kubernetes.protobuf, application/json");
  header.set(http::field::authorization, "Bearer of-the-client");
  header.set("Impersonate-User", "somebody");
  header.set("Impersonate-Extra-Scopes", "all");
  header.set("X-Forwarded-For", "203.0.113.9");
  return header;
}

std::vector<std::string> All(const RequestHeader& header, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& field : header) {
    if (EqualIgnoringCase(std::string_view(field.name_string()), name)) values.emplace_back(field.value());
  }
  return values;
}

using Texts = std::vector<std::string>;

TEST_CASE("a request goes to the server's address as whom was decided, whatever the client says") {
  const UpstreamServer server;
  const RequestHeader header = UpstreamHeader(ClientRequest(), DecidedAs("alice", {"dev", "ops"}), *server.pool);
  CHECK(std::string_view(header.target()) == "/k8s/api/v1/pods?limit=5");
  CHECK(std::string_view(header.method_string()) == "GET");
  CHECK(All(header, "Host") == Texts{"10.0.0.1:6443"});
  CHECK(All(header, "Authorization").empty());
  CHECK(All(header, "Impersonate-User") == Texts{"alice"});
  CHECK(All(header, "Impersonate-Group") == Texts{"dev", "ops"});
  CHECK(All(header, "Impersonate-Extra-Scopes").empty());
  CHECK(All(header, "X-Forwarded-For") == Texts{"192.0.2.1"});
  CHECK(All(header, "X-Forwarded-Host") == Texts{"px.ex.com"});
  CHECK(All(header, "X-Forwarded-Proto") == Texts{"https"});
  CHECK(All(header, "Accept") == Texts{"application/vnd.kubernetes.protobuf, application/json"});
  CHECK(All(header, "Accept-Encoding").empty());
}

TEST_CASE("an agent's request names the host that the proxy named") {
  const UpstreamServer server;
  DecidedKubeRequest decided = DecidedAs("", {});
  decided.asked.forwarded_host = "kube.ex.com";
  const RequestHeader header = UpstreamHeader(ClientRequest(), decided, *server.pool);
  CHECK(All(header, "X-Forwarded-Host") == Texts{"kube.ex.com"});
  CHECK(All(header, "Impersonate-User").empty());
  CHECK(All(header, "Impersonate-Group").empty());
}

TEST_CASE("an answer that is filtered is asked for as JSON without compression") {
  const UpstreamServer server;
  DecidedKubeRequest decided = DecidedAs("alice", {});
  decided.filter = std::make_shared<const KubeAccess>(std::vector<KubeRule>(), std::vector<KubeRule>());
  const RequestHeader header = UpstreamHeader(ClientRequest(), decided, *server.pool);
  CHECK(All(header, "Accept") == Texts{"application/json"});
  CHECK(All(header, "Accept-Encoding") == Texts{"identity"});
}

}  // namespace
}  // namespace sallyport
