#include "libidentity/ssh_identity.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "libidentity/go_json.h"
#include "libidentity/identity_fields.h"

namespace sallyport {
namespace {

using PermissionFlag = bool SshPermissions::*;
using PermissionText = std::string SshPermissions::*;

constexpr std::chrono::seconds kSkew{60};
constexpr std::chrono::minutes kMinLifetime{1};
constexpr std::string_view kPermitPty = "permit-pty";
constexpr std::string_view kSourceAddress = "source-address";
constexpr std::string_view kHostRole = "x-teleport-role";
constexpr std::string_view kHostAuthority = "x-teleport-authority";
constexpr std::string_view kAdminRole = "Admin";

std::string WriteBelow(std::string_view key, const std::vector<std::string>& items) {
  return items.empty() ? std::string() : fmt::format("{{{}:{}}}", GoJsonString(key), GoJsonStrings(items));
}

std::string WriteRoles(const Identity& identity) { return WriteBelow("roles", identity.groups); }
Status ReadRoles(Identity& identity, const std::string& text) {
  ASSIGN_OR_RETURN(identity.groups, ParseJsonStringsBelow(text, "roles"));
  return {};
}

std::string WriteRequests(const Identity& identity) { return WriteBelow("access_requests", identity.active_requests); }
Status ReadRequests(Identity& identity, const std::string& text) {
  ASSIGN_OR_RETURN(identity.active_requests, ParseJsonStringsBelow(text, "access_requests"));
  return {};
}

struct ExtensionRow {
  std::string_view name;
  IdentityField field;
  bool standard_only = false;
};

// The extensions that carry an identity.
const std::array kExtensionRows{
    ExtensionRow{"scope-pin@goteleport.com", kScopePinField},
    ExtensionRow{"mfa-verified", TextField([](Identity& i) -> auto& { return i.mfa_verified; })},
    ExtensionRow{"prev-identity-expires", kPreviousExpiryField},
    ExtensionRow{"login-ip", TextField([](Identity& i) -> auto& { return i.login_ip; })},
    ExtensionRow{"impersonator", TextField([](Identity& i) -> auto& { return i.impersonator; })},
    ExtensionRow{"disallow-reissue", FlagField([](Identity& i) -> auto& { return i.disallow_reissue; })},
    ExtensionRow{"renewable", FlagField([](Identity& i) -> auto& { return i.renewable; })},
    ExtensionRow{"generation", kGenerationField},
    ExtensionRow{"bot-name@goteleport.com", TextField([](Identity& i) -> auto& { return i.bot_name; })},
    ExtensionRow{"bot-instance-id@goteleport.com", TextField([](Identity& i) -> auto& { return i.bot_instance_id; })},
    ExtensionRow{"join-token@goteleport.com", TextField([](Identity& i) -> auto& { return i.join_token; })},
    ExtensionRow{"teleport-allowed-resources", kAllowedResourcesField},
    ExtensionRow{"teleport-connection-diagnostic-id",
                 TextField([](Identity& i) -> auto& { return i.connection_diagnostic_id; })},
    ExtensionRow{"private-key-policy", TextField([](Identity& i) -> auto& { return i.private_key_policy; })},
    ExtensionRow{"teleport-device-id", TextField([](Identity& i) -> auto& { return i.device.device_id; })},
    ExtensionRow{"teleport-device-asset-tag", TextField([](Identity& i) -> auto& { return i.device.asset_tag; })},
    ExtensionRow{"teleport-device-credential-id",
                 TextField([](Identity& i) -> auto& { return i.device.credential_id; })},
    ExtensionRow{"teleport-traits", kTraitsField, true},
    ExtensionRow{"teleport-roles", CodedField{WriteRoles, ReadRoles}, true},
    ExtensionRow{"teleport-route-to-cluster", TextField([](Identity& i) -> auto& { return i.route_to_cluster; }), true},
    ExtensionRow{"teleport-active-requests", CodedField{WriteRequests, ReadRequests}, true},
};

struct FlagRow {
  std::string_view name;
  PermissionFlag field;
};
constexpr std::array kFlags{
    FlagRow{"permit-X11-forwarding", &SshPermissions::permit_x11_forwarding},
    FlagRow{"permit-agent-forwarding", &SshPermissions::permit_agent_forwarding},
    FlagRow{"permit-port-forwarding", &SshPermissions::permit_port_forwarding},
};

struct TextRow {
  std::string_view name;
  PermissionText field;
};
constexpr std::array kTexts{
    TextRow{"github-id@goteleport.com", &SshPermissions::github_user_id},
    TextRow{"github-login@goteleport.com", &SshPermissions::github_username},
};

bool CarriesIdentity(std::string_view name) {
  const auto is_name = [&](const auto& row) { return row.name == name; };
  return std::ranges::any_of(kExtensionRows, is_name) || std::ranges::any_of(kTexts, is_name) || name == kHostRole ||
         name == kHostAuthority;
}

struct WriteExtension {
  Identity& identity;
  std::string_view name;
  SshOptions& extensions;

  void Set(std::string value) const { extensions.insert_or_assign(std::string(name), std::move(value)); }
  void operator()(TextField field) const {
    if (!field(identity).empty()) Set(field(identity));
  }
  void operator()(ListField /*field*/) const {}  // no extension is a list
  void operator()(FlagField field) const {
    if (field(identity)) Set({});
  }
  void operator()(const CodedField& field) const {
    if (std::string value = field.write(identity); !value.empty()) Set(std::move(value));
  }
};

struct ReadExtension {
  Identity& identity;
  const std::string& value;

  Status operator()(TextField field) const {
    field(identity) = value;
    return {};
  }
  Status operator()(ListField /*field*/) const { return {}; }
  Status operator()(FlagField field) const {
    field(identity) = true;  // the presence of the extension counts
    return {};
  }
  Status operator()(const CodedField& field) const { return field.read(identity, value); }
};

// Takes an extension out of a map; returns whether it was there.
bool Take(SshOptions& extensions, std::string_view name, std::string& value) {
  const auto found = extensions.find(name);
  if (found == extensions.end()) return false;
  value = std::move(found->second);
  extensions.erase(found);
  return true;
}

Status ReadExtensions(SshOptions extensions, SshUser& user) {
  std::string value;
  Take(extensions, kPermitPty, value);  // every certificate has it
  for (const ExtensionRow& row : kExtensionRows) {
    if (!Take(extensions, row.name, value)) continue;
    if (auto status = std::visit(ReadExtension{user.identity, value}, row.field); !status) {
      return std::unexpected(InContext(fmt::format("SSH extension {}", row.name), std::move(status).error()));
    }
  }

  for (const FlagRow& row : kFlags) user.permissions.*row.field = Take(extensions, row.name, value);
  for (const TextRow& row : kTexts) Take(extensions, row.name, user.permissions.*row.field);
  user.permissions.custom_extensions = std::move(extensions);
  return {};
}

std::uint64_t ToUnix(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
}

std::string_view ValueOf(const SshOptions& options, std::string_view name) {
  const auto found = options.find(name);
  return found == options.end() ? std::string_view() : std::string_view(found->second);
}

Status CheckUserRequest(const UserSshRequest& request) {
  const Identity& identity = request.identity;
  if (identity.username.empty()) return Fail(ErrorKind::kBadParameter, "SSH certificate to issue has no user");
  if (identity.principals.empty()) {
    return Fail(ErrorKind::kBadParameter, "SSH certificate of \"{}\" would have no logins", identity.username);
  }
  if (!identity.scope_pin.empty() && !identity.groups.empty()) {
    return Fail(ErrorKind::kBadParameter, "SSH certificate of \"{}\" would have a scope pin and roles",
                identity.username);
  }
  return {};
}

}  // namespace

SshOptions UserSshExtensions(const Identity& identity, const SshPermissions& permissions, SshCertificateFormat format) {
  SshOptions extensions{{std::string(kPermitPty), {}}};
  for (const auto& [name, value] : permissions.custom_extensions) {
    if (!CarriesIdentity(name)) extensions.insert_or_assign(name, value);
  }
  for (const FlagRow& row : kFlags) {
    if (permissions.*row.field) extensions.insert_or_assign(std::string(row.name), std::string());
  }
  for (const TextRow& row : kTexts) {
    if (!(permissions.*row.field).empty()) extensions.emplace(row.name, permissions.*row.field);
  }

  Identity source = identity;  // the table's accessors need a mutable identity
  for (const ExtensionRow& row : kExtensionRows) {
    if (row.standard_only && format == SshCertificateFormat::kOldSsh) continue;
    std::visit(WriteExtension{source, row.name, extensions}, row.field);
  }
  return extensions;
}

SshOptions UserSshCriticalOptions(const Identity& identity) {
  if (identity.pinned_ip.empty()) return {};
  const bool is_v6 = identity.pinned_ip.find(':') != std::string::npos;
  return {{std::string(kSourceAddress), identity.pinned_ip + (is_v6 ? "/128" : "/32")}};
}

Result<SshUser> UserOfSshCertificate(const SshCertificate& certificate) {
  if (certificate.type != SshCertificateType::kUser) {
    return Fail(ErrorKind::kBadParameter, "SSH certificate is for a host, not for a user");
  }

  SshUser user;
  user.identity.username = certificate.key_id;
  user.identity.principals = certificate.principals;
  user.identity.expires = certificate.ExpiresAt();

  if (const std::string_view address = ValueOf(certificate.critical_options, kSourceAddress); !address.empty()) {
    const std::size_t slash = address.find('/');
    if (slash == std::string_view::npos || address.find('/', slash + 1) != std::string_view::npos) {
      return Fail(ErrorKind::kBadParameter, "SSH certificate is pinned to a source that is not a range of addresses");
    }
    user.identity.pinned_ip = address.substr(0, slash);
  }
  RETURN_IF_ERROR(ReadExtensions(certificate.extensions, user));
  return user;
}

Result<SshCertificate> IssueUserSshCertificate(const UserSshRequest& request, const PrivateKey& ca_key) {
  RETURN_IF_ERROR(CheckUserRequest(request));

  SshCertificate certificate{
      .public_key = request.public_key,
      .type = SshCertificateType::kUser,
      .key_id = request.identity.username,
      .principals = request.identity.principals,
      .valid_after = ToUnix(request.now - kSkew),
      .valid_before = ToUnix(request.now + std::max<Nanoseconds>(request.ttl, kMinLifetime)),
      .critical_options = UserSshCriticalOptions(request.identity),
      .extensions = UserSshExtensions(request.identity, request.permissions, request.format),
  };
  RETURN_IF_ERROR(certificate.Sign(ca_key));
  return certificate;
}

std::vector<std::string> HostSshPrincipals(const HostSshRequest& request) {
  std::vector<std::string> all;
  if (request.system_role == kAdminRole) {
    all = {request.host_id};
  } else if (!request.host_id.empty()) {
    all = {request.host_id + "." + request.cluster, request.host_id};
    if (!request.node_name.empty()) {
      all.push_back(request.node_name + "." + request.cluster);
      all.push_back(request.node_name);
    }
    for (const char* local : {"localhost", "127.0.0.1", "::1"}) all.emplace_back(local);
  }
  all.insert(all.end(), request.extra_principals.begin(), request.extra_principals.end());

  std::vector<std::string> principals;
  for (std::string& principal : all) {
    if (!principal.empty() && std::ranges::find(principals, principal) == principals.end()) {
      principals.push_back(std::move(principal));
    }
  }
  return principals;
}

Result<SshCertificate> IssueHostSshCertificate(const HostSshRequest& request, const PrivateKey& ca_key) {
  if (request.cluster.empty()) return Fail(ErrorKind::kBadParameter, "SSH host certificate would have no cluster");
  if (request.system_role.empty()) return Fail(ErrorKind::kBadParameter, "SSH host certificate would have no role");

  SshCertificate certificate{
      .public_key = request.public_key,
      .type = SshCertificateType::kHost,
      .principals = HostSshPrincipals(request),
      .valid_after = ToUnix(request.now - kSkew),
      .valid_before = request.ttl == Nanoseconds::zero() ? kSshForever : ToUnix(request.now + request.ttl),
      .extensions = {{std::string(kHostRole), request.system_role}, {std::string(kHostAuthority), request.cluster}},
  };
  if (certificate.principals.empty()) {
    return Fail(ErrorKind::kBadParameter, "SSH host certificate would have no principals");
  }
  RETURN_IF_ERROR(certificate.Sign(ca_key));
  return certificate;
}

std::string_view SystemRoleOf(const SshCertificate& certificate) { return ValueOf(certificate.extensions, kHostRole); }

std::string_view ClusterOf(const SshCertificate& certificate) {
  return ValueOf(certificate.extensions, kHostAuthority);
}

}  // namespace sallyport
