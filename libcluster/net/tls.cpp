#include "libcluster/net/tls.h"

#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/system/system_error.hpp>

#include "libcluster/net/tls_state.h"

namespace sallyport {
namespace {

// Picks the client's first protocol that we have.
int SelectProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                   unsigned int offered_size, void* argument) {
  const auto& ours = *static_cast<const std::string*>(argument);
  for (unsigned int i = 0; i < offered_size; i += 1U + offered[i]) {
    const std::string_view wanted(reinterpret_cast<const char*>(offered + i), 1U + offered[i]);
    for (std::size_t j = 0; j < ours.size(); j += 1U + static_cast<unsigned char>(ours[j])) {
      if (std::string_view(ours).substr(j, 1U + static_cast<unsigned char>(ours[j])) != wanted) continue;
      *chosen = offered + i + 1;
      *chosen_size = offered[i];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_NOACK;
}

std::string WireProtocols(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const auto& protocol : protocols) {
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

std::string ToPem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return pem;
}

}  // namespace

ServerTls::ServerTls(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerTls::~ServerTls() = default;

Result<std::shared_ptr<ServerTls>> ServerTls::Create(const ServerTlsOptions& options) {
  auto state = std::make_unique<State>();
  state->wire_protocols = WireProtocols(options.protocols);
  try {
    // Refuses an encrypted key; without this callback OpenSSL prompts at the terminal.
    state->context.set_password_callback(
        [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); });
    state->context.use_certificate_chain(asio::buffer(options.certificate_pem));
    state->context.use_private_key(asio::buffer(options.private_key_pem), asio::ssl::context::pem);
  } catch (const boost::system::system_error& error) {
    return Fail(ErrorKind::kBadParameter, "cannot use the certificate and its key: {}", error.code().message());
  }

  SSL_CTX* context = state->context.native_handle();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(context, 0);  // clients do not resume sessions, and each ticket costs a message
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(context, SelectProtocol, &state->wire_protocols);

  if (options.ask_for_client_certificate) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  }
  return std::shared_ptr<ServerTls>(new ServerTls(std::move(state)));
}

std::vector<std::string> PeerChainPem(ServerTlsStream& stream) {
  std::vector<std::string> chain;
  X509* leaf = SSL_get0_peer_certificate(stream.native_handle());
  if (leaf == nullptr) return chain;
  chain.push_back(ToPem(leaf));
  const STACK_OF(X509)* others = SSL_get_peer_cert_chain(stream.native_handle());  // a server's chain has no leaf
  for (int i = 0; others != nullptr && i < sk_X509_num(others); ++i) chain.push_back(ToPem(sk_X509_value(others, i)));
  return chain;
}

void AcknowledgeHandshake(ServerTlsStream& stream) {
  const int on = 1;
  const int socket = beast::get_lowest_layer(stream).socket().native_handle();
  ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);  // fails on a local socket of a tunnel
}

std::string NegotiatedProtocol(ServerTlsStream& stream) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(stream.native_handle(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace sallyport
