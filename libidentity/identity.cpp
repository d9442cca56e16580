#include "libidentity/identity.h"

#include <array>
#include <variant>

#include "libidentity/identity_fields.h"
#include "libidentity/name.h"

namespace sallyport {
namespace {

struct AttributeRow {
  std::string_view oid;
  IdentityField field;
};

constexpr std::string_view kTrue = "true";

constexpr AttributeRow Text(std::string_view oid, TextField field) { return {oid, field}; }
constexpr AttributeRow List(std::string_view oid, ListField field) { return {oid, field}; }
constexpr AttributeRow Flag(std::string_view oid, FlagField field) { return {oid, field}; }

// The attributes of Teleport's own, in the order in which they are written.
const std::array kRows{
    List("1.3.9999.2.11", [](Identity& i) -> auto& { return i.system_roles; }),
    List("1.3.9999.1.1", [](Identity& i) -> auto& { return i.kubernetes_users; }),
    List("1.3.9999.1.2", [](Identity& i) -> auto& { return i.kubernetes_groups; }),
    Text("1.3.9999.1.3", [](Identity& i) -> auto& { return i.kubernetes_cluster; }),
    Text("1.3.9999.1.4", [](Identity& i) -> auto& { return i.route_to_app.session_id; }),
    Text("1.3.9999.1.6", [](Identity& i) -> auto& { return i.route_to_app.public_addr; }),
    AttributeRow{"1.3.9999.1.21", kTargetPortField},
    Text("1.3.9999.1.5", [](Identity& i) -> auto& { return i.route_to_app.cluster_name; }),
    Text("1.3.9999.1.10", [](Identity& i) -> auto& { return i.route_to_app.name; }),
    Text("1.3.9999.1.11", [](Identity& i) -> auto& { return i.route_to_app.aws_role_arn; }),
    List("1.3.9999.1.12", [](Identity& i) -> auto& { return i.aws_role_arns; }),
    Text("1.3.9999.1.22", [](Identity& i) -> auto& { return i.route_to_app.aws_credential_process_credentials; }),
    Text("1.3.9999.1.16", [](Identity& i) -> auto& { return i.route_to_app.azure_identity; }),
    List("1.3.9999.1.17", [](Identity& i) -> auto& { return i.azure_identities; }),
    Text("1.3.9999.1.18", [](Identity& i) -> auto& { return i.route_to_app.gcp_service_account; }),
    List("1.3.9999.1.19", [](Identity& i) -> auto& { return i.gcp_service_accounts; }),
    Flag("1.3.9999.1.13", [](Identity& i) -> auto& { return i.renewable; }),
    Text("1.3.9999.1.7", [](Identity& i) -> auto& { return i.teleport_cluster; }),
    Text("1.3.9999.1.8", [](Identity& i) -> auto& { return i.mfa_verified; }),
    AttributeRow{"1.3.9999.2.12", kPreviousExpiryField},
    Text("1.3.9999.1.9", [](Identity& i) -> auto& { return i.login_ip; }),
    Text("1.3.9999.2.15", [](Identity& i) -> auto& { return i.pinned_ip; }),
    Text("1.3.9999.2.1", [](Identity& i) -> auto& { return i.route_to_database.service_name; }),
    Text("1.3.9999.2.2", [](Identity& i) -> auto& { return i.route_to_database.protocol; }),
    Text("1.3.9999.2.3", [](Identity& i) -> auto& { return i.route_to_database.username; }),
    Text("1.3.9999.2.4", [](Identity& i) -> auto& { return i.route_to_database.database; }),
    List("1.3.9999.2.19", [](Identity& i) -> auto& { return i.route_to_database.roles; }),
    List("1.3.9999.2.5", [](Identity& i) -> auto& { return i.database_names; }),
    List("1.3.9999.2.6", [](Identity& i) -> auto& { return i.database_users; }),
    Text("1.3.9999.2.7", [](Identity& i) -> auto& { return i.impersonator; }),
    List("1.3.9999.2.8", [](Identity& i) -> auto& { return i.active_requests; }),
    Flag("1.3.9999.2.9", [](Identity& i) -> auto& { return i.disallow_reissue; }),
    AttributeRow{"1.3.9999.1.14", kGenerationField},
    Text("1.3.9999.2.18", [](Identity& i) -> auto& { return i.bot_name; }),
    Text("1.3.9999.2.20", [](Identity& i) -> auto& { return i.bot_instance_id; }),
    Text("1.3.9999.2.23", [](Identity& i) -> auto& { return i.join_token; }),
    AttributeRow{"1.3.9999.2.24", kScopePinField},
    Text("1.3.9999.1.20", [](Identity& i) -> auto& { return i.user_type; }),
    AttributeRow{"1.3.9999.2.10", kAllowedResourcesField},
    Text("1.3.9999.1.15", [](Identity& i) -> auto& { return i.private_key_policy; }),
    Text("1.3.9999.2.13", [](Identity& i) -> auto& { return i.connection_diagnostic_id; }),
    AttributeRow{"1.3.9999.2.21", kJoinAttributesField},
    Text("1.3.9999.3.1", [](Identity& i) -> auto& { return i.device.device_id; }),
    Text("1.3.9999.3.2", [](Identity& i) -> auto& { return i.device.asset_tag; }),
    Text("1.3.9999.3.3", [](Identity& i) -> auto& { return i.device.credential_id; }),
};

// Appends the values of a row, each as a separate RDN.
struct WriteRow {
  Identity& identity;
  std::string_view oid;
  Name& name;

  void Add(std::string value) const { name.push_back({{std::string(oid), std::move(value)}}); }
  void operator()(TextField field) const {
    if (!field(identity).empty()) Add(field(identity));
  }
  void operator()(ListField field) const {
    for (const std::string& value : field(identity)) Add(value);
  }
  void operator()(FlagField field) const {
    if (field(identity)) Add(std::string(kTrue));
  }
  void operator()(const CodedField& field) const {
    if (std::string value = field.write(identity); !value.empty()) Add(std::move(value));
  }
};

struct ReadRow {
  Identity& identity;
  const std::string& value;

  Status operator()(TextField field) const {
    field(identity) = value;
    return {};
  }
  Status operator()(ListField field) const {
    field(identity).push_back(value);
    return {};
  }
  Status operator()(FlagField field) const {
    field(identity) = value == kTrue;
    return {};
  }
  Status operator()(const CodedField& field) const { return field.read(identity, value); }
};

void AppendValues(Name& name, std::string_view oid, const std::vector<std::string>& values) {
  RelativeName relative;
  for (const std::string& value : values) relative.push_back({std::string(oid), value});
  if (!relative.empty()) name.push_back(std::move(relative));
}

Status CheckIdentity(const Identity& identity) {
  if (identity.username.empty()) return Fail(ErrorKind::kBadParameter, "identity has no user name");
  if (identity.groups.empty() && identity.scope_pin.empty()) {
    return Fail(ErrorKind::kBadParameter, "identity of \"{}\" has neither roles nor a scope pin", identity.username);
  }
  return {};
}

Status ReadCustomAttributes(const Name& name, Identity& identity) {
  for (const RelativeName& relative : name) {
    for (const NameAttribute& attribute : relative) {
      for (const AttributeRow& row : kRows) {
        if (row.oid != attribute.oid) continue;
        if (auto status = std::visit(ReadRow{identity, attribute.value}, row.field); !status) {
          return std::unexpected(InContext(fmt::format("subject attribute {}", row.oid), std::move(status).error()));
        }
      }
    }
  }
  return {};
}

}  // namespace

Result<std::string> ToSubject(const Identity& identity) {
  RETURN_IF_ERROR(CheckIdentity(identity));
  Name name;
  AppendValues(name, oid::kLocality, identity.principals);
  AppendValues(name, oid::kStreetAddress, {identity.route_to_cluster});
  AppendValues(name, oid::kPostalCode, {identity.traits.ToJson()});
  AppendValues(name, oid::kOrganization, identity.groups);
  AppendValues(name, oid::kOrganizationalUnit, identity.usage);
  AppendValues(name, oid::kCommonName, {identity.username});
  Identity source = identity;  // the table's accessors need a mutable identity
  for (const AttributeRow& row : kRows) std::visit(WriteRow{source, row.oid, name}, row.field);
  return EncodeName(name);
}

Result<Identity> FromSubject(std::string_view der, Time expires) {
  ASSIGN_OR_RETURN(const Name name, DecodeName(der));
  Identity identity;
  identity.expires = expires;
  identity.username = LastValueOf(name, oid::kCommonName);
  identity.groups = ValuesOf(name, oid::kOrganization);
  identity.usage = ValuesOf(name, oid::kOrganizationalUnit);
  identity.principals = ValuesOf(name, oid::kLocality);
  if (const auto route = ValuesOf(name, oid::kStreetAddress); !route.empty()) identity.route_to_cluster = route.front();
  const auto traits = ValuesOf(name, oid::kPostalCode);
  if (!traits.empty() && !traits.front().empty()) {
    ASSIGN_OR_RETURN(identity.traits, Traits::FromJson(traits.front()));
  }
  RETURN_IF_ERROR(ReadCustomAttributes(name, identity));
  RETURN_IF_ERROR(CheckIdentity(identity));
  return identity;
}

}  // namespace sallyport
