#include "libcluster/proxy/web_certificate.h"

#include <algorithm>
#include <cctype>

#include "libbase/address.h"
#include "libbase/file.h"
#include "libbase/log.h"
#include "libidentity/x509.h"

namespace sallyport {
namespace {

bool IsAddress(const std::string& name) {
  return name.contains(':') ||
         std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0 || c == '.'; });
}

Result<WebCertificate> MakeAndKeep(const std::string& certificate_path, const std::string& key_path,
                                   const std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(const PrivateKey key, GeneratePrivateKey(KeyAlgorithm::kEcdsaP256));
  ASSIGN_OR_RETURN(const Certificate certificate, MakeSelfSignedServerCertificate(names, key, Now()));
  RETURN_IF_ERROR(WritePrivateFile(key_path, key.ToPem().Reveal()));
  RETURN_IF_ERROR(WriteFile(certificate_path, certificate.ToPem(), 0644));
  Log(LogLevel::kInfo, "made a self-signed certificate for the web port", {{"path", certificate_path}});
  return WebCertificate{certificate.ToPem(), key.ToPem()};
}

}  // namespace

Result<WebCertificate> LoadWebCertificate(const TeleportConfig& config, const std::vector<std::string>& names) {
  const std::string kept_certificate = config.data_dir + "/webproxy_cert.pem";
  const std::string kept_key = config.data_dir + "/webproxy_key.pem";
  const bool configured = !config.proxy.https_keypairs.empty();
  if (!configured && !FileExists(kept_certificate)) return MakeAndKeep(kept_certificate, kept_key, names);
  const KeyPairPaths paths =
      configured ? config.proxy.https_keypairs.front() : KeyPairPaths{kept_key, kept_certificate};
  ASSIGN_OR_RETURN(const std::string certificate, ReadFile(paths.cert_file));
  ASSIGN_OR_RETURN(std::string key, ReadFile(paths.key_file));
  ASSIGN_OR_RETURN(const Certificate leaf, Certificate::FromPem(certificate));
  if (!configured && leaf.not_after() <= Now()) return MakeAndKeep(kept_certificate, kept_key, names);
  return WebCertificate{certificate, Secret(std::move(key))};
}

std::vector<std::string> WebNames(const TeleportConfig& config, const std::string& hostname) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    const bool unusable = name.empty() || name == "0.0.0.0" || name == "::";
    if (!unusable && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const auto& address : config.proxy.public_addr) {
    if (const auto parsed = ParseHostPort(address, 0)) add(parsed->host);
  }
  if (const auto parsed = ParseHostPort(config.proxy.web_listen_addr, 0)) add(parsed->host);
  for (const auto& name : {config.nodename, config.auth.cluster_name, hostname}) add(name);
  for (const char* name : {"localhost", "127.0.0.1", "::1"}) add(name);
  return names;
}

std::vector<std::string> KubeNames(const TeleportConfig& config, const std::string& hostname) {
  auto names = WebNames(config, hostname);
  const std::vector<std::string> hosts = names;
  for (const auto& host : hosts) {
    if (!IsAddress(host) && host != "localhost") names.push_back("kube-teleport-proxy-alpn." + host);
  }
  names.emplace_back("remote.kube.proxy.teleport.cluster.local");
  return names;
}

}  // namespace sallyport
