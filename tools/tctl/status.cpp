#include "libbase/version.h"
#include "libidentity/keys.h"
#include "libidentity/x509.h"
#include "libresources/kinds/cert_authority.h"
#include "teleport/legacy/client/proto/authservice.pb.h"
#include "teleport/legacy/types/resources.pb.h"
#include "teleport/legacy/types/trust.pb.h"
#include "teleport/trust/v1/trust_service.pb.h"
#include "tools/listing/alert_notices.h"
#include "tools/tctl/commands.h"
#include "tools/tctl/session.h"

namespace sallyport {
namespace {

namespace trustv1 = teleport::trust::v1;

std::string AlgorithmOf(const Result<PublicKey>& key) {
  if (!key) return "unknown";
  switch (key->type()) {
    case KeyType::kEd25519:
      return "Ed25519";
    case KeyType::kEcdsa:
      return fmt::format("ECDSA P-{}", key->bits());
    case KeyType::kRsa:
      return fmt::format("RSA {}", key->bits());
    case KeyType::kNone:
      break;
  }
  return "unknown";
}

Value StatusRow(const char* protocol, const char* status, const Result<PublicKey>& key) {
  return Value(
      Value::Map{{"protocol", protocol}, {"status", status}, {"algorithm", AlgorithmOf(key)}, {"storage", "software"}});
}

void AddKeys(const types::CAKeySet& keys, const char* status, Value& rows) {
  for (const auto& pair : keys.ssh()) {
    const auto parsed = ParseAuthorizedKey(pair.publickey());
    rows.Append(StatusRow("SSH", status, parsed ? Result<PublicKey>(parsed->key) : std::unexpected(parsed.error())));
  }
  for (const auto& pair : keys.jwt()) rows.Append(StatusRow("JWT", status, ParsePublicKeyPem(pair.publickey())));
  for (const auto& pair : keys.tls()) {
    const auto certificate = Certificate::FromPem(pair.cert());
    rows.Append(
        StatusRow("TLS", status,
                  certificate ? Result<PublicKey>(certificate->public_key()) : std::unexpected(certificate.error())));
  }
}

Result<Value> StatusAuthority(RpcClient& rpc, std::string_view type, Value& pins) {
  trustv1::GetCertAuthoritiesRequest request;
  request.set_type(std::string(type));
  ASSIGN_OR_RETURN(const auto answer, rpc.Call<trustv1::GetCertAuthoritiesResponse>(
                                          "/teleport.trust.v1.TrustService/GetCertAuthorities", request));
  Value rows = Value::EmptyList();
  std::string rotation = "standby (never rotated)";
  for (const auto& authority : answer.cert_authorities_v2()) {
    AddKeys(authority.spec().activekeys(), "active", rows);
    AddKeys(authority.spec().additionaltrustedkeys(), "trusted", rows);
    if (!authority.spec().rotation().phase().empty()) rotation = authority.spec().rotation().phase();
    if (type != "host") continue;
    for (const auto& pair : authority.spec().activekeys().tls()) {
      ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(pair.cert()));
      pins.Append(certificate.SpkiPin());
    }
  }
  return Value(Value::Map{{"type", type}, {"rotation", rotation}, {"keys", std::move(rows)}});
}

std::string ToText(const Value& status) {
  std::string text = fmt::format("Cluster: {}\nVersion: {}\n", status.Find("cluster")->as_string(),
                                 status.Find("version")->as_string());
  for (const auto& pin : status.Find("ca_pins")->as_list()) text += fmt::format("CA pins: {}\n", pin.as_string());
  std::vector<std::vector<std::string>> rows;
  for (const auto& authority : status.Find("authorities")->as_list()) {
    bool first = true;
    for (const auto& key : authority.Find("keys")->as_list()) {
      rows.push_back({first ? authority.Find("type")->as_string() : "",
                      first ? authority.Find("rotation")->as_string() : "", key.Find("protocol")->as_string(),
                      key.Find("status")->as_string(), key.Find("algorithm")->as_string(),
                      key.Find("storage")->as_string()});
      first = false;
    }
  }
  return text + "\n" + RenderTable({"authority", "rotation", "protocol", "status", "algorithm", "storage"}, rows);
}

Result<Output> RunStatus(const Invocation& invocation) {
  ASSIGN_OR_RETURN(const auto rpc, ConnectToAuth(invocation));
  ASSIGN_OR_RETURN(const auto ping, rpc->Call<proto::PingResponse>("/proto.AuthService/Ping", proto::PingRequest()));
  Value pins = Value::EmptyList();
  Value authorities = Value::EmptyList();
  for (const auto type : CertAuthorityTypes()) {
    ASSIGN_OR_RETURN(Value authority, StatusAuthority(*rpc, type, pins));
    authorities.Append(std::move(authority));
  }
  Output output = Output::Of(Value(Value::Map{{"cluster", ping.clustername()},
                                              {"version", ping.serverversion()},
                                              {"ca_pins", std::move(pins)},
                                              {"authorities", std::move(authorities)}}),
                             ToText);
  types::GetClusterAlertsRequest severe;
  severe.set_severity(types::HIGH);
  output.closing_notices = AlertNotices(*rpc, severe);
  return output;
}

Result<Output> Version(const Invocation&) {
  return Output::Of(Value(Value::Map{{"version", kWireVersion}, {"sallyport", kSallyportVersion}}), [](const Value&) {
    return fmt::format("Teleport v{} Sallyport v{}\n", kWireVersion, kSallyportVersion);
  });
}

}  // namespace

Command StatusCommand() {
  return {.path = "status",
          .summary = "Show the cluster and its certificate authorities",
          .example = "tctl status --format=json",
          .run = RunStatus};
}

Command VersionCommand() { return {.path = "version", .summary = "Show the version", .run = Version}; }

}  // namespace sallyport
