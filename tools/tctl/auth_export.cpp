#include <algorithm>

#include "libbase/encoding.h"
#include "libbase/file.h"
#include "libidentity/known_hosts.h"
#include "libidentity/pem.h"
#include "libidentity/x509.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

struct AuthExport {
  std::string type;
  bool keys = false;
  std::string fingerprint;
  std::string compat;
  std::string out;
};

struct AuthCrl {
  std::string type;
  std::string out;
};

namespace trustv1 = teleport::trust::v1;

constexpr mode_t kPublicMode = 0644;
constexpr mode_t kPrivateMode = 0600;
constexpr std::size_t kCrlNameLength = 51;  // the limit of certutil of Windows

enum class Form { kAuthorizedKeys, kKnownHosts, kPem, kDer };

struct TypeRow {
  std::string_view name;  // the value of --type
  const char* authority;
  Form form;
};
constexpr TypeRow kTypes[] = {
    {"user", "user", Form::kAuthorizedKeys},
    {"host", "host", Form::kKnownHosts},
    {"openssh", "openssh", Form::kAuthorizedKeys},
    {"tls-host", "host", Form::kPem},
    {"tls", "host", Form::kPem},
    {"tls-user", "user", Form::kPem},
    {"tls-user-der", "user", Form::kDer},
    {"windows", "user", Form::kDer},
    {"tls-spiffe", "spiffe", Form::kPem},
    {"db", "db", Form::kPem},
    {"db-der", "db", Form::kDer},
    {"db-client", "db_client", Form::kPem},
    {"db-client-der", "db_client", Form::kDer},
    {"saml-idp", "saml_idp", Form::kDer},
    {"awsra", "awsra", Form::kPem},
};
// The values of --type, including those that are not implemented. The text is static because options keep views.
std::string_view TypeNames() {
  static const std::string names = [] {
    std::string all;
    for (const auto& row : kTypes) all += std::string(row.name) + " ";
    return all + "github";
  }();
  return names;
}

Result<std::string> ClusterName(RpcClient& rpc) {
  ASSIGN_OR_RETURN(const auto ping, rpc.Call<proto::PingResponse>("/proto.AuthService/Ping", proto::PingRequest()));
  return ping.clustername();
}

Result<types::CertAuthorityV2> ExportedAuthority(RpcClient& rpc, const std::string& type, const std::string& cluster,
                                                 bool with_keys) {
  trustv1::GetCertAuthorityRequest request;
  request.set_type(type);
  request.set_domain(cluster);
  request.set_include_key(with_keys);
  return rpc.Call<types::CertAuthorityV2>("/teleport.trust.v1.TrustService/GetCertAuthority", request);
}

// The exported parts: each becomes a file, or all together are the result.
struct Export {
  bool keys = false;
  bool old_form = false;    // user authorities too as known hosts
  std::string fingerprint;  // only the SSH key with this fingerprint
  std::vector<std::string> pieces;
};

Result<std::string> SshLine(const TypeRow& row, const std::string& cluster, const PublicKey& key, bool old_form) {
  if (row.form == Form::kKnownHosts || old_form) {
    ASSIGN_OR_RETURN(const std::string line, FormatHostAuthority({"", cluster, key}));
    return line + "\n";
  }
  return fmt::format("cert-authority {} clustername={}&type=user\n", key.ToAuthorizedKey(), cluster);
}

Status AddSsh(const TypeRow& row, const types::CertAuthorityV2& authority, Export& to) {
  std::string text;
  const auto& spec = authority.spec();
  for (const auto* set : {&spec.activekeys(), &spec.additionaltrustedkeys()}) {
    for (const auto& pair : set->ssh()) {
      ASSIGN_OR_RETURN(const AuthorizedKey parsed, ParseAuthorizedKey(pair.publickey()));
      if (!to.fingerprint.empty() && parsed.key.SshFingerprint() != to.fingerprint) continue;
      if (to.keys) {
        // Only the private keys of active keys are useful.
        if (set == &spec.activekeys()) text += pair.privatekey() + "\n";
        continue;
      }
      ASSIGN_OR_RETURN(const std::string line, SshLine(row, spec.clustername(), parsed.key, to.old_form));
      text += line;
    }
  }
  if (!text.empty()) to.pieces.push_back(std::move(text));
  return {};
}

Status AddTls(const TypeRow& row, const types::CertAuthorityV2& authority, Export& to) {
  for (const auto& pair : authority.spec().activekeys().tls()) {
    const std::string& pem = to.keys ? pair.key() : pair.cert();
    if (row.form == Form::kPem) {
      to.pieces.push_back(pem);
      continue;
    }
    ASSIGN_OR_RETURN(const auto blocks, ParsePem(pem));
    if (blocks.empty()) return Fail(ErrorKind::kBadParameter, "the authority has no PEM block");
    to.pieces.push_back(blocks.front().body.Reveal());
  }
  return {};
}

Status AddType(RpcClient& rpc, const std::string& cluster, const TypeRow& row, Export& to) {
  ASSIGN_OR_RETURN(const auto authority, ExportedAuthority(rpc, row.authority, cluster, to.keys));
  const bool ssh = row.form == Form::kAuthorizedKeys || row.form == Form::kKnownHosts;
  return ssh ? AddSsh(row, authority, to) : AddTls(row, authority, to);
}

Result<Output> WriteFiles(const std::string& prefix, const Export& made) {
  std::string report;
  for (std::size_t i = 0; i < made.pieces.size(); ++i) {
    const std::string name = fmt::format("{}{}.cer", prefix, i);
    RETURN_IF_ERROR(WriteFile(name, made.pieces[i], made.keys ? kPrivateMode : kPublicMode));
    report += name + "\n";
  }
  return Output::Text(std::move(report));
}

Result<Output> RunExport(const Invocation& invocation, const AuthExport& given) {
  const std::string& type = given.type;
  if (type == "github") return Fail(ErrorKind::kNotImplemented, "authorities of integrations are not implemented");
  Export made{given.keys, given.compat == "1.0", given.fingerprint, {}};
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const std::string cluster, ClusterName(*rpc));

  for (const auto& row : kTypes) {
    // Without a type, export the SSH authorities of hosts and users.
    const bool wanted = type.empty() ? row.name == "host" || row.name == "user" : row.name == type;
    if (wanted) RETURN_IF_ERROR(AddType(*rpc, cluster, row, made));
  }
  if (made.pieces.empty()) return Fail(ErrorKind::kNotFound, "the cluster has no matching key to export");
  if (type.empty()) made.pieces = {fmt::format("{}", fmt::join(made.pieces, ""))};

  if (!given.out.empty()) return WriteFiles(given.out, made);
  if (made.pieces.size() == 1) return Output::Text(std::move(made.pieces.front()));
  return FailWithHint(ErrorKind::kBadParameter, fmt::format("there are {} authorities", made.pieces.size()),
                      "write each one to a file: --out=PREFIX");
}

// Exports revocation lists.

// Returns "<base32hex of the key id>_<name>", the name by which Windows finds a list.
std::string CrlName(const Certificate& authority) {
  std::string id = ToBase32(authority.subject_key_id());
  for (char& c : id) {
    const int index = c >= 'A' ? c - 'A' : c - '2' + 26;
    c = static_cast<char>(index < 10 ? '0' + index : 'A' + index - 10);
  }
  return (id + "_" + authority.subject_common_name()).substr(0, kCrlNameLength);
}

Result<Output> RunCrl(const Invocation& invocation, const AuthCrl& given) {
  const std::string& type = given.type;
  if (type.empty()) return Fail(ErrorKind::kUsage, "the type of the authority is missing: --type=user");
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const std::string cluster, ClusterName(*rpc));
  ASSIGN_OR_RETURN(const auto authority, ExportedAuthority(*rpc, type, cluster, false));

  std::string report;
  const auto& pairs = authority.spec().activekeys().tls();
  for (const auto& pair : pairs) {
    if (pair.crl().empty()) return Fail(ErrorKind::kNotFound, "an authority of type {} has no revocation list", type);
    if (given.out.empty()) {
      if (pairs.size() == 1) return Output::Text(pair.crl());
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("there are {} revocation lists", pairs.size()),
                          "write each one to a file: --out=PREFIX");
    }

    ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(pair.cert()));
    const std::string name = fmt::format("{}-{}-{}.crl", given.out, type, CrlName(certificate));
    RETURN_IF_ERROR(WriteFile(name, pair.crl(), kPublicMode));
    report += name + "\n";
  }

  if (report.empty()) return Fail(ErrorKind::kNotFound, "there is no authority of type {}", type);
  return Output::Text(std::move(report));
}

}  // namespace

std::vector<Command> AuthExportCommands() {
  return {{.path = "auth export",
           .summary = "Show certificate authorities in the form that other programs read",
           .options = {{.name = "type",
                        .value_name = "TYPE",
                        .help = "Type and form of the authorities (default host and user, for SSH)",
                        .choices = TypeNames(),
                        .into = Into<&AuthExport::type>},
                       {.name = "keys", .help = "Show the private keys instead", .into = Into<&AuthExport::keys>},
                       {.name = "fingerprint",
                        .value_name = "SHA256:...",
                        .help = "Show only the SSH key with this fingerprint",
                        .into = Into<&AuthExport::fingerprint>},
                       {.name = "compat",
                        .value_name = "VERSION",
                        .help = "With 1.0, write user authorities as known hosts",
                        .into = Into<&AuthExport::compat>},
                       {.name = "out",
                        .value_name = "PREFIX",
                        .help = "Write each to a file PREFIX0.cer, PREFIX1.cer, ...",
                        .into = Into<&AuthExport::out>}},
           .example = "tctl auth export --type=user > teleport_user_ca.pub",
           .formats = "",
           .run = RunWith<RunExport>},

          {.path = "auth crl",
           .summary = "Show the empty revocation list of an authority, in DER",
           .options = {{.name = "type",
                        .value_name = "TYPE",
                        .help = "Type of the authority",
                        .choices = "host db db_client user",
                        .into = Into<&AuthCrl::type>},
                       {.name = "out",
                        .value_name = "PREFIX",
                        .help = "Write to a file whose name begins with PREFIX",
                        .into = Into<&AuthCrl::out>}},
           .example = "tctl auth crl --type=db_client --out=crl",
           .formats = "",
           .run = RunWith<RunCrl>}};
}

}  // namespace sallyport
