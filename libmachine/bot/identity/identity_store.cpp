#include "libmachine/bot/identity/identity_store.h"

#include <array>
#include <map>

#include "libbase/digest.h"
#include "libbase/encoding.h"
#include "libbase/text.h"
#include "libbase/trim.h"

namespace sallyport {
namespace {

constexpr std::string_view kKeyFile = "key";
constexpr std::string_view kPublicKeyFile = "key.pub";
constexpr std::string_view kSshCertificateFile = "key-cert.pub";
constexpr std::string_view kTlsCertificateFile = "tlscert";
constexpr std::string_view kTlsAuthoritiesFile = "tlscacerts";
constexpr std::string_view kSshAuthoritiesFile = "sshcacerts";
constexpr std::string_view kTokenHashFile = "tokenhash";
constexpr std::string_view kNextKeyFile = "key.next";
constexpr char kBetweenAuthorities = '$';

std::string Joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, std::string(1, kBetweenAuthorities)));
}

// Reads a file; an absent or empty one is empty.
Result<Secret> ReadOrEmpty(BotDestination& storage, std::string_view name) {
  auto content = storage.Read(std::string(name));
  if (!content && content.error().kind == ErrorKind::kNotFound) return Secret();
  return content;
}

}  // namespace

std::string HashOfToken(const std::string& token) { return token.empty() ? std::string() : ToHex(Sha256(token)); }

Result<std::optional<BotCredentials>> LoadBotIdentity(BotDestination& storage, const std::string& token_hash) {
  constexpr std::array<std::string_view, 5> kNeeded{kKeyFile, kSshCertificateFile, kTlsCertificateFile,
                                                    kTlsAuthoritiesFile, kSshAuthoritiesFile};
  std::map<std::string_view, Secret> files;
  for (const auto name : kNeeded) {
    ASSIGN_OR_RETURN(files[name], ReadOrEmpty(storage, name));
    if (files[name].empty()) return std::nullopt;
  }
  ASSIGN_OR_RETURN(const Secret stored_hash, ReadOrEmpty(storage, kTokenHashFile));
  const auto made_with = Trimmed(stored_hash.Reveal());
  if (!token_hash.empty() && !made_with.empty() && made_with != token_hash) {
    return Fail(ErrorKind::kBadParameter, "the stored identity was made with another token");
  }

  CredentialTexts texts;
  texts.key_pem = std::move(files[kKeyFile]);
  texts.ssh_certificate = files[kSshCertificateFile].Reveal();
  texts.tls_certificate = files[kTlsCertificateFile].Reveal();
  texts.tls_authorities = SplitNonEmpty(files[kTlsAuthoritiesFile].Reveal(), kBetweenAuthorities);
  texts.ssh_authorities = SplitNonEmpty(files[kSshAuthoritiesFile].Reveal(), kBetweenAuthorities);
  auto credentials = MakeCredentials(std::move(texts));
  if (!credentials) return std::unexpected(InContext("the stored identity", std::move(credentials).error()));
  return std::optional(std::move(*credentials));
}

Status SaveBotIdentity(BotDestination& storage, const BotCredentials& credentials, const std::string& token_hash) {
  std::vector<BotFile> files;
  files.push_back({std::string(kTlsAuthoritiesFile), Secret(Joined(credentials.tls_authorities))});
  files.push_back({std::string(kSshAuthoritiesFile), Secret(Joined(credentials.ssh_authorities))});
  files.push_back({std::string(kTokenHashFile), Secret(token_hash)});
  for (auto& file : CredentialFiles(credentials)) files.push_back(std::move(file));
  ASSIGN_OR_RETURN(const Secret next_key, ReadOrEmpty(storage, kNextKeyFile));
  if (!next_key.empty()) files.push_back({std::string(kNextKeyFile), Secret()});
  return storage.Write(files);
}

Result<PrivateKey> LoadNextKey(BotDestination& storage) {
  ASSIGN_OR_RETURN(const Secret pem, ReadOrEmpty(storage, kNextKeyFile));
  if (pem.empty()) return PrivateKey();
  auto key = ParsePrivateKeyPem(pem.Reveal());
  return key ? std::move(*key) : PrivateKey();
}

Status SaveNextKey(BotDestination& storage, const PrivateKey& key) {
  std::vector<BotFile> files;
  files.push_back({std::string(kNextKeyFile), key.ToPem()});
  return storage.Write(files);
}

std::vector<BotFile> CredentialFiles(const BotCredentials& credentials) {
  std::vector<BotFile> files;
  files.push_back({std::string(kPublicKeyFile), Secret(credentials.public_key)});
  files.push_back({std::string(kKeyFile), credentials.key_pem.Clone()});
  files.push_back({std::string(kSshCertificateFile), Secret(credentials.ssh_certificate)});
  files.push_back({std::string(kTlsCertificateFile), Secret(credentials.tls_certificate)});
  return files;
}

}  // namespace sallyport
