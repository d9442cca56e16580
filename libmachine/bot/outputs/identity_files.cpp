#include "libmachine/bot/outputs/identity_files.h"

#include "libidentity/identity_file.h"
#include "libidentity/known_hosts.h"

namespace sallyport {

std::string AuthorityBundle(const std::vector<ClusterAuthorities>& authorities) {
  std::string bundle;
  for (const auto& authority : authorities) {
    for (const auto& pem : authority.tls_pems) bundle += WithLineEnd(pem);
  }
  return bundle;
}

Result<BotFile> IdentityFileOf(const BotCredentials& credentials, const std::vector<ClusterAuthorities>& hosts) {
  IdentityFile file;
  file.private_key = credentials.key_pem.Clone();
  file.ssh_certificate = credentials.ssh_certificate;
  file.tls_certificate = credentials.tls_certificate;
  for (const auto& authority : hosts) {
    for (const auto& line : authority.ssh_keys) {
      ASSIGN_OR_RETURN(const AuthorizedKey key, ParseAuthorizedKey(line));
      ASSIGN_OR_RETURN(file.ssh_authorities.emplace_back(), FormatHostAuthority({"", authority.cluster, key.key}));
    }
    file.tls_authorities.insert(file.tls_authorities.end(), authority.tls_pems.begin(), authority.tls_pems.end());
  }
  return BotFile{std::string(kIdentityFileName), FormatIdentityFile(file)};
}

Result<std::vector<BotFile>> AuthorityFiles(BotCluster& cluster, const BotCredentials& bot,
                                            const std::vector<ClusterAuthorities>& hosts) {
  ASSIGN_OR_RETURN(const auto users, cluster.Authorities(bot, "user"));
  ASSIGN_OR_RETURN(const auto databases, cluster.Authorities(bot, "db"));
  std::vector<BotFile> files;
  files.push_back({std::string(kHostAuthorityFile), Secret(AuthorityBundle(hosts))});
  files.push_back({"teleport-user-ca.crt", Secret(AuthorityBundle(users))});
  files.push_back({"teleport-database-ca.crt", Secret(AuthorityBundle(databases))});
  return files;
}

std::vector<BotFile> TlsFiles(const BotCredentials& credentials, const std::vector<ClusterAuthorities>& hosts) {
  std::vector<BotFile> files;
  files.push_back({"tls.cas", Secret(AuthorityBundle(hosts))});
  files.push_back({"tls.key", credentials.key_pem.Clone()});
  files.push_back({"tls.crt", Secret(credentials.tls_certificate)});
  return files;
}

}  // namespace sallyport
