// A login that is on the disk (a profile's, or an identity file's: identity_session.h), and the way from it to the
// cluster's auth service.
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
  std::string root_cluster;  // whose certificate it is
  // Of an identity file; else empty, and the authorities are in `paths`.
  std::string identity_path;
  std::string authorities_pem;
  std::vector<std::string> ssh_authorities;  // lines of known_hosts
  const std::string& user() const { return profile.user; }
};

// Opens the login of a profile (empty: the current one). kNotLoggedIn when there is none or it has expired.
Result<Session> OpenSession(const ProfileDirectory& directory, std::string_view profile_name, Time now);

// Returns the TLS host authorities of a cluster as PEM, or those of all clusters when it has no file of its own.
// kNotLoggedIn when there are none.
Result<std::string> AuthoritiesOf(const Session& session, std::string_view cluster);

// kNotImplemented when the proxy of a session has no TLS routing: it is reached in other ways then.
Status RequireTlsRouting(const Session& session);

// How the auth service of the session's root cluster, or of a leaf, is reached. kNotImplemented when the proxy has no
// TLS routing.
Result<RpcOptions> AuthOptions(const Session& session, const NetworkSettings& settings, std::string_view program,
                               std::string_view cluster = {});
// Connects to the auth service of the session's root cluster, or of a leaf. `program` is for the user agent. Fails as
// RpcClient::Connect does; kNotImplemented when the proxy has no TLS routing.
Result<std::unique_ptr<RpcClient>> ConnectAuth(const Session& session, const NetworkSettings& settings,
                                               std::string_view program, std::string_view cluster = {});

// The authorities of all clusters that are trusted here, root cluster first.
Result<std::vector<ClusterAuthorities>> FetchHostAuthorities(RpcClient& rpc, std::string_view root_cluster);

}  // namespace sallyport
