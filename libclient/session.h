// Opens a login stored on the disk (a profile, or an identity file: identity_session.h) and connects to the auth
// service of its cluster.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libclient/key_ring.h"
#include "libclient/network.h"
#include "libclient/profile.h"
#include "libclient/profile_paths.h"
#include "libclient/rpc.h"
#include "libidentity/x509.h"

namespace sallyport {

struct Session {
  Profile profile;
  ProfilePaths paths;
  KeyRing ring;
  Certificate certificate;   // the TLS one
  std::string root_cluster;  // the cluster that issued the certificate
  // Set for an identity file; else empty, and the authorities are in `paths`.
  std::string identity_path;
  std::string authorities_pem;
  std::vector<std::string> ssh_authorities;  // lines of known_hosts
  const std::string& user() const { return profile.user; }
};

// Opens the login of a profile (empty: the current profile). Fails with kNotLoggedIn when there is no login or it has
// expired.
Result<Session> OpenSession(const ProfileDirectory& directory, std::string_view profile_name, Time now);

// Returns the TLS host authorities of a cluster as PEM, or the authorities of all clusters when the cluster has no
// file. Fails with kNotLoggedIn when there are none.
Result<std::string> AuthoritiesOf(const Session& session, std::string_view cluster);

// Fails with kNotImplemented when the proxy of a session has no TLS routing.
Status RequireTlsRouting(const Session& session);

// Returns the connection options for the auth service of the session's root cluster, or of a leaf. Fails with
// kNotImplemented when the proxy has no TLS routing.
Result<RpcOptions> AuthOptions(const Session& session, const NetworkSettings& settings, std::string_view program,
                               std::string_view cluster = {});
// Connects to the auth service of the session's root cluster, or of a leaf. `program` is for the user agent. Fails as
// RpcClient::Connect does; kNotImplemented when the proxy has no TLS routing.
Result<std::unique_ptr<RpcClient>> ConnectAuth(const Session& session, const NetworkSettings& settings,
                                               std::string_view program, std::string_view cluster = {});

// Returns the authorities of a type ("host", "user", "db") of all clusters that the root cluster trusts, root cluster
// first.
Result<std::vector<ClusterAuthorities>> FetchAuthorities(RpcClient& rpc, const std::string& type,
                                                         std::string_view root_cluster);
Result<std::vector<ClusterAuthorities>> FetchHostAuthorities(RpcClient& rpc, std::string_view root_cluster);

}  // namespace sallyport
