#include "libcluster/proxy/web_certificate.h"

#include <algorithm>
#include <cctype>

#include "libbase/address.h"
#include "libbase/file.h"
#include "libbase/log.h"
#include "libcluster/net/tls.h"
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

constexpr std::string_view kCertificateMark = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kKeyMark = "PRIVATE KEY-----";

// Refuses, by name, a file of another kind than its configuration key.
Status CheckPem(std::string_view key, const std::string& path, std::string_view text, std::string_view mark,
                std::string_view other_mark) {
  const auto fail = [&](std::string_view what, std::string hint) {
    return FailWithHint(ErrorKind::kBadParameter, fmt::format("{} {} {}", key, path, what), std::move(hint));
  };
  if (text.contains(mark)) return {};
  if (text.contains(other_mark)) {
    return fail(key == "cert_file" ? "holds a key and no certificate" : "holds a certificate and no key",
                "exchange key_file and cert_file");
  }
  if (text.contains("-----BEGIN ")) {
    return fail(key == "cert_file" ? "holds no certificate" : "holds no private key", "set the path of the right file");
  }
  const std::string_view kind = key == "cert_file" ? "x509" : "pkey";
  return fail(
      "is not PEM text",
      fmt::format("if the file is DER: openssl {0} -inform DER -in {1} -out {1}.pem, and use that file", kind, path));
}

}  // namespace

Result<WebCertificate> LoadKeyPair(const KeyPairPaths& paths) {
  ASSIGN_OR_RETURN(const std::string certificate, ReadFile(paths.cert_file));
  ASSIGN_OR_RETURN(std::string key, ReadFile(paths.key_file));
  RETURN_IF_ERROR(CheckPem("cert_file", paths.cert_file, certificate, kCertificateMark, kKeyMark));
  RETURN_IF_ERROR(CheckPem("key_file", paths.key_file, key, kKeyMark, kCertificateMark));
  if (key.contains("ENCRYPTED")) {
    return FailWithHint(
        ErrorKind::kBadParameter, fmt::format("key_file {} is encrypted with a password", paths.key_file),
        fmt::format("decrypt the key: openssl pkey -in {0} -out {0}.plain, and use that file", paths.key_file));
  }
  WebCertificate pair{certificate, Secret(std::move(key))};
  const auto tls = ServerTls::Create({pair.certificate_pem, pair.private_key_pem.Reveal(), {}, false});
  if (tls) return pair;
  return FailWithHint(ErrorKind::kBadParameter,
                      fmt::format("key_file {} and cert_file {} do not belong together or are damaged: {}",
                                  paths.key_file, paths.cert_file, tls.error().message),
                      "compare their public keys: openssl x509 -noout -pubkey, openssl pkey -pubout");
}

Result<WebCertificate> LoadWebCertificate(const TeleportConfig& config, const std::vector<std::string>& names) {
  const std::string kept_certificate = config.data_dir + "/webproxy_cert.pem";
  const std::string kept_key = config.data_dir + "/webproxy_key.pem";
  const bool configured = !config.proxy.https_keypairs.empty();
  if (!configured && !FileExists(kept_certificate)) return MakeAndKeep(kept_certificate, kept_key, names);
  if (configured) {
    auto pair = LoadKeyPair(config.proxy.https_keypairs.front());
    if (pair) return pair;
    return std::unexpected(InContext(
        fmt::format("{}:{}: proxy_service.https_keypairs", config.source, config.proxy.https_keypairs.front().line),
        std::move(pair).error()));
  }
  ASSIGN_OR_RETURN(const std::string certificate, ReadFile(kept_certificate));
  ASSIGN_OR_RETURN(std::string key, ReadFile(kept_key));
  ASSIGN_OR_RETURN(const Certificate leaf, Certificate::FromPem(certificate));
  if (leaf.not_after() <= Now()) return MakeAndKeep(kept_certificate, kept_key, names);
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
