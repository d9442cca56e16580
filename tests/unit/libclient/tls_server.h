// A TLS server for one test: accepts connections on a free port and hands each to a function.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "libbase/address.h"
#include "libbase/file.h"
#include "libidentity/x509.h"

namespace sallyport::test {

// A listener on a free port of this machine.
class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(fd_.get(), 16);
    socklen_t size = sizeof address;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  int fd() const { return fd_.get(); }
  HostPort address() const { return {"127.0.0.1", port_}; }

 private:
  UniqueFd fd_;
  int port_ = 0;
};

class TlsServer {
 public:
  struct Options {
    std::vector<std::string> protocols;  // empty: none is selected
    bool refuse_others = false;          // alert when the client has none of them
    bool want_certificate = false;       // refuses clients without a certificate
  };
  // Called in the server's thread with a connection after its handshake.
  using Handler = std::function<void(SSL* connection)>;

  TlsServer(const Certificate& certificate, const PrivateKey& key, Options options, Handler handler)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    std::signal(SIGPIPE, SIG_IGN);
    SSL_CTX_use_certificate(context_.get(), certificate.native());
    SSL_CTX_use_PrivateKey(context_.get(), key.native());
    SSL_CTX_set_alpn_select_cb(context_.get(), Select, &options_);
    if (options_.want_certificate) {
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                         [](int, X509_STORE_CTX*) { return 1; });
    }
    thread_ = std::thread([this] { Run(); });
  }
  ~TlsServer() {
    stopping_ = true;
    ::shutdown(listener_.fd(), SHUT_RDWR);
    thread_.join();
  }
  HostPort address() const { return listener_.address(); }

 private:
  static int Select(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void* argument) {
    const auto& options = *static_cast<const Options*>(argument);
    for (unsigned int i = 0; i < offered_size; i += 1U + offered[i]) {
      const std::string name(reinterpret_cast<const char*>(offered + i + 1), offered[i]);
      for (const auto& ours : options.protocols) {
        if (ours != name) continue;
        *chosen = offered + i + 1;
        *size = offered[i];
        return SSL_TLSEXT_ERR_OK;
      }
    }
    return options.refuse_others ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_NOACK;
  }

  void Run() {
    while (!stopping_) {
      const UniqueFd fd(::accept(listener_.fd(), nullptr, nullptr));
      if (!fd.valid()) return;
      std::unique_ptr<SSL, decltype(&SSL_free)> connection(SSL_new(context_.get()), SSL_free);
      SSL_set_fd(connection.get(), fd.get());
      if (SSL_accept(connection.get()) != 1) continue;
      handler_(connection.get());
      SSL_shutdown(connection.get());
    }
  }

  Options options_;
  Handler handler_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  Listener listener_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

inline std::string ReadSome(SSL* connection) {
  char buffer[65536];
  const int count = SSL_read(connection, buffer, sizeof buffer);
  return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : "";
}
inline void WriteText(SSL* connection, const std::string& text) {
  SSL_write(connection, text.data(), static_cast<int>(text.size()));
}

}  // namespace sallyport::test
