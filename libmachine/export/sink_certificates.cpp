#include "libmachine/export/sink_certificates.h"

#include <array>
#include <future>

#include "libidentity/name.h"
#include "libidentity/x509.h"

namespace sallyport {
namespace {

constexpr const char* kAuthorityName = "CA";
constexpr const char* kServerName = "Server";

Result<std::string> CommonName(const std::string& name) {
  return EncodeName({{{std::string(oid::kCommonName), name}}});
}

// Makes keys at the same time.
Result<std::array<PrivateKey, 3>> MakeKeys(KeyAlgorithm algorithm) {
  std::array<std::future<Result<PrivateKey>>, 3> made;
  for (auto& one : made) one = std::async(std::launch::async, [algorithm] { return GeneratePrivateKey(algorithm); });
  std::array<PrivateKey, 3> keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    auto key = made[i].get();
    if (!key) return std::unexpected(key.error());
    keys[i] = std::move(*key);
  }
  return keys;
}

}  // namespace

Result<SinkCertificates> MakeSinkCertificates(const SinkCertificateRequest& request, const Secret& passphrase) {
  ASSIGN_OR_RETURN(const auto keys, MakeKeys(request.algorithm));
  const auto& [authority_key, server_key, client_key] = keys;
  ASSIGN_OR_RETURN(const std::string authority_name, CommonName(kAuthorityName));
  const Time ends = request.now + request.ttl;
  ASSIGN_OR_RETURN(const Certificate authority,
                   MakeRootCertificate({authority_name, request.now - kClockSkew, ends, 0}, authority_key));

  LeafRequest leaf;
  leaf.not_before = request.now - kClockSkew;
  leaf.not_after = ends;
  leaf.sans = request.names;
  ASSIGN_OR_RETURN(leaf.subject, CommonName(kServerName));
  leaf.public_key = server_key.public_key();
  leaf.client_auth = false;
  ASSIGN_OR_RETURN(const Certificate server, IssueCertificate(leaf, authority, authority_key));

  ASSIGN_OR_RETURN(leaf.subject, CommonName(request.client_name));
  leaf.public_key = client_key.public_key();
  leaf.client_auth = true;
  leaf.server_auth = false;
  ASSIGN_OR_RETURN(const Certificate client, IssueCertificate(leaf, authority, authority_key));

  SinkCertificates made;
  made.authority = {authority.ToPem(), authority_key.ToPem()};
  ASSIGN_OR_RETURN(Secret encrypted, server_key.ToEncryptedPem(passphrase));
  made.server = {server.ToPem(), std::move(encrypted)};
  made.client = {client.ToPem(), client_key.ToPem()};
  return made;
}

}  // namespace sallyport
