#include "libcluster/grpc_server.h"

#include <fcntl.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "libbase/log.h"
#include "libbase/version.h"
#include "libcluster/thread_pool.h"

namespace sallyport {
namespace {

constexpr int kMaxMessageBytes = 4 << 20;
constexpr int kMaxConcurrentStreams = 1000;
constexpr std::size_t kMaxHandlerThreads = 64;

std::string Metadata(const grpc::CallbackServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return {};
  return std::string(found->second.data(), found->second.size());
}

// Adds the certificates of a PEM text one by one.
void AddCertificates(std::string_view text, std::vector<std::string>& chain) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  for (auto begin = text.find(kBegin); begin != std::string_view::npos;) {
    const auto next = text.find(kBegin, begin + kBegin.size());
    std::string certificate(text.substr(begin, next == std::string_view::npos ? next : next - begin));
    if (std::ranges::find(chain, certificate) == chain.end()) chain.push_back(std::move(certificate));
    begin = next;
  }
}

// The certificates that the client showed, leaf first: gRPC has the leaf apart from the rest.
std::vector<std::string> PeerChain(const grpc::CallbackServerContext& context) {
  std::vector<std::string> chain;
  const auto auth = context.auth_context();
  if (!auth) return chain;
  for (const char* property : {"x509_pem_cert", "x509_pem_cert_chain"}) {
    for (const auto& value : auth->FindPropertyValues(property)) AddCertificates({value.data(), value.size()}, chain);
  }
  return chain;
}

grpc::Status ToGrpcStatus(const Error& error) {
  return {static_cast<grpc::StatusCode>(RowOf(error.kind).grpc_code), error.message};
}

// What all calls share.
struct CallEnvironment {
  const RpcTable& table;
  GrpcServerOptions options;
  ThreadPool threads{kMaxHandlerThreads};
};

// A call that may be made: its row, and who calls.
struct Admitted {
  const RpcMethod* method;
  std::shared_ptr<const Caller> caller;
  std::string client_version;
  std::string user_agent;
  std::string recording_format;

  RpcCall call() const { return {*caller, method->path, client_version, user_agent}; }
};

Result<Admitted> Admit(const CallEnvironment& environment, const grpc::GenericCallbackServerContext& context) {
  const RpcMethod* method = environment.table.Find(context.method());
  if (method == nullptr) {
    return Fail(ErrorKind::kNotImplemented, "{} is not implemented by this cluster", context.method());
  }
  const auto& options = environment.options;
  Admitted admitted{method, nullptr, Metadata(context, "version"), Metadata(context, "user-agent"),
                    Metadata(context, "session-recording-format")};
  RETURN_IF_ERROR(options.check_version(admitted.client_version));
  ASSIGN_OR_RETURN(admitted.caller, options.authenticate(PeerChain(context), context.peer()));
  RETURN_IF_ERROR(options.authorize(*method, admitted.call()));
  return admitted;
}

grpc::Status LoggedStatus(const Error& error, const std::string& method) {
  if (error.kind == ErrorKind::kNotImplemented) {
    Log(LogLevel::kWarning, "unimplemented method called", {{"method", method}, {"error", error.message}});
  }
  return ToGrpcStatus(error);
}

// One unary call: read the request, run the row on the pool, answer.
class UnaryCall : public grpc::ServerGenericBidiReactor {
 public:
  UnaryCall(CallEnvironment& environment, grpc::GenericCallbackServerContext& context)
      : environment_(environment), context_(context) {
    context_.AddInitialMetadata("version", std::string(kWireVersion));
    StartRead(&request_bytes_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "the call carried no request"));
      return;
    }
    environment_.threads.Submit([this] { Answer(); });
  }
  void OnDone() override { delete this; }

 private:
  void Answer() {
    if (const Status status = Run(); !status) return Finish(LoggedStatus(status.error(), context_.method()));
    StartWriteAndFinish(&response_bytes_, grpc::WriteOptions(), grpc::Status::OK);
  }

  Status Run() {
    ASSIGN_OR_RETURN(const Admitted admitted, Admit(environment_, context_));
    const RpcMethod* method = admitted.method;
    const auto request = method->new_request();
    grpc::ProtoBufferReader reader(&request_bytes_);
    if (!reader.status().ok() || !request->ParseFromZeroCopyStream(&reader)) {
      return Fail(ErrorKind::kBadParameter, "{}: the request cannot be decoded", context_.method());
    }
    const auto response = method->new_response();
    RETURN_IF_ERROR(method->handler(admitted.call(), *request, *response));
    return Serialize(*response);
  }

  Status Serialize(const google::protobuf::Message& response) {
    const std::size_t size = response.ByteSizeLong();
    if (size > kMaxMessageBytes) {
      return Fail(ErrorKind::kLimitExceeded, "the answer of {} bytes is larger than a message may be: ask for less",
                  size);
    }
    grpc::ProtoBufferWriter writer(&response_bytes_, static_cast<int>(std::max<std::size_t>(size, 1)),
                                   static_cast<int>(size));
    if (!response.SerializeToZeroCopyStream(&writer)) return Fail(ErrorKind::kInternal, "the answer cannot be encoded");
    return {};
  }

  CallEnvironment& environment_;
  grpc::GenericCallbackServerContext& context_;
  grpc::ByteBuffer request_bytes_;
  grpc::ByteBuffer response_bytes_;
};

// One call with streams. It lives until gRPC is done with it; its handler may keep the stream for longer.
class StreamCall : public grpc::ServerGenericBidiReactor, public std::enable_shared_from_this<StreamCall> {
 public:
  // Admits the call on the pool, then starts its handler.
  static grpc::ServerGenericBidiReactor* Start(CallEnvironment& environment,
                                               grpc::GenericCallbackServerContext& context) {
    const auto call = std::make_shared<StreamCall>();
    call->self_ = call;
    context.AddInitialMetadata("version", std::string(kWireVersion));
    environment.threads.Submit([call, &environment, &context] {
      auto admitted = Admit(environment, context);
      if (!admitted) return call->End(LoggedStatus(admitted.error(), context.method()));
      call->Run(std::move(*admitted));
    });
    return call.get();
  }

  void Read(std::function<void(std::optional<std::string>)> done) {
    std::unique_lock lock(mutex_);
    if (over_) {
      lock.unlock();
      return done(std::nullopt);
    }
    read_done_ = std::move(done);
    StartRead(&read_bytes_);
  }

  void Write(const std::string& message, std::function<void(bool)> done) {
    std::unique_lock lock(mutex_);
    if (over_) {
      lock.unlock();
      return done(false);
    }
    write_done_ = std::move(done);
    const grpc::Slice slice(message);
    write_bytes_ = grpc::ByteBuffer(&slice, 1);
    StartWrite(&write_bytes_);
  }

  void End(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(over_, true)) return;
    Finish(status);
  }

  void Listen(std::function<void()> listener) {
    std::unique_lock lock(mutex_);
    if (!cancelled_) {
      listener_ = std::move(listener);
      return;
    }
    lock.unlock();
    listener();
  }

  void OnReadDone(bool ok) override {
    std::optional<std::string> message;
    if (ok) message = Flat(read_bytes_);
    Take(read_done_)(std::move(message));
  }
  void OnWriteDone(bool ok) override { Take(write_done_)(ok); }
  void OnCancel() override {
    std::unique_lock lock(mutex_);
    cancelled_ = true;
    const auto listener = std::exchange(listener_, nullptr);
    lock.unlock();
    if (listener) listener();
  }
  void OnDone() override {
    Take(listener_);  // it may hold the handle, whose end takes the mutex
    self_.reset();
  }

 private:
  // What the handler holds: letting go of it ends the call.
  class Handle : public RpcStream {
   public:
    explicit Handle(std::shared_ptr<StreamCall> call) : call_(std::move(call)) {}
    ~Handle() override { call_->End(grpc::Status(grpc::StatusCode::UNAVAILABLE, "the server is going away")); }
    void Read(std::function<void(std::optional<std::string>)> done) override { call_->Read(std::move(done)); }
    void Write(std::string message, std::function<void(bool)> done) override { call_->Write(message, std::move(done)); }
    void Finish(const Status& status) override { call_->End(status ? grpc::Status::OK : ToGrpcStatus(status.error())); }
    void OnCancel(std::function<void()> listener) override { call_->Listen(std::move(listener)); }

   private:
    const std::shared_ptr<StreamCall> call_;
  };

  void Run(Admitted admitted) {
    admitted.method->stream_handler({std::move(admitted.caller), admitted.method->path,
                                     std::move(admitted.client_version), std::move(admitted.user_agent),
                                     std::move(admitted.recording_format),
                                     std::make_shared<Handle>(shared_from_this())});
  }

  static std::string Flat(const grpc::ByteBuffer& bytes) {
    std::vector<grpc::Slice> slices;
    std::string message;
    if (!bytes.Dump(&slices).ok()) return message;
    message.reserve(bytes.Length());
    for (const auto& slice : slices) message.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return message;
  }

  template <typename Function>
  Function Take(Function& function) {
    const std::lock_guard lock(mutex_);
    return std::exchange(function, nullptr);
  }

  std::mutex mutex_;  // of everything below but the bytes
  std::shared_ptr<StreamCall> self_;
  grpc::ByteBuffer read_bytes_;
  grpc::ByteBuffer write_bytes_;
  std::function<void(std::optional<std::string>)> read_done_;
  std::function<void(bool)> write_done_;
  std::function<void()> listener_;
  bool over_ = false;
  bool cancelled_ = false;
};

class GenericService : public grpc::CallbackGenericService {
 public:
  explicit GenericService(CallEnvironment& environment) : environment_(environment) {}
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    const RpcMethod* method = environment_.table.Find(context->method());
    if (method != nullptr && method->stream_handler) return StreamCall::Start(environment_, *context);
    return new UnaryCall(environment_, *context);
  }

 private:
  CallEnvironment& environment_;
};

std::shared_ptr<grpc::ServerCredentials> MakeCredentials(const GrpcServerOptions& options) {
  const auto provider = std::make_shared<grpc::experimental::StaticDataCertificateProvider>(
      "", std::vector<grpc::experimental::IdentityKeyCertPair>{{options.private_key_pem, options.certificate_pem}});
  grpc::experimental::TlsServerCredentialsOptions tls(provider);
  tls.watch_identity_key_cert_pairs();
  // Verified by authenticate(), which can say why it refuses.
  tls.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_BUT_DONT_VERIFY);
  return grpc::experimental::TlsServerCredentials(tls);
}

class GrpcServerImpl : public GrpcServer {
 public:
  GrpcServerImpl(const RpcTable& table, GrpcServerOptions options)
      : environment_{table, std::move(options)}, service_(environment_) {}

  ~GrpcServerImpl() override { GrpcServerImpl::Stop(); }

  Status Start() {
    grpc::ServerBuilder builder;
    acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, MakeCredentials(environment_.options));
    builder.RegisterCallbackGenericService(&service_);
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
    // Clients ping each minute, also without streams; the defaults would answer that with GOAWAY.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    server_ = builder.BuildAndStart();
    if (!server_) return Fail(ErrorKind::kInternal, "cannot start the gRPC server");
    return {};
  }

  void HandleConnection(UniqueFd socket) override {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
    parameters.fd = socket.Release();
    acceptor_->HandleNewConnection(&parameters);
  }

  void Stop() override {
    if (server_) server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
    server_.reset();
  }

 private:
  CallEnvironment environment_;
  GenericService service_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

Result<std::unique_ptr<GrpcServer>> StartGrpcServer(const RpcTable& table, GrpcServerOptions options) {
  auto server = std::make_unique<GrpcServerImpl>(table, std::move(options));
  RETURN_IF_ERROR(server->Start());
  return server;
}

}  // namespace sallyport
