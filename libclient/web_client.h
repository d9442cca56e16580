// Calls the web API of the proxy over HTTPS (docs/protocol/login.md#web-api): ping, find, local login.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/address.h"
#include "libbase/error.h"
#include "libbase/secret.h"
#include "libbase/time.h"
#include "libbase/value.h"
#include "libclient/key_ring.h"
#include "libclient/network.h"

namespace sallyport {

inline constexpr int kDefaultWebPort = 3080;

// The answer of a proxy to ping or find. Addresses are as sent by the proxy; absent addresses are empty.
struct PingAnswer {
  std::string cluster_name;
  std::string server_version;
  std::string min_client_version;
  std::string auth_type;           // "local", "github", ...
  std::string private_key_policy;  // "none"
  std::string key_suite;           // "balanced-v1", "legacy", "fips-v1", "hsm-v1" or ""
  Nanoseconds default_session_ttl{};
  bool load_all_cas = false;
  bool has_motd = false;
  bool tls_routing_enabled = false;
  bool kube_enabled = false;
  std::string kube_public_addr;
  std::string kube_listen_addr;
  std::string ssh_public_addr;  // public address of the web proxy
  std::string ssh_proxy_addr;   // of SSH alone
  std::string ssh_listen_addr;
  std::string postgres_listen_addr;
  std::string postgres_public_addr;
  std::string mysql_listen_addr;
  std::string mysql_public_addr;
};
// Reads the JSON of ping or find. Fails with kBadParameter when the JSON is not from a proxy.
Result<PingAnswer> ParsePingAnswer(const Value& json);

// The second factors that a login needs.
struct LoginChallenge {
  bool totp = false;
  bool webauthn = false;
};

struct FinishLogin {
  std::string user;
  Secret password;
  Secret totp_code;            // empty: none
  std::string ssh_public_key;  // authorized_keys line
  std::string tls_public_key;  // PEM
  Nanoseconds ttl{};           // 0: the server's default
  std::string route_to_cluster;
  std::string kubernetes_cluster;
};

struct LoginAnswer {
  std::string username;
  std::string ssh_certificate;  // authorized_keys form
  std::string tls_certificate;  // PEM
  std::vector<ClusterAuthorities> host_authorities;
};
// Reads the answer to a login. Fails with kBadParameter: no certificate, no authority, text that is not base64.
Result<LoginAnswer> ParseLoginAnswer(const Value& json);

// Makes one connection per call; holds only settings, so it is thread-safe.
//
// Errors: those of TlsStream; else by the answer's HTTP status with the server's message (kAccessDenied, kNotFound,
// kBadParameter, kLimitExceeded ...); kBadParameter when the answer is not JSON, kLimitExceeded when it exceeds 4 MiB.
class WebClient {
 public:
  WebClient(HostPort proxy, NetworkSettings settings) : proxy_(std::move(proxy)), settings_(std::move(settings)) {}
  const HostPort& proxy() const { return proxy_; }

  Result<Value> Get(const std::string& path) const;
  // Sends a JSON body; the type is Secret because most bodies contain a secret.
  Result<Value> Post(const std::string& path, const Secret& body) const;

  Result<PingAnswer> Ping() const;
  Result<PingAnswer> Find() const;
  // Returns the message that the cluster shows before a login, or "".
  Result<std::string> MessageOfTheDay() const;
  Result<LoginChallenge> BeginLogin(const std::string& user, const Secret& password) const;
  Result<LoginAnswer> Finish(const FinishLogin& request) const;

 private:
  Result<Value> Call(std::string_view method, const std::string& path, const Secret& body) const;
  HostPort proxy_;
  NetworkSettings settings_;
};

// Returns the address of a proxy given as "host" or "host:port". Without a port, pings ports 3080 and 443 in parallel
// for at most five seconds, and returns the first to answer. Fails with kConnectionProblem when neither answers.
Result<HostPort> ResolveProxyAddress(std::string_view text, const NetworkSettings& settings);

}  // namespace sallyport
