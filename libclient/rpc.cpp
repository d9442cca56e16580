#include "libclient/rpc.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "libbase/text.h"
#include "libbase/version.h"
#include "libclient/connection_upgrade.h"
#include "libclient/http_exchange.h"
#include "libclient/pump.h"
#include "libclient/tls.h"
#include "libidentity/server_names.h"

namespace sallyport {
namespace {

constexpr int kMaxAnswerBytes = 64 << 20;
constexpr std::string_view kExpired = "access denied: client credentials have expired, please relogin.";
constexpr std::string_view kExpiredCertificate = "tls: expired certificate";
constexpr std::string_view kLogInAgain = "log in again: tsh login";

Status CheckNotExpired(const Certificate& certificate) {
  if (certificate.empty() || Now() < certificate.not_after()) return {};
  return FailWithHint(ErrorKind::kNotLoggedIn,
                      fmt::format("the login has expired at {}", FormatTime(certificate.not_after())),
                      std::string(kLogInAgain));
}

// The connection with TLS done, and what keeps it alive.
struct Connected {
  std::unique_ptr<Pump> upgrade;  // empty without a load balancer
  std::unique_ptr<TlsStream> stream;
};

Result<Connected> ConnectTls(const RpcOptions& options, std::string_view protocol) {
  TlsOptions tls;
  tls.server_name = AuthServerName(options.cluster);
  if (options.through_proxy) tls.protocols.push_back(std::string(kAuthProtocolPrefix) + tls.server_name);
  tls.protocols.emplace_back(protocol);
  tls.authorities_pem = options.authorities_pem;
  tls.certificate = options.certificate;
  tls.key_pem = options.key_pem.Clone();
  Connected connected;
  if (!options.connection_upgrade) {
    ASSIGN_OR_RETURN(connected.stream, TlsStream::Connect(options.address, tls, options.network));
    return connected;
  }
  ASSIGN_OR_RETURN(connected.upgrade, OpenConnectionUpgrade(options.address, options.network));
  const Deadline deadline = std::chrono::steady_clock::now() + options.network.timeout;
  ASSIGN_OR_RETURN(connected.stream, TlsStream::Handshake(connected.upgrade->TakeFd(), tls, options.network,
                                                          FormatHostPort(options.address), deadline));
  return connected;
}

RpcOptions CopyOf(const RpcOptions& options) {
  return {.address = options.address,
          .through_proxy = options.through_proxy,
          .connection_upgrade = options.connection_upgrade,
          .cluster = options.cluster,
          .authorities_pem = options.authorities_pem,
          .certificate = options.certificate,
          .key_pem = options.key_pem.Clone(),
          .program = options.program,
          .network = options.network};
}

// A message of several lines as one.
std::string OneLine(std::string_view message) {
  std::string text;
  for (const char c : message) {
    const bool space = c == '\n' || c == '\t' || c == '\r' || c == ' ';
    if (!space || (!text.empty() && text.back() != ' ')) text += space ? ' ' : c;
  }
  return StripControl(text);
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

Result<std::string> FromBuffer(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return Fail(ErrorKind::kInternal, "cannot read an answer");
  std::string bytes;
  bytes.reserve(buffer.Length());
  for (const auto& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

// Without a user gRPC cleans up, in a thread of its own: while the next user comes, or while the process ends. So one
// user stays.
void KeepGrpc() {
  static const bool kept = [] {
    grpc_init();
    return true;
  }();
  std::ignore = kept;
}

}  // namespace

struct RpcClient::State {
  RpcOptions options;
  std::unique_ptr<Pump> upgrade;
  std::unique_ptr<Pump> pump;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<grpc::GenericStub> stub;
};

RpcClient::RpcClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

RpcClient::~RpcClient() {
  state_->stub.reset();
  state_->channel.reset();
  state_->pump.reset();
  state_->upgrade.reset();
}

Result<std::unique_ptr<RpcClient>> RpcClient::Connect(const RpcOptions& options) {
  RETURN_IF_ERROR(CheckNotExpired(options.certificate));
  KeepGrpc();
  gpr_set_log_function([](gpr_log_func_args*) {});  // what goes wrong is said by our errors
  ASSIGN_OR_RETURN(Connected connected, ConnectTls(options, "h2"));
  auto state = std::make_unique<State>();
  state->options = CopyOf(options);
  state->upgrade = std::move(connected.upgrade);
  ASSIGN_OR_RETURN(state->pump, Pump::Start(std::move(connected.stream)));
  grpc::ChannelArguments arguments;
  arguments.SetUserAgentPrefix(fmt::format("{}/{}", options.program, kWireVersion));
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  state->channel = grpc::CreateCustomInsecureChannelFromFd(AuthServerName(options.cluster),
                                                           state->pump->TakeFd().Release(), arguments);
  state->stub = std::make_unique<grpc::GenericStub>(state->channel);
  return std::unique_ptr<RpcClient>(new RpcClient(std::move(state)));
}

Result<std::string> RpcClient::CallBytes(const std::string& method, const std::string& request,
                                         const CallOptions& options) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + options.timeout);
  context.AddMetadata("version", std::string(kWireVersion));
  for (const auto& [key, value] : options.metadata) context.AddMetadata(key, value);
  grpc::CompletionQueue queue;
  const grpc::ByteBuffer sent = ToBuffer(request);
  const auto call = state_->stub->PrepareUnaryCall(&context, method, sent, &queue);
  call->StartCall();
  grpc::ByteBuffer received;
  grpc::Status status;
  call->Finish(&received, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);  // the deadline ends it
  if (status.ok()) return FromBuffer(received);
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    if (auto failure = state_->pump->failure()) return std::unexpected(std::move(*failure));
  }
  return std::unexpected(ErrorOfGrpcStatus(status.error_code(), status.error_message()));
}

Result<Value> RpcClient::Get(const std::string& path) {
  const RpcOptions& options = state_->options;
  ASSIGN_OR_RETURN(Connected connected, ConnectTls(options, "http/1.1"));
  const HttpPeer peer{FormatHostPort(options.address), "auth service"};
  auto answer = ExchangeJson(*connected.stream, "GET", path, peer, Secret(), options.network);
  connected.stream->Close();
  return answer;
}

Error ErrorOfGrpcStatus(int code, std::string_view message) {
  std::string text = OneLine(message);
  if (text.empty()) text = fmt::format("the auth service answers with gRPC status {}", code);
  if (message.contains(kExpired) || message.contains(kExpiredCertificate)) {
    return {ErrorKind::kNotLoggedIn, std::move(text), std::string(kLogInAgain)};
  }
  if (code == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return {ErrorKind::kConnectionProblem, "the auth service does not answer in time", "try again"};
  }
  if (code == grpc::StatusCode::UNAVAILABLE) {
    return {ErrorKind::kConnectionProblem, fmt::format("the auth service cannot be reached: {}", text),
            "try again; if the cluster was set up anew, log in again"};
  }
  return {KindOfGrpcCode(code), std::move(text), {}};
}

}  // namespace sallyport
