// Texts of the files that most outputs have: the identity file and the authorities.
#pragma once

#include <string>
#include <vector>

#include "libbase/error.h"
#include "libmachine/bot/destination/destination.h"
#include "libmachine/bot/identity/bot_cluster.h"
#include "libmachine/bot/identity/credentials.h"

namespace sallyport {

inline constexpr std::string_view kIdentityFileName = "identity";
inline constexpr std::string_view kHostAuthorityFile = "teleport-host-ca.crt";

// Returns the certificates of authorities, one after the other.
std::string AuthorityBundle(const std::vector<ClusterAuthorities>& authorities);

// Returns the file `identity`. Fails with kBadParameter for authorities that known_hosts cannot hold.
Result<BotFile> IdentityFileOf(const BotCredentials& credentials, const std::vector<ClusterAuthorities>& hosts);

// Returns the files of the authorities: host, user and database.
Result<std::vector<BotFile>> AuthorityFiles(BotCluster& cluster, const BotCredentials& bot,
                                            const std::vector<ClusterAuthorities>& hosts);

// Returns tls.crt, tls.key and tls.cas, for programs that need these endings.
std::vector<BotFile> TlsFiles(const BotCredentials& credentials, const std::vector<ClusterAuthorities>& hosts);

}  // namespace sallyport
