// TLS 1.2 and 1.3 as a client, on OpenSSL: own list of protocols (ALPN, RFC 7301), own trust, client certificates.
// Errors say which of the many ways to fail it was, and what to do. The program must ignore SIGPIPE.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libclient/network.h"
#include "libclient/stream.h"
#include "libidentity/x509.h"

namespace sallyport {

struct TlsOptions {
  std::string server_name;             // sent as SNI unless it is an IP address; the certificate must have it
  std::vector<std::string> protocols;  // in order of preference
  std::string authorities_pem;         // empty: the system's, by `network`
  std::string extra_authorities_pem;   // beside the system's
  bool skip_verification = false;
  Certificate certificate;  // of the client; empty: none
  Secret key_pem;
};

class TlsStream : public Stream {
 public:
  // Does the handshake over a connected, non-blocking descriptor. `where` names the other side in errors.
  //
  // Fails with kConnectionProblem (timeout, broken, unknown authority, wrong name, no certificate in common), with
  // kNotLoggedIn (the other side calls our certificate expired or unknown), kBadParameter (certificate, key or
  // authorities of ours cannot be used).
  static Result<std::unique_ptr<TlsStream>> Handshake(UniqueFd fd, const TlsOptions& options,
                                                      const NetworkSettings& settings, const std::string& where,
                                                      Deadline deadline);
  // Connects to an address, then does the handshake.
  static Result<std::unique_ptr<TlsStream>> Connect(const HostPort& address, const TlsOptions& options,
                                                    const NetworkSettings& settings);
  ~TlsStream() override;

  // The protocol both sides agreed upon, or "".
  std::string protocol() const;

  IoStep TryRead(char* buffer, std::size_t size) override;
  IoStep TryWrite(std::string_view bytes) override;
  void Close() override;
  int fd() const override;
  std::optional<Error> failure() const override;

 private:
  struct State;
  explicit TlsStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What a program calls before OpenSSL is used; later it has no effect. OpenSSL then reads no openssl.cnf, which is the
// host's and takes a third of a millisecond, so that TLS is everywhere what is decided here; and it stays as it is
// while the process ends, for threads that are at work then (ResolveProxyAddress leaves one).
void BeginTls();

// The error of a handshake that the other side ended because it shares no protocol with us: the probe for load
// balancers asks for it.
bool IsNoCommonProtocol(const Error& error);

// The error of a certificate that none of the authorities given has signed, or that is for another name.
bool IsNotTrusted(const Error& error);

// The Sec-WebSocket-Accept that answers a key (RFC 6455 section 1.3): here because it takes SHA-1.
std::string WebSocketAccept(std::string_view key);

}  // namespace sallyport
