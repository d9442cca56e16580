// The client's side of SSH for tests of the server's: it can do everything wrong.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <vector>

#include "libcluster/ssh_server/ssh_server_connection.h"
#include "libidentity/ssh_identity.h"
#include "libidentity/ssh_wire.h"

namespace sallyport::test {

inline constexpr std::uint32_t kClientWindow = 1000;

// A client's proposal of algorithms; the lists are comma-separated.
struct SshTestProposal {
  std::string key_exchanges = "curve25519-sha256,ext-info-c";
  std::string host_keys = "ssh-ed25519-cert-v01@openssh.com";
  std::string ciphers = "aes128-gcm@openssh.com";
  std::string compressions = "none";
  bool guesses = false;

  std::string Payload() const {
    SshWriter writer;
    writer.Byte(kSshKexInit).Raw(std::string(16, 'c')).String(key_exchanges).String(host_keys);
    writer.String(ciphers).String(ciphers).String("").String("").String(compressions).String(compressions);
    return writer.String("").String("").Byte(guesses ? 1 : 0).Uint32(0).Take();
  }
};

// A user's key and its certificate.
struct SshTestUser {
  PrivateKey key = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
  SshCertificate certificate;

  explicit SshTestUser(KeyAlgorithm algorithm = KeyAlgorithm::kEd25519) : key(GeneratePrivateKey(algorithm).value()) {
    certificate.public_key = key.public_key();
    certificate.key_id = "alice";
    certificate.principals = {"root"};
    const PrivateKey authority = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
    REQUIRE(certificate.Sign(authority));
  }
  std::string Type(std::string_view algorithm = {}) const {
    return std::string(algorithm.empty() ? key.public_key().SshType() : algorithm) + "-cert-v01@openssh.com";
  }
};

// A connection in memory: the server, its events, and the client.
class SshTestConnection : public SshChannelEvents {
 public:
  static SshServerOptions Options() {
    SshServerOptions options;
    options.host_key = GeneratePrivateKey(KeyAlgorithm::kEd25519).value();
    HostSshRequest host;
    host.host_id = "host";
    host.cluster = "ex.com";
    host.system_role = "Proxy";
    host.public_key = options.host_key.public_key();
    host.now = Now();
    options.host_certificate =
        IssueHostSshCertificate(host, GeneratePrivateKey(KeyAlgorithm::kEd25519).value()).value();
    options.channels = {.channels = 3, .window_bytes = 1000, .packet_bytes = 400};
    options.logins = 4;
    options.key_bytes = 1 << 20;
    return options;
  }

  explicit SshTestConnection(SshServerOptions options_in = Options())
      : options(std::move(options_in)), server(options, *this) {}

  // Sends bytes as they are. Returns whether the server goes on.
  bool SendRaw(std::string_view bytes) { return server.Receive(bytes).has_value(); }
  bool SendLine(std::string_view line = "SSH-2.0-Test") {
    context.client_version = line;
    return SendRaw(std::string(line) + "\r\n");
  }
  bool Send(std::string_view payload) {
    REQUIRE(writer.Write(payload));
    return SendRaw(writer.Take(SIZE_MAX));
  }

  // Takes the server's output; returns the payloads that have arrived.
  std::deque<std::string>& Received() {
    reader.Add(server.TakeOutput(SIZE_MAX));
    if (context.server_version.empty()) {
      auto line = reader.NextLine().value();
      if (line) context.server_version = *line;
    }
    while (true) {
      auto payload = reader.NextPacket().value();
      if (!payload) return payloads;
      if (payload->front() == kSshNewKeys) {
        reader.SetKey(
            DeriveSshKey(result, session_id, SshDirection::kToClient, key_bytes, AesGcm::Direction::kOpen).value());
        continue;
      }
      if (payload->front() == kSshKexEcdhReply) FinishExchange(*payload);
      payloads.push_back(std::move(*payload));
    }
  }
  // Returns and removes the next payload, which must have this number.
  std::string Expect(SshMessage message) {
    auto& waiting = Received();
    REQUIRE_FALSE(waiting.empty());
    std::string payload = std::move(waiting.front());
    waiting.pop_front();
    CHECK(static_cast<int>(static_cast<std::uint8_t>(payload.front())) == static_cast<int>(message));
    return payload;
  }
  // Returns the text of the disconnection that must come next.
  std::string ExpectDisconnect() {
    const std::string payload = Expect(kSshDisconnect);
    SshReader reader_of(payload);
    reader_of.Byte().value();
    reason = reader_of.Uint32().value();
    return std::string(reader_of.String().value());
  }

  // Sends a proposal and a value. The first exchange of a connection also gives the session's ID.
  bool Propose(const SshTestProposal& proposal = {}) {
    context.client_proposal = proposal.Payload();
    return Send(context.client_proposal);
  }
  bool SendValue(AgreementCurve curve = AgreementCurve::kX25519) {
    agreement = KeyAgreement::Make(curve).value();
    return Send(SshWriter().Byte(kSshKexEcdhInit).String(agreement->public_value()).Take());
  }
  bool SendNewKeys() {
    const bool sent = Send(SshWriter().Byte(kSshNewKeys).Take());
    writer.SetKey(
        DeriveSshKey(result, session_id, SshDirection::kToServer, key_bytes, AesGcm::Direction::kSeal).value());
    return sent;
  }
  void AgreeOnKeys(const SshTestProposal& proposal = {}, AgreementCurve curve = AgreementCurve::kX25519) {
    context.server_proposal = Expect(kSshKexInit);
    REQUIRE(Propose(proposal));
    REQUIRE(SendValue(curve));
    Expect(kSshKexEcdhReply);
    REQUIRE(SendNewKeys());
  }
  // Comes to the point where a client logs in.
  void Begin(const SshTestProposal& proposal = {}, AgreementCurve curve = AgreementCurve::kX25519) {
    REQUIRE(SendLine());
    AgreeOnKeys(proposal, curve);
    if (proposal.key_exchanges.contains("ext-info-c")) Expect(kSshExtInfo);
    REQUIRE(Send(SshWriter().Byte(kSshServiceRequest).String("ssh-userauth").Take()));
    Expect(kSshServiceAccept);
  }

  std::string LoginPayload(const SshTestUser& user, std::string_view type, std::string_view login = "root",
                           bool is_signed = true) const {
    return SshWriter()
        .Byte(kSshUserAuthRequest)
        .String(login)
        .String("ssh-connection")
        .String("publickey")
        .Byte(is_signed ? 1 : 0)
        .String(type)
        .String(user.certificate.blob)
        .Take();
  }
  std::string SignedLogin(const SshTestUser& user, std::string_view algorithm = {}) const {
    const std::string payload = LoginPayload(user, user.Type(algorithm));
    const std::string message = SshWriter().String(session_id).Raw(payload).Take();
    return SshWriter().Raw(payload).String(user.key.SignSsh(message, algorithm).value()).Take();
  }
  void LogIn(const SshTestUser& user = SshTestUser()) {
    Begin();
    REQUIRE(Send(SignedLogin(user)));
    REQUIRE(server.login() != nullptr);
    REQUIRE(server.Admit());
    Expect(kSshUserAuthSuccess);
  }

  // Opens a channel; returns the server's number.
  std::uint32_t Open(std::uint32_t own_number = 7, std::string_view type = "known") {
    REQUIRE(Send(OpenPayload(own_number, type)));
    const std::string payload = Expect(kSshChannelOpenConfirmation);
    SshReader reader_of(payload);
    reader_of.Byte().value();
    CHECK(reader_of.Uint32().value() == own_number);
    return reader_of.Uint32().value();
  }
  static std::string OpenPayload(std::uint32_t own_number, std::string_view type) {
    return SshWriter().Byte(kSshChannelOpen).String(type).Uint32(own_number).Uint32(kClientWindow).Uint32(300).Take();
  }
  static std::string DataPayload(std::uint32_t channel, std::string_view bytes) {
    return SshWriter().Byte(kSshChannelData).Uint32(channel).String(bytes).Take();
  }

  Status OnOpen(std::uint32_t, std::string_view type) override {
    if (type == "known") return {};
    return Fail(ErrorKind::kNotFound, "unknown type");
  }
  void OnRequest(std::uint32_t channel, std::string_view type, std::string_view text) override {
    requests.push_back(std::string(type) + ":" + std::string(text));
    server.channels().Answer(channel, type == "good");
  }
  void OnData(std::uint32_t, std::string_view bytes) override { data += bytes; }
  void OnEnd(std::uint32_t channel) override { ended.push_back(channel); }
  void OnClose(std::uint32_t channel) override { closed.push_back(channel); }
  void OnWindow(std::uint32_t channel) override { windows.push_back(channel); }

  const SshServerOptions options;
  SshServerConnection server;
  std::uint32_t reason = 0;
  std::size_t key_bytes = 16;
  std::string session_id;
  SshExchangeContext context;
  std::vector<std::string> requests;
  std::string data;
  std::vector<std::uint32_t> ended;
  std::vector<std::uint32_t> closed;
  std::vector<std::uint32_t> windows;
  SshPacketReader reader;
  SshPacketWriter writer;

 private:
  // Computes what both sides know now, and checks the server's signature.
  void FinishExchange(std::string_view reply) {
    SshReader reader_of(reply);
    reader_of.Byte().value();
    context.host_key = reader_of.String().value();
    const std::string value(reader_of.String().value());
    const std::string_view signature = reader_of.String().value();
    result = FinishSshExchange(context, agreement->public_value(), value, agreement->Agree(value).value());
    if (session_id.empty()) session_id = result.hash;
    const SshCertificate host = ParseSshCertificateBlob(context.host_key).value();
    CHECK(host.type == SshCertificateType::kHost);
    CHECK(host.public_key.VerifySsh(result.hash, signature));
  }

  std::optional<KeyAgreement> agreement;
  SshExchangeResult result;
  std::deque<std::string> payloads;
};

}  // namespace sallyport::test
