#include "libcluster/ssh_server/ssh_algorithms.h"

#include <algorithm>
#include <optional>

#include "libbase/secret.h"
#include "libcluster/ssh_server/ssh_message.h"
#include "libidentity/ssh_wire.h"

namespace sallyport {
namespace {

constexpr std::size_t kCookieBytes = 16;
constexpr std::size_t kMaxNameBytes = 64;  // RFC 4251 section 6
constexpr std::size_t kMaxNames = 200;
constexpr std::string_view kNoCompression = "none";
constexpr std::string_view kStrictClient = "kex-strict-c-v00@openssh.com";
constexpr std::string_view kStrictServer = "kex-strict-s-v00@openssh.com";
constexpr std::string_view kWantsExtensions = "ext-info-c";
constexpr std::string_view kCertificateSuffix = "-cert-v01@openssh.com";
constexpr std::string_view kSignatures =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256";
// AES-GCM authenticates, so no MAC is chosen; some clients want a name in the list all the same.
constexpr std::string_view kMac = "hmac-sha2-256-etm@openssh.com";

struct KexRow {
  std::string_view name;
  AgreementCurve curve;
};
constexpr KexRow kKeyExchanges[] = {{"curve25519-sha256", AgreementCurve::kX25519},
                                    {"curve25519-sha256@libssh.org", AgreementCurve::kX25519},
                                    {"ecdh-sha2-nistp256", AgreementCurve::kP256}};
struct CipherRow {
  std::string_view name;
  std::size_t key_bytes;
};
constexpr CipherRow kCiphers[] = {{"aes128-gcm@openssh.com", 16}, {"aes256-gcm@openssh.com", 32}};

template <typename Rows>
std::string NamesOf(const Rows& rows) {
  std::string names;
  for (const auto& row : rows) names.append(names.empty() ? "" : ",").append(row.name);
  return names;
}

std::vector<std::string> SplitNames(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::string_view name = list.substr(0, list.find(','));
    names.emplace_back(name);
    list.remove_prefix(std::min(name.size() + 1, list.size()));
  }
  return names;
}

Status ReadNames(SshReader& reader, std::vector<std::string>& names) {
  ASSIGN_OR_RETURN(const std::string_view list, reader.String());
  names = SplitNames(list);
  const bool too_long = std::ranges::any_of(names, [](const auto& name) { return name.size() > kMaxNameBytes; });
  if (names.size() > kMaxNames || too_long) {
    return Fail(ErrorKind::kBadParameter, "the client's list of algorithms is too long");
  }
  return {};
}

bool Lists(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Returns the row of the client's first name that a table has.
template <typename Row, std::size_t kCount>
Result<Row> Choose(std::string_view kind, const std::vector<std::string>& wanted, const Row (&rows)[kCount]) {
  for (const auto& name : wanted) {
    const auto row = std::ranges::find(rows, std::string_view(name), &Row::name);
    if (row != std::end(rows)) return *row;
  }
  return Fail(ErrorKind::kBadParameter, "no common {}: the server has {}", kind, NamesOf(rows));
}

Status CheckListed(std::string_view kind, const std::vector<std::string>& wanted, std::string_view ours) {
  if (Lists(wanted, ours)) return {};
  return Fail(ErrorKind::kBadParameter, "no common {}: the server has {}", kind, ours);
}

}  // namespace

std::string WriteSshProposal(std::string_view host_key) {
  SshWriter writer;
  writer.Byte(kSshKexInit).Raw(RandomBytes(kCookieBytes));
  writer.String(fmt::format("{},{}", NamesOf(kKeyExchanges), kStrictServer)).String(host_key);
  for (int direction = 0; direction < 2; ++direction) writer.String(NamesOf(kCiphers));
  for (int direction = 0; direction < 2; ++direction) writer.String(kMac);
  for (int direction = 0; direction < 2; ++direction) writer.String(kNoCompression);
  for (int direction = 0; direction < 2; ++direction) writer.String("");  // languages
  return writer.Byte(0).Uint32(0).Take();
}

Result<SshProposal> ParseSshProposal(std::string_view payload) {
  SshReader reader(payload);
  RETURN_IF_ERROR(reader.Byte());
  RETURN_IF_ERROR(reader.Raw(kCookieBytes));

  SshProposal proposal;
  std::vector<std::string> ignored;  // MACs and languages
  std::vector<std::string>* const lists[] = {&proposal.key_exchanges,
                                             &proposal.host_keys,
                                             &proposal.ciphers_to_server,
                                             &proposal.ciphers_to_client,
                                             &ignored,
                                             &ignored,
                                             &proposal.compressions_to_server,
                                             &proposal.compressions_to_client,
                                             &ignored,
                                             &ignored};
  for (auto* list : lists) RETURN_IF_ERROR(ReadNames(reader, *list));

  ASSIGN_OR_RETURN(const std::uint8_t guesses, reader.Byte());
  proposal.guesses = guesses != 0;
  RETURN_IF_ERROR(reader.Uint32());
  return proposal;
}

Result<SshAlgorithms> ChooseSshAlgorithms(const SshProposal& client, std::string_view host_key) {
  SshAlgorithms chosen;
  ASSIGN_OR_RETURN(const KexRow exchange, Choose("key exchange", client.key_exchanges, kKeyExchanges));
  RETURN_IF_ERROR(CheckListed("host key", client.host_keys, host_key));
  ASSIGN_OR_RETURN(const CipherRow to_server, Choose("cipher", client.ciphers_to_server, kCiphers));
  ASSIGN_OR_RETURN(const CipherRow to_client, Choose("cipher", client.ciphers_to_client, kCiphers));
  RETURN_IF_ERROR(CheckListed("compression", client.compressions_to_server, kNoCompression));
  RETURN_IF_ERROR(CheckListed("compression", client.compressions_to_client, kNoCompression));

  chosen.curve = exchange.curve;
  chosen.key_bytes_to_server = to_server.key_bytes;
  chosen.key_bytes_to_client = to_client.key_bytes;
  const bool same_first = client.key_exchanges.front() == kKeyExchanges[0].name && client.host_keys.front() == host_key;
  chosen.guessed_wrong = client.guesses && !same_first;
  chosen.strict = Lists(client.key_exchanges, kStrictClient);
  chosen.wants_extensions = Lists(client.key_exchanges, kWantsExtensions);
  return chosen;
}

std::string_view SshSignatureAlgorithms() { return kSignatures; }

std::string_view SignatureOfCertificateType(std::string_view type) {
  if (!type.ends_with(kCertificateSuffix)) return {};
  const std::string_view signature = type.substr(0, type.size() - kCertificateSuffix.size());
  for (std::string_view rest = kSignatures; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(','));
    if (name == signature) return name;
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return {};
}

}  // namespace sallyport
