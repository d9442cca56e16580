// The server's side of an SSH connection (RFC 4253, 4252, 4254) without input or output: the caller passes bytes in and
// takes bytes out. The server shows a host certificate, and clients log in by certificates alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libcluster/ssh_server/ssh_algorithms.h"
#include "libcluster/ssh_server/ssh_channels.h"
#include "libcluster/ssh_server/ssh_key_exchange.h"
#include "libcluster/ssh_server/ssh_login.h"
#include "libcluster/ssh_server/ssh_message.h"
#include "libcluster/ssh_server/ssh_packets.h"

namespace sallyport {

struct SshServerOptions {
  PrivateKey host_key;
  SshCertificate host_certificate;  // of that key
  SshChannelLimits channels;
  int logins = 0;               // requests to log in of one connection
  std::uint64_t key_bytes = 0;  // sent or received; afterwards new keys are agreed
};

class SshServerConnection {
 public:
  // The options and the events must outlive the object. The events are called from Receive alone.
  SshServerConnection(const SshServerOptions& options, SshChannelEvents& events);

  // Receives bytes of the client. Fails with kBadParameter when the client breaks the protocol and kAccessDenied after
  // the last login; the client has then been told, and the connection is to be ended when the output is sent.
  Status Receive(std::string_view bytes);

  // Returns and removes at most `limit` bytes of output.
  std::string TakeOutput(std::size_t limit) { return writer_.Take(limit); }
  // Returns the bytes that are kept: input that waits, and output that was not taken.
  std::size_t kept() const { return reader_.buffered() + writer_.queued() + held_bytes_; }
  std::size_t queued() const { return writer_.queued() + held_bytes_; }

  // Returns the login that waits for Admit or Refuse, or nullptr. Receive keeps later bytes until the decision.
  const SshLogin* login() const { return login_ ? &*login_ : nullptr; }
  // Lets the client in, and goes on with the bytes that were kept. Fails as Receive does.
  Status Admit();
  // Refuses the login. The client may try another certificate.
  Status Refuse();
  bool admitted() const { return step_ == Step::kRunning; }

  // Tells the client why the connection ends. Nothing is sent or received afterwards.
  void Disconnect(SshDisconnectReason reason, std::string_view text);

  // For the functions that send; valid after Admit. While keys are agreed, what they send is kept.
  SshChannels& channels() { return channels_; }
  // Returns how many bytes may be sent on a channel now.
  std::size_t Sendable(std::uint32_t channel) const { return proposed_ ? 0 : channels_.Sendable(channel); }

 private:
  enum class Step { kVersion, kFirstKeys, kService, kLogin, kDeciding, kRunning, kEnded };
  // The client's part of an exchange of keys: from its proposal to its kSshNewKeys.
  enum class Exchange { kNone, kChosen, kAnswered };

  Status ReceiveAll();
  // Receives the rest of what has arrived; tells the client about a failure.
  Status GoOn();
  Status ReceivePacket(std::string_view payload);
  Status ReceiveOfTransport(std::uint8_t message, std::string_view payload);
  Status ReceiveOfLogin(std::uint8_t message, std::string_view payload);
  void Propose();
  Status TakeProposal(std::string_view payload);
  Status TakeValue(std::string_view payload);
  Status TakeNewKeys();
  Status TakeServiceRequest(std::string_view payload);
  Status TakeLogin(std::string_view payload);
  void SendLoginFailure();
  // Queues a message, or keeps it until the exchange of keys is over.
  void Send(std::string payload);
  // Queues a message of the transport at once.
  void SendNow(std::string_view payload);
  // Agrees on new keys when enough bytes have gone by.
  void RenewKeysInTime();

  const SshServerOptions& options_;
  const std::string host_key_type_;
  SshPacketReader reader_;
  SshPacketWriter writer_;
  SshChannels channels_;

  Step step_ = Step::kVersion;
  Exchange exchange_ = Exchange::kNone;
  bool proposed_ = false;  // from our proposal to our kSshNewKeys
  bool ignore_guess_ = false;
  SshExchangeContext context_;
  SshAlgorithms algorithms_;
  SshExchangeResult result_;
  std::string session_id_;
  std::vector<std::string> held_;  // messages until new keys are there
  std::size_t held_bytes_ = 0;

  int logins_ = 0;
  std::optional<SshLogin> login_;
  std::uint64_t bytes_since_keys_ = 0;
};

}  // namespace sallyport
