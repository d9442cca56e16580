#include "libclient/rpc.h"

#include <mutex>

#include "libbase/text.h"
#include "libbase/version.h"
#include "libclient/connection_upgrade.h"
#include "libclient/grpc_message.h"
#include "libclient/http/http_exchange.h"
#include "libclient/http2_channel.h"
#include "libclient/pump.h"
#include "libclient/tls.h"
#include "libidentity/server_names.h"
#include "sallyport/v1/rehearsal_service.pb.h"

namespace sallyport {
namespace {

constexpr std::chrono::milliseconds kEndTimeout{2000};
constexpr std::string_view kLogInAgain = "log in again: tsh login";

Status CheckNotExpired(const Certificate& certificate) {
  if (certificate.empty() || Now() < certificate.not_after()) return {};
  return FailWithHint(ErrorKind::kNotLoggedIn,
                      fmt::format("the login has expired at {}", FormatTime(certificate.not_after())),
                      std::string(kLogInAgain));
}

// The connection after the TLS handshake, and the objects that the connection needs alive.
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
  tls.authorities = options.authorities;
  tls.certificate = options.certificate;
  tls.key_pem = options.key_pem.Clone();
  tls.key = options.key;
  tls.skip_verification = options.unverified;

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
          .authorities = options.authorities,
          .certificate = options.certificate,
          .key_pem = options.key_pem.Clone(),
          .key = options.key,
          .program = options.program,
          .unverified = options.unverified,
          .network = options.network};
}

}  // namespace

Result<std::unique_ptr<GrpcStream>> OpenGrpcStream(const RpcOptions& options, const std::string& method,
                                                   const HeaderFields& metadata) {
  RETURN_IF_ERROR(CheckNotExpired(options.certificate));
  ASSIGN_OR_RETURN(Connected connected, ConnectTls(options, "h2"));
  HeaderFields fields =
      GrpcRequestFields(AuthServerName(options.cluster), method, options.program, std::chrono::milliseconds(0));
  fields.emplace_back("version", kWireVersion);
  fields.insert(fields.end(), metadata.begin(), metadata.end());
  ASSIGN_OR_RETURN(auto call, GrpcStream::Start(std::move(connected.stream), fields, std::string(kAuthService)));
  call->Keep(std::move(connected.upgrade));
  return call;
}

struct RpcClient::State {
  RpcOptions options;
  std::unique_ptr<Pump> upgrade;
  std::unique_ptr<Http2Channel> channel;
  std::vector<Certificate> shown;  // by the server of an unverified connection
  std::string rehearsal;           // the name of the current rehearsal, or ""
  std::once_flag asked_what_it_is;
  bool is_sallyport = false;
};

RpcClient::RpcClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

RpcClient::~RpcClient() {
  if (state_->rehearsal.empty()) return;
  sallyport::v1::EndRequest end;
  end.set_rehearsal(std::exchange(state_->rehearsal, {}));
  std::ignore = Call<sallyport::v1::EndResponse>("/sallyport.v1.RehearsalService/End", end, {.timeout = kEndTimeout});
}

Result<std::unique_ptr<RpcClient>> RpcClient::Connect(const RpcOptions& options) {
  RETURN_IF_ERROR(CheckNotExpired(options.certificate));
  ASSIGN_OR_RETURN(Connected connected, ConnectTls(options, "h2"));
  auto state = std::make_unique<State>();
  state->options = CopyOf(options);
  state->upgrade = std::move(connected.upgrade);
  if (options.unverified) state->shown = connected.stream->peer_chain();
  ASSIGN_OR_RETURN(state->channel, Http2Channel::Start(std::move(connected.stream), std::string(kAuthService)));
  return std::unique_ptr<RpcClient>(new RpcClient(std::move(state)));
}

Status RpcClient::Trust(const std::vector<Certificate>& authorities) const {
  const RpcOptions& options = state_->options;
  TlsOptions tls;
  tls.server_name = AuthServerName(options.cluster);
  tls.authorities = authorities;
  return CheckServerChain(state_->shown, tls, FormatHostPort(options.address));
}

Result<std::string> RpcClient::CallBytes(const std::string& method, const std::string& request,
                                         const CallOptions& options) {
  if (state_->rehearsal.empty()) return ExchangeOne(method, request, options);
  sallyport::v1::CallRequest call;
  call.set_rehearsal(state_->rehearsal);
  call.set_method(method);
  call.set_request(request);
  ASSIGN_OR_RETURN(const std::string bytes,
                   ExchangeOne("/sallyport.v1.RehearsalService/Call", call.SerializeAsString(), options));
  sallyport::v1::CallResponse answer;
  if (!answer.ParseFromString(bytes)) return Fail(ErrorKind::kBadParameter, "cannot read the answer to {}", method);
  return std::move(*answer.mutable_response());
}

Status RpcClient::Rehearse() {
  const auto begun =
      Call<sallyport::v1::BeginResponse>("/sallyport.v1.RehearsalService/Begin", sallyport::v1::BeginRequest());
  if (!begun && begun.error().kind == ErrorKind::kNotImplemented) {
    return FailWithHint(ErrorKind::kNotImplemented, "this cluster does not support dry runs",
                        "dry runs need a Sallyport cluster; no change was sent");
  }
  if (!begun) return std::unexpected(begun.error());
  state_->rehearsal = begun->rehearsal();
  return {};
}

bool RpcClient::ReadsAreCurrent() {
  if (!state_->rehearsal.empty()) return true;
  // Ends a rehearsal that does not exist, which changes nothing. Clusters of Teleport lack the method.
  std::call_once(state_->asked_what_it_is, [this] {
    const auto ended =
        Call<sallyport::v1::EndResponse>("/sallyport.v1.RehearsalService/End", sallyport::v1::EndRequest());
    state_->is_sallyport = ended.has_value();
  });
  return state_->is_sallyport;
}

Result<std::string> RpcClient::ExchangeOne(const std::string& method, const std::string& request,
                                           const CallOptions& options) {
  ASSIGN_OR_RETURN(std::string body, Exchange(method, request, options));
  return UnframeGrpcMessage(std::move(body));
}

Result<std::string> RpcClient::Exchange(const std::string& method, const std::string& request,
                                        const CallOptions& options) {
  const RpcOptions& own = state_->options;
  HeaderFields fields = GrpcRequestFields(AuthServerName(own.cluster), method, own.program, options.timeout);
  fields.emplace_back("version", kWireVersion);
  fields.insert(fields.end(), options.metadata.begin(), options.metadata.end());
  const Deadline deadline = std::chrono::steady_clock::now() + options.timeout;
  ASSIGN_OR_RETURN(Http2Answer answer, state_->channel->Exchange(fields, FrameGrpcMessage(request), deadline));
  const GrpcStatus status = StatusOfAnswer(answer);
  if (status.code != 0) return std::unexpected(ErrorOfGrpcStatus(status));
  return std::move(answer.body);
}

Result<Value> RpcClient::Get(const std::string& path) {
  const RpcOptions& options = state_->options;
  ASSIGN_OR_RETURN(Connected connected, ConnectTls(options, "http/1.1"));
  const HttpPeer peer{FormatHostPort(options.address), "auth service"};
  auto answer = ExchangeJson(*connected.stream, "GET", path, peer, Secret(), options.network);
  connected.stream->Close();
  return answer;
}

}  // namespace sallyport
