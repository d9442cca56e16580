#include "libclient/tls.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>

#include "libbase/address.h"
#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libbase/text.h"
#include "libidentity/keys.h"

namespace sallyport {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using SslPtr = std::unique_ptr<SSL, Free<SSL_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>>;
// Does not own its certificates.
using ChainPtr = std::unique_ptr<STACK_OF(X509), Free<[](STACK_OF(X509) * chain) { sk_X509_free(chain); }>>;

constexpr std::string_view kSystemDirectory = "/etc/ssl/certs";
constexpr std::string_view kSystemFiles[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                             "/etc/ssl/cert.pem"};
// The first key share is P-256, which every auth service accepts: gRPC's own TLS implements only P-256, and requests a
// retry for any other group, which costs a round trip.
constexpr const char* kGroups = "P-256:X25519:P-384:P-521";

// OpenSSL's own level for TLS: keys of 80 bits of security at least.
constexpr int kSecurityLevel = 1;

Status AddAuthorities(X509_STORE* store, std::string_view pem) {
  ASSIGN_OR_RETURN(const auto certificates, Certificate::ChainFromPem(pem));
  for (const auto& certificate : certificates) X509_STORE_add_cert(store, certificate.native());
  ERR_clear_error();
  return {};
}

// Adds the authorities that the options name.
Status AddAuthoritiesOf(X509_STORE* store, const TlsOptions& options) {
  for (const auto& certificate : options.authorities) X509_STORE_add_cert(store, certificate.native());
  ERR_clear_error();
  return options.authorities_pem.empty() ? Status() : AddAuthorities(store, options.authorities_pem);
}

bool NamesAuthorities(const TlsOptions& options) {
  return !options.authorities.empty() || !options.authorities_pem.empty();
}

// Adds the authorities of the system. A hashed directory is read one file at a time, only when a chain needs it;
// reading a whole bundle takes twenty milliseconds.
Status AddSystemAuthorities(X509_STORE* store, const NetworkSettings& settings) {
  if (!settings.ssl_cert_file.empty() && X509_STORE_load_file(store, settings.ssl_cert_file.c_str()) != 1) {
    ERR_clear_error();
    return FailWithHint(ErrorKind::kBadParameter,
                        fmt::format("cannot read authorities from {}", settings.ssl_cert_file),
                        "correct or unset SSL_CERT_FILE");
  }
  if (!settings.ssl_cert_dir.empty()) X509_STORE_load_path(store, settings.ssl_cert_dir.c_str());
  if (!settings.ssl_cert_file.empty() || !settings.ssl_cert_dir.empty()) return {};

  if (FileExists(std::string(kSystemDirectory))) {
    X509_STORE_load_path(store, kSystemDirectory.data());
  } else {
    for (const auto file : kSystemFiles) {
      if (FileExists(std::string(file)) && X509_STORE_load_file(store, file.data()) == 1) break;
    }
  }
  ERR_clear_error();
  return {};
}

Status UseClientCertificate(SSL* ssl, const TlsOptions& options) {
  if (options.certificate.empty()) return {};
  PrivateKey key = options.key;
  if (key.empty()) {
    ASSIGN_OR_RETURN(key, ParsePrivateKeyPem(options.key_pem.Reveal()));
  }
  bool usable =
      SSL_use_certificate(ssl, options.certificate.native()) == 1 && SSL_use_PrivateKey(ssl, key.native()) == 1;
  for (const auto& authority : options.chain) {
    usable = usable && SSL_add1_chain_cert(ssl, authority.native()) == 1;
  }
  if (usable) return {};
  ERR_clear_error();
  return FailWithHint(ErrorKind::kBadParameter, "the certificate and its key do not belong together", "log in again");
}

// Sets how the server is verified: not, by the authorities that the options name, or by those of the system.
Status SetTrust(SSL* ssl, const TlsOptions& options, const NetworkSettings& settings) {
  SSL_set_verify(ssl, options.skip_verification ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (options.skip_verification) return {};
  const StorePtr store(X509_STORE_new());
  if (store == nullptr || SSL_set1_verify_cert_store(ssl, store.get()) != 1) {
    return Fail(ErrorKind::kInternal, "cannot set TLS up");
  }

  RETURN_IF_ERROR(NamesAuthorities(options) ? AddAuthoritiesOf(store.get(), options)
                                            : AddSystemAuthorities(store.get(), settings));
  return options.extra_authorities_pem.empty() ? Status() : AddAuthorities(store.get(), options.extra_authorities_pem);
}

// Sets the name that the certificate of a server must have.
Status SetServerName(X509_VERIFY_PARAM* parameters, const std::string& name) {
  const int set = IsIpAddress(name) ? X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str())
                                    : X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size());
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return set == 1 ? Status() : Fail(ErrorKind::kBadParameter, "\"{}\" cannot be a server's name", name);
}

Status SetPeer(SSL* ssl, const TlsOptions& options) {
  std::string wire;
  for (const auto& protocol : options.protocols) {
    if (protocol.empty() || protocol.size() > 255)
      return Fail(ErrorKind::kBadParameter, "a protocol's name is too long");
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  if (!wire.empty()) {
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(wire.data()), static_cast<unsigned>(wire.size()));
  }

  // RFC 6066 allows no IP address as a server name.
  if (!IsIpAddress(options.server_name)) SSL_set_tlsext_host_name(ssl, options.server_name.c_str());
  return options.skip_verification ? Status() : SetServerName(SSL_get0_param(ssl), options.server_name);
}

// Runs OpenSSL's check and keeps the names of a refused certificate, which are gone after the handshake has failed.
int VerifyAndKeepNames(X509_STORE_CTX* context, void* names) {
  const int accepted = X509_verify_cert(context);
  if (accepted == 1) return accepted;
  if (const auto certificate = Certificate::FromNative(X509_STORE_CTX_get0_cert(context))) {
    auto all = certificate->dns_names();
    all.insert(all.end(), certificate->ip_addresses().begin(), certificate->ip_addresses().end());
    *static_cast<std::string*>(names) = StripControl(fmt::format("{}", fmt::join(all, ", ")));
  }
  return accepted;
}

// The same in a handshake, whose connection has the place of the names.
int VerifyServer(X509_STORE_CTX* context, void* /*unused*/) {
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  return VerifyAndKeepNames(context, SSL_get_app_data(ssl));
}

// Returns the settings that are the same for all connections, or null. They stay in memory: threads may use them when
// the program ends. Making them takes a fifth of the time of a handshake.
SSL_CTX* SharedContext() {
  static SSL_CTX* const shared = [] {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    if (context == nullptr) return context;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set1_groups_list(context, kGroups);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Only the leaf and the chain of the options are sent: clusters refuse chains, and OpenSSL would complete one from
    // the trusted authorities.
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_cert_verify_callback(context, VerifyServer, nullptr);
    return context;
  }();
  return shared;
}

// Why a certificate was not accepted.
Error VerificationError(long code, const std::string& names, const TlsOptions& options, const std::string& where) {
  const auto error = [&](std::string reason, std::string hint) {
    return Error{ErrorKind::kConnectionProblem, fmt::format("cannot trust {}: {}", where, reason), std::move(hint),
                 ErrorDetail::kNotTrusted};
  };

  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return error("its certificate has expired", "check the clock of this machine, or have the certificate renewed");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return error("its certificate is not valid yet", "check the clock of this machine");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return error(
          fmt::format("its certificate is for {}, not for {}", names.empty() ? "no host" : names, options.server_name),
          "use a name that the certificate has");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return error("certificate signed by unknown authority",
                   !NamesAuthorities(options)
                       ? "point SSL_CERT_FILE at the authority of the host, or use --insecure where that is acceptable"
                       : "the cluster may have changed its authorities: log in again");
    default:
      return error(X509_verify_cert_error_string(code), "ask the administrator of that host");
  }
}

// Returns the meaning of an alert from the peer for the user. With TLS 1.3, an alert about our certificate arrives
// after the handshake. Takes the newest error of OpenSSL's queue and empties it.
Error AlertError(const std::string& where) {
  const unsigned long code = ERR_peek_last_error();
  const char* text = ERR_reason_error_string(code);
  const std::string said = text == nullptr ? "the connection was closed" : text;
  ERR_clear_error();

  switch (ERR_GET_REASON(code)) {
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
      return {ErrorKind::kConnectionProblem,
              fmt::format("{} has no protocol in common with this program", where),
              {},
              ErrorDetail::kNoCommonProtocol};
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return {ErrorKind::kNotLoggedIn, fmt::format("{} says that the login has expired", where), "log in again"};
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return {ErrorKind::kNotLoggedIn, fmt::format("{} does not accept the certificate of the login", where),
              "log in again"};
    case SSL_R_WRONG_VERSION_NUMBER:
      return {ErrorKind::kConnectionProblem, fmt::format("{} does not speak TLS", where),
              "check the port: the port may serve plain HTTP"};
    default:
      return {ErrorKind::kConnectionProblem, fmt::format("the TLS handshake with {} failed: {}", where, said),
              "check that the address is that of the proxy"};
  }
}

Error HandshakeError(SSL* ssl, const std::string& names, const TlsOptions& options, const std::string& where) {
  const long verified = SSL_get_verify_result(ssl);
  if (ERR_GET_REASON(ERR_peek_last_error()) != SSL_R_CERTIFICATE_VERIFY_FAILED || verified == X509_V_OK) {
    return AlertError(where);
  }
  ERR_clear_error();
  return VerificationError(verified, names, options, where);
}

}  // namespace

struct TlsStream::State {
  UniqueFd fd;
  SslPtr ssl;
  std::string where;
  std::string peer_names;  // the names in a refused certificate
  std::optional<Error> failure;

  IoStep StepOf(int result) {
    switch (SSL_get_error(ssl.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return {IoState::kWantRead};
      case SSL_ERROR_WANT_WRITE:
        return {IoState::kWantWrite};
      case SSL_ERROR_ZERO_RETURN:
        return {IoState::kClosed};
      default:
        if (!failure) failure = AlertError(where);
        return {IoState::kFailed};
    }
  }
};

TlsStream::TlsStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsStream::~TlsStream() = default;

Result<std::unique_ptr<TlsStream>> TlsStream::Handshake(UniqueFd fd, const TlsOptions& options,
                                                        const NetworkSettings& settings, const std::string& where,
                                                        Deadline deadline) {
  auto state = std::make_unique<State>();
  SSL_CTX* const shared = SharedContext();
  if (shared != nullptr) state->ssl.reset(SSL_new(shared));
  if (state->ssl == nullptr || SSL_set_app_data(state->ssl.get(), &state->peer_names) != 1) {
    return Fail(ErrorKind::kInternal, "cannot set TLS up");
  }
  RETURN_IF_ERROR(SetTrust(state->ssl.get(), options, settings));
  RETURN_IF_ERROR(UseClientCertificate(state->ssl.get(), options));
  RETURN_IF_ERROR(SetPeer(state->ssl.get(), options));
  SSL_set_fd(state->ssl.get(), fd.get());
  SSL_set_read_ahead(state->ssl.get(), options.reads_ahead ? 1 : 0);
  state->fd = std::move(fd);
  state->where = where;
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(state->ssl.get());
    if (result == 1) return std::unique_ptr<TlsStream>(new TlsStream(std::move(state)));
    const int wanted = SSL_get_error(state->ssl.get(), result);
    if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) {
      return std::unexpected(HandshakeError(state->ssl.get(), state->peer_names, options, where));
    }
    if (!WaitFor(state->fd.get(), wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline,
                 settings.stop_descriptor)) {
      return FailWithHint(ErrorKind::kConnectionProblem, fmt::format("{} does not answer in time", where),
                          "check that the address is that of the proxy");
    }
  }
}

Result<std::unique_ptr<TlsStream>> TlsStream::Connect(const HostPort& address, const TlsOptions& options,
                                                      const NetworkSettings& settings) {
  const Deadline deadline = std::chrono::steady_clock::now() + settings.timeout;
  ASSIGN_OR_RETURN(UniqueFd fd, ConnectTcp(address, settings, deadline));
  return Handshake(std::move(fd), options, settings, FormatHostPort(address), deadline);
}

std::string TlsStream::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(state_->ssl.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::vector<Certificate> TlsStream::peer_chain() const {
  std::vector<Certificate> chain;
  const STACK_OF(X509)* shown = SSL_get_peer_cert_chain(state_->ssl.get());  // a client's has the leaf
  for (int i = 0; shown != nullptr && i < sk_X509_num(shown); ++i) {
    if (auto certificate = Certificate::FromNative(sk_X509_value(shown, i))) chain.push_back(std::move(*certificate));
  }
  return chain;
}

Status CheckServerChain(const std::vector<Certificate>& chain, const TlsOptions& options, const std::string& where) {
  const StorePtr store(X509_STORE_new());
  const StoreContextPtr context(X509_STORE_CTX_new());
  const ChainPtr others(sk_X509_new_null());
  if (store == nullptr || context == nullptr || others == nullptr) {
    return Fail(ErrorKind::kInternal, "cannot check a certificate");
  }
  if (chain.empty()) return Fail(ErrorKind::kConnectionProblem, "cannot trust {}: it has shown no certificate", where);
  RETURN_IF_ERROR(AddAuthoritiesOf(store.get(), options));
  for (const auto& certificate : chain) sk_X509_push(others.get(), certificate.native());

  std::string names;
  const bool ready = X509_STORE_CTX_init(context.get(), store.get(), chain.front().native(), others.get()) == 1 &&
                     X509_STORE_CTX_set_default(context.get(), "ssl_server") == 1;
  if (!ready) return Fail(ErrorKind::kInternal, "cannot check a certificate");
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
  RETURN_IF_ERROR(SetServerName(parameters, options.server_name));
  const int accepted = VerifyAndKeepNames(context.get(), &names);
  ERR_clear_error();
  if (accepted == 1) return {};
  return std::unexpected(VerificationError(X509_STORE_CTX_get_error(context.get()), names, options, where));
}

IoStep TlsStream::TryRead(char* buffer, std::size_t size) {
  ERR_clear_error();
  const int count = SSL_read(state_->ssl.get(), buffer, static_cast<int>(std::min<std::size_t>(size, 1 << 20)));
  return count > 0 ? IoStep{IoState::kDone, static_cast<std::size_t>(count)} : state_->StepOf(count);
}

IoStep TlsStream::TryWrite(std::string_view bytes) {
  ERR_clear_error();
  const int count =
      SSL_write(state_->ssl.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
  return count > 0 ? IoStep{IoState::kDone, static_cast<std::size_t>(count)} : state_->StepOf(count);
}

void TlsStream::Close() {
  ERR_clear_error();
  SSL_shutdown(state_->ssl.get());
  ERR_clear_error();
}

int TlsStream::fd() const { return state_->fd.get(); }

std::optional<Error> TlsStream::failure() const { return state_->failure; }

void BeginTls() { OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG, nullptr); }

std::string WebSocketAccept(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return ToBase64({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace sallyport
