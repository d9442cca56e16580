#include "libmachine/bot/identity/credentials.h"

#include "libidentity/ssh_certificate.h"
#include "teleport/legacy/client/proto/certs.pb.h"

namespace sallyport {

std::string WithLineEnd(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

BotCredentials BotCredentials::Clone() const {
  return {key,         key_pem.Clone(), public_key, ssh_certificate, tls_certificate, tls_authorities, ssh_authorities,
          certificate, identity};
}

namespace {

Result<BotCredentials> Combine(const PrivateKey& key, CredentialTexts texts) {
  ASSIGN_OR_RETURN(const Certificate tls, Certificate::FromPem(texts.tls_certificate));
  ASSIGN_OR_RETURN(const SshCertificate ssh, ParseSshCertificate(texts.ssh_certificate));
  if (tls.public_key() != key.public_key() || ssh.public_key != key.public_key()) {
    return Fail(ErrorKind::kBadParameter, "the certificates are for another key");
  }
  if (texts.tls_authorities.empty()) {
    return Fail(ErrorKind::kBadParameter, "there are no certificate authorities");
  }

  BotCredentials credentials;
  ASSIGN_OR_RETURN(credentials.identity, tls.ToIdentity());
  credentials.certificate = tls;
  credentials.key = key;
  credentials.key_pem = std::move(texts.key_pem);
  credentials.public_key = key.public_key().ToAuthorizedKey() + "\n";
  credentials.ssh_certificate = WithLineEnd(std::move(texts.ssh_certificate));
  credentials.tls_certificate = WithLineEnd(std::move(texts.tls_certificate));
  for (auto& pem : texts.tls_authorities) credentials.tls_authorities.push_back(WithLineEnd(std::move(pem)));
  for (auto& line : texts.ssh_authorities) credentials.ssh_authorities.push_back(WithLineEnd(std::move(line)));
  return credentials;
}

}  // namespace

Result<BotCredentials> MakeCredentials(CredentialTexts texts) {
  ASSIGN_OR_RETURN(const PrivateKey key, ParsePrivateKeyPem(texts.key_pem.Reveal()));
  return Combine(key, std::move(texts));
}

Result<BotCredentials> CredentialsOf(const PrivateKey& key, const proto::Certs& certs) {
  CredentialTexts texts;
  texts.key_pem = key.ToPem();
  texts.ssh_certificate = certs.ssh();
  texts.tls_certificate = certs.tls();
  texts.tls_authorities = {certs.tlscacerts().begin(), certs.tlscacerts().end()};
  texts.ssh_authorities = {certs.sshcacerts().begin(), certs.sshcacerts().end()};
  auto credentials = Combine(key, std::move(texts));
  if (!credentials) return std::unexpected(InContext("the cluster's answer", std::move(credentials).error()));
  return credentials;
}

}  // namespace sallyport
