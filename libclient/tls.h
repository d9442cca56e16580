// Implements a TLS 1.2 and 1.3 client on OpenSSL, with a protocol list (ALPN, RFC 7301), our own trust, and client
// certificates. Errors say the cause of a failed handshake and what to do. The program must ignore SIGPIPE.
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
  std::string server_name;               // sent as SNI unless it is an IP address; the certificate must have it
  std::vector<std::string> protocols;    // in order of preference
  std::string authorities_pem;           // with `authorities` empty: the system's, by `network`
  std::vector<Certificate> authorities;  // the same, parsed already
  std::string extra_authorities_pem;     // beside the system's
  bool skip_verification = false;
  Certificate certificate;         // of the client; empty: none
  std::vector<Certificate> chain;  // sent after the client's: the authorities between it and the root
  Secret key_pem;
  PrivateKey key;  // instead of key_pem
  // Reads all that has arrived at once: fewer system calls, for a connection whose descriptor is not waited for by
  // others.
  bool reads_ahead = false;
};

class TlsStream : public Stream {
 public:
  // Does the handshake over a connected, non-blocking descriptor. `where` names the other side in errors.
  //
  // Fails with kConnectionProblem (timeout, broken, unknown authority, wrong name, no certificate in common), with
  // kNotLoggedIn (the peer rejects our certificate as expired or unknown), kBadParameter (our certificate, key or
  // authorities cannot be used).
  static Result<std::unique_ptr<TlsStream>> Handshake(UniqueFd fd, const TlsOptions& options,
                                                      const NetworkSettings& settings, const std::string& where,
                                                      Deadline deadline);
  // Connects to an address, then does the handshake.
  static Result<std::unique_ptr<TlsStream>> Connect(const HostPort& address, const TlsOptions& options,
                                                    const NetworkSettings& settings);
  ~TlsStream() override;

  // Returns the negotiated protocol, or "".
  std::string protocol() const;
  // Returns the certificates that the peer has shown, its own first.
  std::vector<Certificate> peer_chain() const;

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

// Checks a chain that Handshake has accepted with skip_verification, as it does without: by `authorities_pem` and
// `server_name` of the options. Fails with kConnectionProblem, kBadParameter (authorities that cannot be read).
Status CheckServerChain(const std::vector<Certificate>& chain, const TlsOptions& options, const std::string& where);

// Initializes OpenSSL; call it before any use of OpenSSL, later it has no effect. OpenSSL then does not read the
// openssl.cnf of the host, so that only this file decides the TLS settings (and a third of a millisecond is saved), and
// does not clean up at exit, for threads still running then (ResolveProxyAddress leaves one).
void BeginTls();

// Returns the Sec-WebSocket-Accept value for a key (RFC 6455 section 1.3); it is here because it needs SHA-1 of
// OpenSSL.
std::string WebSocketAccept(std::string_view key);

}  // namespace sallyport
