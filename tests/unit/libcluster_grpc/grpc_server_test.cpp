// Tests the server with gRPC's own library: the kinds of calls of its interoperability tests.
#include "libcluster/rpc/grpc_server.h"

#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <catch2/catch.hpp>
#include <thread>

#include "../libclient/sample_login.h"
#include "libbase/version.h"
#include "libcluster/rpc/rpc_stream.h"
#include "tests/unit/eventually.h"

namespace sallyport {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Text = google::protobuf::StringValue;

// A call through the stub, which waits for each step.
class PeerCall {
 public:
  PeerCall(grpc::GenericStub& stub, const std::string& method, std::chrono::milliseconds timeout = 20s,
           grpc_compression_algorithm compression = GRPC_COMPRESS_NONE) {
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    context.set_compression_algorithm(compression);
    context.AddMetadata("version", "18.3.0");
    call_ = stub.PrepareCall(&context, method, &queue_);
    call_->StartCall(nullptr);
    Wait();
  }
  ~PeerCall() { queue_.Shutdown(); }

  bool Write(const std::string& text) {
    Text message;
    message.set_value(text);
    const grpc::Slice slice(message.SerializeAsString());
    call_->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    return Wait();
  }
  bool WritesDone() {
    call_->WritesDone(nullptr);
    return Wait();
  }
  std::optional<std::string> Read() {
    grpc::ByteBuffer bytes;
    call_->Read(&bytes, nullptr);
    if (!Wait()) return std::nullopt;
    std::vector<grpc::Slice> slices;
    REQUIRE(bytes.Dump(&slices).ok());
    std::string flat;
    for (const auto& slice : slices) flat.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    Text message;
    REQUIRE(message.ParseFromString(flat));
    return message.value();
  }
  grpc::Status Finish() {
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Wait();
    return status;
  }
  // Makes a call with one message in each direction.
  grpc::Status Ask(const std::string& question, std::string& answer) {
    Write(question);
    WritesDone();
    answer = Read().value_or("");
    return Finish();
  }

  grpc::ClientContext context;

 private:
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    REQUIRE(queue_.Next(&tag, &ok));
    return ok;
  }
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

// A server whose methods a test can observe.
class Sample {
 public:
  Sample() {
    AddMethods();
    GrpcServerOptions options;
    options.certificate_pem = ServerCertificate(Key(), {"auth.test"}).ToPem();
    options.private_key_pem = Key().ToPem().Reveal();
    options.authenticate = [this](const std::vector<std::string>& chain, const std::string& address) {
      auto caller = std::make_shared<Caller>();
      if (!chain.empty()) caller->kind = Caller::Kind::kUser;
      caller->identity.username = "alice";
      remote_address = address;
      return Result<std::shared_ptr<const Caller>>(std::move(caller));
    };
    options.authorize = [](const RpcMethod& method, const RpcCall& call) -> Status {
      if (method.access.who == RpcAccess::Who::kAnyone || call.caller.kind == Caller::Kind::kUser) return {};
      return Fail(ErrorKind::kAccessDenied, "access denied to {}", method.path);
    };
    options.check_version = [this](const std::string& version) -> Status {
      client_version = version;
      return {};
    };
    server = StartGrpcServer(loop, table, std::move(options)).value();
    listener = Listener::Open(loop, "127.0.0.1:0").value();
    listener->Serve(gate, [this](IncomingConnection connection) { server->HandleConnection(std::move(connection)); });
  }
  ~Sample() {
    listener->Stop();
    server->Stop();
    loop.Stop();
  }

  std::shared_ptr<grpc::Channel> Channel(bool with_certificate = true) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = SampleCluster().authority.ToPem();
    if (with_certificate) {
      static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
      options.pem_cert_chain = UserCertificatePem(key, Now() + 1h);
      options.pem_private_key = key.ToPem().Reveal();
    }
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("auth.test");
    arguments.SetMaxReceiveMessageSize(8 << 20);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, keepalive_ms);
    return grpc::CreateCustomChannel(listener->address(), grpc::SslCredentials(options), arguments);
  }
  static const PrivateKey& Key() {
    static const PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEcdsaP256).value();
    return key;
  }

  ConnectionGate gate{1};
  EventLoop loop{2};
  RpcTable table;
  std::atomic<int> handled = 0;
  std::atomic<int> begun = 0;  // calls of Slow and Wait
  std::atomic<bool> left = false;
  std::string remote_address;
  std::string client_version;
  int keepalive_ms = INT_MAX;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<GrpcServer> server;

 private:
  void AddMethods() {
    table.Add({"/t.S/Echo", RpcAccess::Authenticated()},
              [this](const RpcCall&, const Text& request, Text& response) -> Status {
                ++handled;
                response = request;
                return {};
              });
    table.Add({"/t.S/Open", RpcAccess::Anyone()}, [](const RpcCall&, const Text&, Text&) { return Status(); });
    table.Add({"/t.S/Fail", RpcAccess::Authenticated()}, [](const RpcCall&, const Text& request, Text&) -> Status {
      return Fail(ErrorKind::kNotFound, "{}", request.value());
    });
    table.Add({"/t.S/Large", RpcAccess::Authenticated()},
              [](const RpcCall&, const Text& request, Text& response) -> Status {
                response.set_value(std::string(std::stoul(request.value()), 'x'));
                return {};
              });
    table.Add({"/t.S/Slow", RpcAccess::Authenticated()}, [this](const RpcCall&, const Text&, Text&) -> Status {
      ++begun;
      std::this_thread::sleep_for(300ms);
      return {};
    });
    using Messages = RpcMessages<Text, Text>;
    using CallPtr = std::shared_ptr<const RpcStreamCall>;
    table.AddStream("/t.S/Chat", RpcAccess::Authenticated(),
                    StreamHandler<Text, Text>(loop, [](CallPtr, Messages messages) -> asio::awaitable<Status> {
                      while (true) {
                        const auto message = co_await messages.Read();
                        if (!message) co_return std::unexpected(message.error());
                        if (!*message) co_return Status();
                        const bool open = co_await messages.Write(**message);
                        if (!open) co_return Status();
                      }
                    }));
    table.AddStream("/t.S/Pour", RpcAccess::Authenticated(),
                    StreamHandler<Text, Text>(loop, [](CallPtr, Messages messages) -> asio::awaitable<Status> {
                      const auto first = co_await messages.Read();
                      Text piece;
                      piece.set_value(std::string(100'000, 'x'));
                      for (int i = 0; i < 100; ++i) {
                        const bool open = co_await messages.Write(piece);
                        if (!open) co_return Status();
                      }
                      co_return Fail(ErrorKind::kAlreadyExists, "all is poured");
                    }));
    table.AddStream("/t.S/Wait", RpcAccess::Authenticated(),
                    StreamHandler<Text, Text>(loop, [this](CallPtr, Messages messages) -> asio::awaitable<Status> {
                      ++begun;
                      co_await messages.UntilLeft();
                      left = true;
                      co_return Status();
                    }));
  }
};

TEST_CASE("a call has one message each way, and the versions of both sides", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  PeerCall call(stub, "/t.S/Echo");
  std::string answer;
  const auto status = call.Ask("question", answer);
  CHECK(status.ok());
  CHECK(answer == "question");
  CHECK(sample.client_version == "18.3.0");
  CHECK(sample.remote_address.starts_with("127.0.0.1:"));
  CHECK(call.context.GetServerInitialMetadata().find("version")->second == std::string(kWireVersion));
}

TEST_CASE("messages are large, up to their limit", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  std::string answer;
  const std::string large((4 << 20) - 100, 'x');
  CHECK(PeerCall(stub, "/t.S/Echo").Ask(large, answer).ok());
  CHECK(answer == large);
  CHECK(PeerCall(stub, "/t.S/Echo").Ask(large + std::string(200, 'x'), answer).error_code() ==
        grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(PeerCall(stub, "/t.S/Large").Ask("4194305", answer).error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(PeerCall(stub, "/t.S/Echo").Ask("", answer).ok());
}

TEST_CASE("compressed messages are understood", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  const std::string text(100'000, 'x');
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    std::string answer;
    CHECK(PeerCall(stub, "/t.S/Echo", 20s, algorithm).Ask(text, answer).ok());
    CHECK(answer == text);
  }
}

TEST_CASE("a failure has its code and its words", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  std::string answer;
  const std::string words = "100 % of \"ключи\" are gone\n\tend ";
  const auto status = PeerCall(stub, "/t.S/Fail").Ask(words, answer);
  CHECK(status.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(status.error_message() == words);
  CHECK(PeerCall(stub, "/t.S/Nothing").Ask("x", answer).error_code() == grpc::StatusCode::UNIMPLEMENTED);
  PeerCall empty(stub, "/t.S/Echo");
  empty.WritesDone();
  CHECK(empty.Finish().error_code() == grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("a caller without a certificate may do what anybody may, in small", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel(false));
  std::string answer;
  CHECK(PeerCall(stub, "/t.S/Open").Ask("x", answer).ok());
  CHECK(PeerCall(stub, "/t.S/Echo").Ask("x", answer).error_code() == grpc::StatusCode::PERMISSION_DENIED);
  CHECK(PeerCall(stub, "/t.S/Open").Ask(std::string(1 << 20, 'x'), answer).error_code() ==
        grpc::StatusCode::RESOURCE_EXHAUSTED);
  PeerCall chat(stub, "/t.S/Chat");
  CHECK(chat.Finish().error_code() == grpc::StatusCode::PERMISSION_DENIED);
  CHECK(sample.handled == 0);
}

TEST_CASE("streams go both ways", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  PeerCall call(stub, "/t.S/Chat");
  for (const std::size_t size : {1U, 1000U, 1'000'000U, 0U, 3'000'000U}) {
    const std::string text(size, 'y');
    REQUIRE(call.Write(text));
    CHECK(call.Read() == text);
  }
  CHECK(call.WritesDone());
  CHECK_FALSE(call.Read());
  CHECK(call.Finish().ok());
}

TEST_CASE("a server may send much and then fail", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  PeerCall call(stub, "/t.S/Pour");
  REQUIRE(call.Write(""));
  std::this_thread::sleep_for(50ms);  // makes the server wait for a reader
  int pieces = 0;
  while (call.Read()) ++pieces;
  CHECK(pieces == 100);
  const auto status = call.Finish();
  CHECK(status.error_code() == grpc::StatusCode::ALREADY_EXISTS);
  CHECK(status.error_message() == "all is poured");
}

TEST_CASE("a handler hears that its client left", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  std::string answer;
  // The library processes its connection only during a call.
  const auto eventually = [&](const std::function<bool()>& condition) {
    return test::Eventually([&] { return PeerCall(stub, "/t.S/Echo").Ask("", answer).ok() && condition(); });
  };
  SECTION("by a cancel") {
    PeerCall call(stub, "/t.S/Wait");
    REQUIRE(call.Write(""));
    REQUIRE(eventually([&] { return sample.begun == 1; }));
    call.context.TryCancel();
    CHECK(call.Finish().error_code() == grpc::StatusCode::CANCELLED);
  }
  SECTION("by a deadline") {
    PeerCall call(stub, "/t.S/Wait", 3s);
    REQUIRE(eventually([&] { return sample.begun == 1; }));
    CHECK(call.Finish().error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  CHECK(eventually([&] { return sample.left.load(); }));
}

TEST_CASE("many calls at a time, of which some are cancelled", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 25; ++j) {
        if ((i + j) % 5 == 0) {
          PeerCall cancelled(stub, "/t.S/Chat");
          cancelled.context.TryCancel();
          cancelled.Finish();
          continue;
        }
        std::string answer;
        good += PeerCall(stub, "/t.S/Echo").Ask(std::to_string(j), answer).ok() && answer == std::to_string(j) ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 160);
}

TEST_CASE("clients keep their connection alive by pings", "[grpc_server]") {
  Sample sample;
  sample.keepalive_ms = 20;
  auto channel = sample.Channel();
  grpc::GenericStub stub(channel);
  PeerCall call(stub, "/t.S/Chat");
  std::this_thread::sleep_for(500ms);
  REQUIRE(call.Write("still there"));
  CHECK(call.Read() == "still there");
  CHECK(channel->GetState(false) == GRPC_CHANNEL_READY);
}

TEST_CASE("a server that stops lets a running call end, and ends a stream", "[grpc_server]") {
  Sample sample;
  grpc::GenericStub stub(sample.Channel());
  PeerCall waiting(stub, "/t.S/Wait");
  REQUIRE(waiting.Write(""));
  PeerCall slow(stub, "/t.S/Slow");
  REQUIRE(slow.Write("x"));
  REQUIRE(slow.WritesDone());
  REQUIRE(test::Eventually([&] { return sample.begun == 2; }));
  const auto before = std::chrono::steady_clock::now();
  sample.server->Stop();
  CHECK(std::chrono::steady_clock::now() - before < 5s);
  CHECK(slow.Read() == "");
  CHECK(slow.Finish().ok());
  CHECK(waiting.Finish().error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(sample.left);
}

}  // namespace
}  // namespace sallyport
