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
    if (const Status status = Run(); !status) {
      if (status.error().kind == ErrorKind::kNotImplemented) {
        Log(LogLevel::kWarning, "unimplemented method called",
            {{"method", context_.method()}, {"error", status.error().message}});
      }
      Finish(ToGrpcStatus(status.error()));
      return;
    }
    StartWriteAndFinish(&response_bytes_, grpc::WriteOptions(), grpc::Status::OK);
  }

  Status Run() {
    const RpcMethod* method = environment_.table.Find(context_.method());
    if (method == nullptr) {
      return Fail(ErrorKind::kNotImplemented, "{} is not implemented by this cluster", context_.method());
    }
    const auto& options = environment_.options;
    const std::string version = Metadata(context_, "version");
    RETURN_IF_ERROR(options.check_version(version));
    ASSIGN_OR_RETURN(const auto caller, options.authenticate(PeerChain(context_), context_.peer()));
    const RpcCall call{*caller, method->path, version, Metadata(context_, "user-agent")};
    RETURN_IF_ERROR(options.authorize(*method, call));
    const auto request = method->new_request();
    grpc::ProtoBufferReader reader(&request_bytes_);
    if (!reader.status().ok() || !request->ParseFromZeroCopyStream(&reader)) {
      return Fail(ErrorKind::kBadParameter, "{}: the request cannot be decoded", context_.method());
    }
    const auto response = method->new_response();
    RETURN_IF_ERROR(method->handler(call, *request, *response));
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

class GenericService : public grpc::CallbackGenericService {
 public:
  explicit GenericService(CallEnvironment& environment) : environment_(environment) {}
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
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
