#include "libclient/environment.h"

namespace sallyport {

Result<ProfileDirectory> ProfilesFromEnvironment(const EnvironmentReader& environment) {
  const std::string home = environment("TELEPORT_HOME");
  if (!home.empty()) return ProfileDirectory(home);
  const std::string user_home = environment("HOME");
  if (!user_home.empty()) return ProfileDirectory(user_home + "/.tsh");
  return FailWithHint(ErrorKind::kBadParameter, "there is no home directory to keep profiles in",
                      "set HOME or TELEPORT_HOME");
}

NetworkSettings NetworkFromEnvironment(const EnvironmentReader& environment, bool insecure) {
  NetworkSettings settings;
  settings.insecure = insecure;
  settings.ssl_cert_file = environment("SSL_CERT_FILE");
  settings.ssl_cert_dir = environment("SSL_CERT_DIR");
  settings.https_proxy = environment("HTTPS_PROXY");
  if (settings.https_proxy.empty()) settings.https_proxy = environment("https_proxy");
  settings.no_proxy = environment("NO_PROXY");
  if (settings.no_proxy.empty()) settings.no_proxy = environment("no_proxy");
  settings.conn_upgrade = environment("TELEPORT_TLS_ROUTING_CONN_UPGRADE");
  return settings;
}

}  // namespace sallyport
