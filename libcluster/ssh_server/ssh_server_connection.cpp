#include "libcluster/ssh_server/ssh_server_connection.h"

#include <algorithm>

#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

constexpr std::string_view kServerVersion = "SSH-2.0-Sallyport";
constexpr std::string_view kServerCertificateSuffix = "-cert-v01@openssh.com";
constexpr std::string_view kLoginService = "ssh-userauth";
constexpr std::string_view kLoginMethods = "publickey";
constexpr std::string_view kSignatureExtension = "server-sig-algs";
constexpr std::size_t kMaxHeldBytes = 256 * 1024;

Status Unexpected(std::uint8_t message) {
  return Fail(ErrorKind::kBadParameter, "SSH message {} is not expected now", message);
}

}  // namespace

SshServerConnection::SshServerConnection(const SshServerOptions& options, SshChannelEvents& events)
    : options_(options),
      host_key_type_(fmt::format("{}{}", options.host_key.public_key().SshType(), kServerCertificateSuffix)),
      channels_(options.channels, events, [this](std::string payload) { Send(std::move(payload)); }) {
  context_.server_version = kServerVersion;
  context_.host_key = options.host_certificate.blob;
  writer_.WriteLine(kServerVersion);
  Propose();
}

// Input.

Status SshServerConnection::Receive(std::string_view bytes) {
  if (step_ == Step::kEnded) return {};
  reader_.Add(bytes);
  bytes_since_keys_ += bytes.size();
  return GoOn();
}

Status SshServerConnection::GoOn() {
  Status received = ReceiveAll();
  if (received && held_bytes_ > kMaxHeldBytes) {
    received = Fail(ErrorKind::kBadParameter, "SSH client does not answer a proposal of keys");
  }
  if (received) {
    RenewKeysInTime();
    return {};
  }
  Disconnect(SshDisconnectReason::kProtocolError, received.error().message);
  return received;
}

Status SshServerConnection::ReceiveAll() {
  if (step_ == Step::kVersion) {
    ASSIGN_OR_RETURN(auto line, reader_.NextLine());
    if (!line) return {};
    context_.client_version = std::move(*line);
    step_ = Step::kFirstKeys;
  }

  while (step_ != Step::kDeciding && step_ != Step::kEnded) {
    ASSIGN_OR_RETURN(const auto payload, reader_.NextPacket());
    if (!payload) return {};
    RETURN_IF_ERROR(ReceivePacket(*payload));
  }
  return {};
}

Status SshServerConnection::ReceivePacket(std::string_view payload) {
  const auto message = static_cast<std::uint8_t>(payload.front());
  if (message == kSshDisconnect) {
    step_ = Step::kEnded;
    return Fail(ErrorKind::kConnectionProblem, "the client has ended the connection");
  }
  // Before the first keys these are not accepted: nobody may put a message in front of the encrypted ones.
  const bool says_nothing = message == kSshIgnore || message == kSshUnimplemented || message == kSshDebug;
  if (says_nothing && step_ != Step::kFirstKeys) return {};
  if (message == kSshKexInit) return TakeProposal(payload);
  if (exchange_ == Exchange::kChosen) {
    if (std::exchange(ignore_guess_, false)) return {};
    if (message == kSshKexEcdhInit) return TakeValue(payload);
  }
  if (exchange_ == Exchange::kAnswered && message == kSshNewKeys) return TakeNewKeys();
  // Some clients send the rest of their messages during a later exchange, under the keys that they have.
  if (step_ == Step::kFirstKeys) return Unexpected(message);

  if (message < kSshUserAuthRequest) return ReceiveOfTransport(message, payload);
  if (message < kSshGlobalRequest) return ReceiveOfLogin(message, payload);
  return step_ == Step::kRunning ? channels_.Receive(payload) : Unexpected(message);
}

Status SshServerConnection::ReceiveOfTransport(std::uint8_t message, std::string_view payload) {
  switch (message) {
    case kSshExtInfo:
      return {};
    case kSshServiceRequest:
      return step_ == Step::kService ? TakeServiceRequest(payload) : Unexpected(message);
    case kSshNewKeys:
    case kSshKexEcdhInit:
      return Unexpected(message);
    default:
      Send(SshWriter().Byte(kSshUnimplemented).Uint32(reader_.sequence()).Take());
      return {};
  }
}

Status SshServerConnection::ReceiveOfLogin(std::uint8_t message, std::string_view payload) {
  if (message != kSshUserAuthRequest) return Unexpected(message);
  if (step_ == Step::kRunning) return {};  // RFC 4252 section 5.1
  return step_ == Step::kLogin ? TakeLogin(payload) : Unexpected(message);
}

// Keys.

void SshServerConnection::Propose() {
  context_.server_proposal = WriteSshProposal(host_key_type_);
  SendNow(context_.server_proposal);
  proposed_ = true;
}

Status SshServerConnection::TakeProposal(std::string_view payload) {
  if (exchange_ != Exchange::kNone) return Unexpected(kSshKexInit);
  ASSIGN_OR_RETURN(const SshProposal proposal, ParseSshProposal(payload));
  auto chosen = ChooseSshAlgorithms(proposal, host_key_type_);
  if (!chosen) {
    Disconnect(SshDisconnectReason::kKeyExchangeFailed, chosen.error().message);
    return std::unexpected(std::move(chosen).error());
  }

  if (!proposed_) Propose();
  context_.client_proposal = payload;
  algorithms_ = *chosen;
  ignore_guess_ = algorithms_.guessed_wrong;
  exchange_ = Exchange::kChosen;
  return {};
}

Status SshServerConnection::TakeValue(std::string_view payload) {
  SshReader reader(payload);
  RETURN_IF_ERROR(reader.Byte());
  ASSIGN_OR_RETURN(const std::string_view value, reader.String());
  ASSIGN_OR_RETURN(SshExchangeAnswer answer, AnswerSshExchange(context_, algorithms_.curve, value, options_.host_key));
  result_ = std::move(answer.result);
  const bool is_first = session_id_.empty();
  if (is_first) session_id_ = result_.hash;

  SendNow(answer.reply);
  SendNow(SshWriter().Byte(kSshNewKeys).Take());
  ASSIGN_OR_RETURN(SshPacketKey key, DeriveSshKey(result_, session_id_, SshDirection::kToClient,
                                                  algorithms_.key_bytes_to_client, AesGcm::Direction::kSeal));
  writer_.SetKey(std::move(key));
  proposed_ = false;
  exchange_ = Exchange::kAnswered;
  bytes_since_keys_ = 0;

  if (is_first && algorithms_.wants_extensions) {
    SendNow(
        SshWriter().Byte(kSshExtInfo).Uint32(1).String(kSignatureExtension).String(SshSignatureAlgorithms()).Take());
  }
  for (const auto& held : std::exchange(held_, {})) SendNow(held);
  held_bytes_ = 0;
  return {};
}

Status SshServerConnection::TakeNewKeys() {
  ASSIGN_OR_RETURN(SshPacketKey key, DeriveSshKey(result_, session_id_, SshDirection::kToServer,
                                                  algorithms_.key_bytes_to_server, AesGcm::Direction::kOpen));
  reader_.SetKey(std::move(key));
  if (algorithms_.strict) reader_.ResetSequence();
  result_ = {};
  exchange_ = Exchange::kNone;
  if (step_ == Step::kFirstKeys) step_ = Step::kService;
  return {};
}

void SshServerConnection::RenewKeysInTime() {
  if (step_ != Step::kRunning || proposed_ || exchange_ != Exchange::kNone) return;
  if (bytes_since_keys_ >= options_.key_bytes) Propose();
}

// Logins.

Status SshServerConnection::TakeServiceRequest(std::string_view payload) {
  SshReader reader(payload);
  RETURN_IF_ERROR(reader.Byte());
  ASSIGN_OR_RETURN(const std::string_view service, reader.String());
  if (service != kLoginService)
    return Fail(ErrorKind::kBadParameter, "SSH client asks for another service than a login");
  Send(SshWriter().Byte(kSshServiceAccept).String(service).Take());
  step_ = Step::kLogin;
  return {};
}

Status SshServerConnection::TakeLogin(std::string_view payload) {
  ASSIGN_OR_RETURN(const SshLoginRequest request, ParseSshLoginRequest(payload));
  if (++logins_ > options_.logins) {
    const std::string_view text = "too many logins were refused";
    Disconnect(SshDisconnectReason::kNoMoreAuthMethods, text);
    return Fail(ErrorKind::kAccessDenied, "{}", text);
  }

  if (!request.is_signed) {
    if (!CertificateOfSshLogin(request)) {
      SendLoginFailure();
      return {};
    }
    Send(SshWriter().Byte(kSshUserAuthPkOk).String(request.certificate_type).String(request.blob).Take());
    return {};
  }

  auto login = VerifySshLogin(request, session_id_);
  if (!login) {
    SendLoginFailure();
    return {};
  }
  login_ = std::move(*login);
  step_ = Step::kDeciding;
  return {};
}

void SshServerConnection::SendLoginFailure() {
  Send(SshWriter().Byte(kSshUserAuthFailure).String(kLoginMethods).Byte(0).Take());
}

Status SshServerConnection::Admit() {
  if (step_ != Step::kDeciding) return {};
  login_.reset();
  Send(SshWriter().Byte(kSshUserAuthSuccess).Take());
  step_ = Step::kRunning;
  return GoOn();
}

Status SshServerConnection::Refuse() {
  if (step_ != Step::kDeciding) return {};
  login_.reset();
  SendLoginFailure();
  step_ = Step::kLogin;
  return GoOn();
}

// Output.

void SshServerConnection::Send(std::string payload) {
  if (step_ == Step::kEnded) return;
  if (!proposed_) return SendNow(payload);
  held_bytes_ += payload.size();
  held_.push_back(std::move(payload));
}

void SshServerConnection::SendNow(std::string_view payload) {
  if (step_ == Step::kEnded) return;
  const std::size_t before = writer_.queued();
  if (!writer_.Write(payload)) step_ = Step::kEnded;
  bytes_since_keys_ += writer_.queued() - before;
}

void SshServerConnection::Disconnect(SshDisconnectReason reason, std::string_view text) {
  SendNow(SshWriter().Byte(kSshDisconnect).Uint32(static_cast<std::uint32_t>(reason)).String(text).String("").Take());
  step_ = Step::kEnded;
}

}  // namespace sallyport
