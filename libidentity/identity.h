// Represents the identity in a certificate and encodes it as an X.509 subject: the standard attributes carry the user,
// roles, principals, route and traits, attributes below 1.3.9999 carry the rest. Follows Teleport 18.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libbase/error.h"
#include "libbase/time.h"
#include "libidentity/traits.h"

namespace sallyport {

struct RouteToApp {
  std::string session_id;
  std::string public_addr;
  std::string cluster_name;
  std::string name;
  std::string aws_role_arn;
  std::string azure_identity;
  std::string gcp_service_account;
  std::uint16_t target_port = 0;                   // 0: none
  std::string aws_credential_process_credentials;  // JSON
  bool empty() const { return *this == RouteToApp{}; }
  bool operator==(const RouteToApp&) const = default;
};

struct RouteToDatabase {
  std::string service_name;
  std::string protocol;
  std::string username;
  std::string database;
  std::vector<std::string> roles;
  bool empty() const { return *this == RouteToDatabase{}; }
  bool operator==(const RouteToDatabase&) const = default;
};

struct DeviceExtensions {
  std::string device_id;
  std::string asset_tag;
  std::string credential_id;
  bool empty() const { return *this == DeviceExtensions{}; }
  bool operator==(const DeviceExtensions&) const = default;
};

// The uses to which a certificate may be restricted; values of Identity::usage.
inline constexpr std::string_view kUsageKube = "usage:kube";
inline constexpr std::string_view kUsageApps = "usage:apps";
inline constexpr std::string_view kUsageDatabase = "usage:db";
inline constexpr std::string_view kUsageWindowsDesktop = "usage:windows_desktop";

struct Identity {
  std::string username;             // a host's is "<uuid>.<cluster>"
  std::vector<std::string> groups;  // the roles; a host's is its system role
  std::vector<std::string> system_roles;
  std::vector<std::string> usage;
  std::vector<std::string> principals;  // logins
  std::string route_to_cluster;
  Traits traits;
  std::string teleport_cluster;  // the cluster that issued the identity

  std::vector<std::string> kubernetes_users;
  std::vector<std::string> kubernetes_groups;
  std::string kubernetes_cluster;
  RouteToApp route_to_app;
  RouteToDatabase route_to_database;
  std::vector<std::string> database_names;
  std::vector<std::string> database_users;
  std::vector<std::string> aws_role_arns;
  std::vector<std::string> azure_identities;
  std::vector<std::string> gcp_service_accounts;

  std::string mfa_verified;                       // UUID of the device
  std::optional<Time> previous_identity_expires;  // written in whole seconds
  std::string login_ip;
  std::string pinned_ip;
  std::string impersonator;
  std::vector<std::string> active_requests;
  bool disallow_reissue = false;
  std::vector<std::string> allowed_resources;  // "/cluster/kind/name"
  std::string private_key_policy;              // "none" unless a hardware key is used
  std::string user_type;                       // "local" or "sso"
  DeviceExtensions device;
  std::string connection_diagnostic_id;

  bool renewable = false;
  std::uint64_t generation = 0;
  std::string bot_name;
  std::string bot_instance_id;
  std::string join_token;
  std::string join_attributes;  // protojson, kept as text; empty: none
  std::string scope_pin;        // protojson, kept as text; empty: none

  Time expires{};  // of the certificate; not part of the subject

  bool operator==(const Identity&) const = default;
};

// Returns the DER of the subject, byte for byte what Teleport would issue. Fails with kBadParameter: no user name,
// neither groups nor scope pin, text that is not UTF-8.
Result<std::string> ToSubject(const Identity& identity);

// Reads a subject: attributes in any order, multi-valued RDNs, unknown attributes ignored. Fails with kBadParameter:
// broken DER, no user name, neither groups nor scope pin, numbers, times or JSON that do not parse.
Result<Identity> FromSubject(std::string_view der, Time expires);

// Reads the JSON list of resources that certificates carry. Empty text is no resource. Fails with kBadParameter: no
// JSON list of strings, an item that is not "/cluster/kind/name".
Result<std::vector<std::string>> ParseAllowedResources(std::string_view json);

}  // namespace sallyport
