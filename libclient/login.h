// Logs in with a password and a second factor, and saves the keys and certificates (docs/protocol/login.md#local-login,
// docs/protocol/login.md#after-the-certificates, docs/protocol/certificates.md#suites).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "libbase/error.h"
#include "libbase/secret.h"
#include "libclient/identity_output.h"
#include "libclient/network.h"
#include "libclient/profile.h"
#include "libclient/session.h"
#include "libclient/web_client.h"
#include "libidentity/keys.h"

namespace types {
class AccessCapabilities;
}  // namespace types

namespace sallyport {

struct UserKeys {
  PrivateKey ssh;
  PrivateKey tls;  // the same as `ssh` in the legacy suite
};
// Makes the keys that a signature algorithm suite asks for; an empty or unknown suite is the legacy one.
Result<UserKeys> GenerateUserKeys(std::string_view suite);
// Makes the key for TLS alone.
Result<PrivateKey> GenerateTlsKey(std::string_view suite);

struct LoginOptions {
  HostPort proxy;  // the address that answered the ping
  NetworkSettings network;
  std::string program = "tsh";
  std::string user;
  Secret password;
  // Asks the user for a code; called at most once, when the server requires a code.
  std::function<Result<Secret>()> ask_code;
  Nanoseconds ttl{};    // 0: the cluster's default
  std::string cluster;  // the leaf cluster to select; empty: the root
  std::string kube_cluster;
  std::string mfa_mode = "auto";
  // Called before Login returns, with the connection of the new login and the requests that the user may make; may be
  // empty.
  std::function<void(RpcClient& rpc, const types::AccessCapabilities& capabilities)> while_connected;
};

// Returns the profile that a login at a proxy makes: addresses from the ping as Teleport's clients derive them.
Result<Profile> ProfileOfPing(const HostPort& proxy, const PingAnswer& ping);

// Logs in and saves everything: key ring, authorities, profile (which becomes current). When the cluster refuses a call
// after it has issued the certificates, the new key ring is removed.
//
// Fails with kAccessDenied (wrong user, password or code; locked), kNotImplemented (another way to log in is needed),
// and as WebClient and RpcClient do.
Result<Session> Login(const ProfileDirectory& directory, const PingAnswer& ping, const LoginOptions& options);

// A login in memory, for a file. One key serves both certificates, unless the file holds only the SSH certificate.
struct LoginForFile {
  Session session;
  std::vector<ClusterAuthorities> authorities;  // of all clusters, the root first
};
// Logs in and saves nothing. Fails as Login does.
Result<LoginForFile> LoginToFile(const PingAnswer& ping, const LoginOptions& options, IdentityFormat format);

}  // namespace sallyport
