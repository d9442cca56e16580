#include "libcluster/config/sample_config.h"

#include <algorithm>
#include <array>

#include "libbase/address.h"
#include "libbase/text.h"
#include "libbase/value.h"
#include "libbase/yaml.h"

namespace sallyport {
namespace {

constexpr int kHttpsPort = 443;

// The services that the file enables.
struct Roles {
  bool auth = true;
  bool proxy = true;
  bool node = true;
  bool named = false;  // the command line names the roles, so each must start
};

Result<Roles> RolesOf(const std::vector<std::string>& names) {
  if (names.empty()) return Roles{};
  constexpr std::array<std::string_view, 7> kNotServed{"app",  "db",    "kube",          "discovery",
                                                       "okta", "relay", "windowsdesktop"};

  Roles roles{false, false, false, true};
  for (const auto& name : names) {
    if (name == "auth") {
      roles.auth = true;
    } else if (name == "proxy") {
      roles.proxy = true;
    } else if (name == "node") {
      roles.node = true;
    } else if (std::ranges::find(kNotServed, name) != kNotServed.end()) {
      return FailWithHint(ErrorKind::kNotImplemented,
                          fmt::format("a configuration for the role {} is not implemented", name),
                          name == "kube" ? "add kubernetes_service with its kubeconfig_file to the file" : "");
    } else {
      return FailWithHint(ErrorKind::kBadParameter, fmt::format("unknown role \"{}\"", StripControl(name)),
                          "use some of: node, auth, proxy");
    }
  }
  return roles;
}

Value Enabled(bool enabled) { return Value::Map{{"enabled", enabled ? "yes" : "no"}}; }

Result<Value> TeleportSection(const SampleOptions& options) {
  Value section = Value::EmptyMap();
  if (!options.node_name.empty()) section.Set("nodename", options.node_name);
  section.Set("data_dir", options.data_dir);
  if (!options.token.empty()) {
    section.Set("join_params", Value::Map{{"token_name", options.token}, {"method", options.join_method}});
  }

  if (!options.auth_server.empty() && !options.proxy.empty()) {
    return Fail(ErrorKind::kBadParameter,
                "the address of a proxy and the address of an auth service exclude each other: give one of them");
  }
  if (!options.proxy.empty() && options.version != "v3") {
    return Fail(ErrorKind::kBadParameter, "proxy_server needs version v3 of the file");
  }

  if (!options.proxy.empty()) section.Set("proxy_server", options.proxy);
  if (!options.auth_server.empty() && options.version == "v3") section.Set("auth_server", options.auth_server);
  if (!options.auth_server.empty() && options.version != "v3") {
    section.Set("auth_servers", Value::Strings({options.auth_server}));
  }

  section.Set("log",
              Value::Map{{"output", "stderr"}, {"severity", "INFO"}, {"format", Value::Map{{"output", "text"}}}});
  if (!options.ca_pins.empty()) section.Set("ca_pin", Value::Strings(options.ca_pins));
  return section;
}

Result<Value> ProxySection(const SampleOptions& options) {
  Value section = Enabled(true);
  std::string listen = "0.0.0.0:3080";
  if (!options.public_addr.empty()) {
    ASSIGN_OR_RETURN(const HostPort address, ParseHostPort(options.public_addr, kHttpsPort));
    listen = FormatHostPort({"0.0.0.0", address.port});
    section.Set("web_listen_addr", listen);
    section.Set("public_addr", FormatHostPort(address));
  } else {
    section.Set("web_listen_addr", listen);
  }

  if (options.cert_file.empty() != options.key_file.empty()) {
    return Fail(ErrorKind::kBadParameter, "the certificate or its key is missing: give both files");
  }
  if (!options.cert_file.empty()) {
    Value pairs = Value::EmptyList();
    pairs.Append(Value::Map{{"key_file", options.key_file}, {"cert_file", options.cert_file}});
    section.Set("https_keypairs", std::move(pairs));
  }
  return section;
}

Value SshSection(const SampleOptions& options, const Roles& roles) {
  Value section = Enabled(roles.node);
  // Without a key the node is enabled where sshd is installed.
  if (roles.node && !roles.named) section.Remove("enabled");
  if (!roles.node) return section;
  if (!options.node_labels.empty()) {
    Value& labels = section.Set("labels", Value::EmptyMap());
    for (const auto& [key, value] : options.node_labels) labels.Set(key, value);
  }
  if (!roles.proxy && !options.public_addr.empty()) section.Set("public_addr", options.public_addr);
  return section;
}

}  // namespace

Result<std::string> SampleConfig(const SampleOptions& options) {
  ASSIGN_OR_RETURN(const Roles roles, RolesOf(options.roles));
  Value file = Value::EmptyMap();
  file.Set("version", options.version);
  ASSIGN_OR_RETURN(Value teleport, TeleportSection(options));
  file.Set("teleport", std::move(teleport));

  Value& auth = file.Set("auth_service", Enabled(roles.auth));
  if (roles.auth) {
    auth.Set("listen_addr", "0.0.0.0:3025");
    if (!options.cluster_name.empty()) auth.Set("cluster_name", options.cluster_name);
    auth.Set("proxy_listener_mode", "multiplex");
  }

  file.Set("ssh_service", SshSection(options, roles));
  Value proxy = Enabled(false);
  if (roles.proxy) {
    ASSIGN_OR_RETURN(proxy, ProxySection(options));
  }
  file.Set("proxy_service", std::move(proxy));

  return "# A configuration to start from. Start it: teleport start -c FILE\n" + ToYaml(file);
}

}  // namespace sallyport
