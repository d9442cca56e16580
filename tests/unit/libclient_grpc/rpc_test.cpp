#include "libclient/rpc.h"

#include <fcntl.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>
#include <poll.h>

#include <catch2/catch.hpp>
#include <mutex>

#include "../libclient/sample_login.h"
#include "../libclient/tls_server.h"
#include "libbase/encoding.h"
#include "libidentity/server_names.h"
#include "teleport/legacy/client/proto/authservice.pb.h"

namespace sallyport {
namespace {

using namespace test;
using namespace std::chrono_literals;

// Moves bytes between a TLS connection and a socket until one of them ends.
void Relay(SSL* connection, int socket) {
  char buffer[65536];
  while (true) {
    pollfd entries[] = {{SSL_get_fd(connection), POLLIN, 0}, {socket, POLLIN, 0}};
    if (SSL_pending(connection) == 0 && ::poll(entries, 2, -1) < 0) return;
    if (entries[1].revents != 0) {
      const ssize_t count = ::read(socket, buffer, sizeof buffer);
      if (count <= 0 || SSL_write(connection, buffer, static_cast<int>(count)) <= 0) return;
    }
    if (entries[0].revents != 0 || SSL_pending(connection) > 0) {
      const int count = SSL_read(connection, buffer, sizeof buffer);
      if (count <= 0 || ::write(socket, buffer, static_cast<std::size_t>(count)) != count) return;
    }
  }
}

// A gRPC service behind TLS whose answer depends on the method's name.
class AuthService : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new Reactor(context, this);
  }
  std::string version;
  std::string user_agent;

 private:
  std::mutex mutex_;  // several threads make calls

  class Reactor : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(grpc::GenericCallbackServerContext* context, AuthService* service) : method_(context->method()) {
      const std::lock_guard lock(service->mutex_);
      for (const auto& [key, value] : context->client_metadata()) {
        if (key == "version") service->version = std::string(value.data(), value.size());
        if (key == "user-agent") service->user_agent = std::string(value.data(), value.size());
      }
      StartRead(&request_);
    }
    void OnReadDone(bool) override {
      if (method_ == "/hang") return;
      if (method_ == "/expired") {
        Finish(
            {grpc::StatusCode::PERMISSION_DENIED, "access denied: client credentials have expired, please relogin."});
      } else if (method_ == "/missing") {
        Finish({grpc::StatusCode::NOT_FOUND, "no such\n\tthing"});
      } else {
        StartWriteAndFinish(&request_, {}, grpc::Status::OK);  // an echo
      }
    }
    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }

   private:
    std::string method_;
    grpc::ByteBuffer request_;
  };
};

class AuthServer {
 public:
  AuthServer()
      : server_(Build()),
        tls_(ServerCertificate(Key(), {"*.teleport.cluster.local"}), Key(),
             {.protocols = {"teleport-auth@" + AuthServerName("ref.test"), "h2"}, .want_certificate = true},
             [this](SSL* connection) { Serve(connection); }) {}
  ~AuthServer() { server_->Shutdown(std::chrono::system_clock::now()); }
  HostPort address() const { return tls_.address(); }
  AuthService service;
  std::string protocol;

 private:
  static const PrivateKey& Key() {
    static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
    return key;
  }
  std::unique_ptr<grpc::Server> Build() {
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&service);
    return builder.BuildAndStart();
  }
  void Serve(SSL* connection) {
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(connection, &name, &size);
    protocol.assign(reinterpret_cast<const char*>(name), size);
    int pair[2];
    ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
    ::fcntl(pair[1], F_SETFL, O_NONBLOCK);
    grpc::AddInsecureChannelFromFd(server_.get(), pair[1]);
    Relay(connection, pair[0]);
    ::close(pair[0]);
  }

  std::unique_ptr<grpc::Server> server_;
  TlsServer tls_;
};

RpcOptions OptionsFor(const AuthServer& server, Time until = Now() + 1h) {
  static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
  RpcOptions options;
  options.address = server.address();
  options.cluster = "ref.test";
  options.authorities_pem = SampleCluster().authority.ToPem();
  options.certificate = Certificate::FromPem(UserCertificatePem(key, until)).value();
  options.key_pem = key.ToPem();
  return options;
}

TEST_CASE("calls go through our TLS, with the cluster's protocol and the version", "[rpc]") {
  AuthServer server;
  const auto rpc = RpcClient::Connect(OptionsFor(server)).value();
  proto::PingResponse request;
  request.set_clustername(std::string(200'000, 'x'));  // more than one buffer
  const auto answer = rpc->Call<proto::PingResponse>("/echo", request);
  REQUIRE(answer);
  CHECK(answer->clustername() == request.clustername());
  CHECK(server.service.version == "18.3.0");
  CHECK(server.service.user_agent.starts_with("tsh/18.3.0 "));
  CHECK(server.protocol == "teleport-auth@" + ToHex("ref.test") + ".teleport.cluster.local");
}

TEST_CASE("an auth service that is reached directly is asked for h2 alone", "[rpc]") {
  AuthServer server;
  RpcOptions options = OptionsFor(server);
  options.through_proxy = false;
  const auto rpc = RpcClient::Connect(options).value();
  CHECK(rpc->Call<proto::PingResponse>("/echo", proto::PingRequest()));
  CHECK(server.protocol == "h2");
}

TEST_CASE("a failed call has the kind of its status and the server's words", "[rpc]") {
  AuthServer server;
  const auto rpc = RpcClient::Connect(OptionsFor(server)).value();
  const auto missing = rpc->Call<proto::PingResponse>("/missing", proto::PingRequest());
  CHECK(missing.error().kind == ErrorKind::kNotFound);
  CHECK(missing.error().message == "no such thing");
  const auto expired = rpc->Call<proto::PingResponse>("/expired", proto::PingRequest());
  CHECK(expired.error().kind == ErrorKind::kNotLoggedIn);
  CHECK_FALSE(expired.error().hint.empty());
  const auto hanging = rpc->Call<proto::PingResponse>("/hang", proto::PingRequest(), {.timeout = 50ms});
  CHECK(hanging.error().kind == ErrorKind::kConnectionProblem);
}

TEST_CASE("an expired login is said before anything is sent", "[rpc]") {
  AuthServer server;
  const auto rpc = RpcClient::Connect(OptionsFor(server, Now() - 1min));
  CHECK(rpc.error().kind == ErrorKind::kNotLoggedIn);
  CHECK(server.protocol.empty());
}

TEST_CASE("many threads may call over one connection", "[rpc]") {
  AuthServer server;
  const auto rpc = RpcClient::Connect(OptionsFor(server)).value();
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) good += rpc->Call<proto::PingResponse>("/echo", proto::PingRequest()) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 80);
}

}  // namespace
}  // namespace sallyport
